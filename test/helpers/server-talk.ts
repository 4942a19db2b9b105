import { sourceIdFromNslc } from '../../src/domain/source-id.ts'
import { type Nanos, parseIsoMicros, parseIsoNanos } from '../../src/domain/time.ts'
import { ascii } from '../../src/seedlink/server-packet.ts'
import { streamNameOf } from '../../src/seedlink/server-selector.ts'
import { ServerSession, type SessionHost } from '../../src/seedlink/server-session.ts'
import { type StreamRequest, subscriptionsFor } from '../../src/seedlink/server-subscription.ts'

export const START = parseIsoNanos('2024-03-01T00:00:00Z') as Nanos

export const HOST: SessionHost = {
  knowsStation: (pattern) => ['XX_AAA', 'XX_BBB', 'YY_AAA'].some((stationId) => pattern.test(stationId)),
  now: () => parseIsoMicros('2024-03-02T01:02:03.4567Z') as number,
  facts: () => ({
    software: 'SeedLink v4.0 (Test/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP',
    organisation: 'Test & <company>',
    startedAt: parseIsoMicros('2024-03-02T00:00:00Z') as number,
    stations: ['XX_AAA', 'XX_BBB', 'YY_AAA'].map((stationId, index) => ({
      stationId,
      firstSequence: 10 + index,
      lastSequence: 255 + index,
      streams: ['HHZ', 'HHN'].map((code) => ({
        sourceId: sourceIdFromNslc(stationId.slice(0, 2), stationId.slice(3), '00', code),
        format: '2D',
        startTime: START,
        endTime: START + 59_990_000_000n,
        gaps: code === 'HHN' ? [{ startTime: START + 10_000_000_000n, endTime: START + 12_500_000_000n }] : [],
      })),
    })),
    connections: [
      { host: '::1', port: 5, connectedAt: 0, protocol: 4, userAgent: 'a/1', isStreaming: true, sentPackets: 7, sentBytes: 3640 },
    ],
  }),
}

/** A conversation: what is typed, what comes back as text, and the request it led to. */
export class Talk {
  readonly session: ServerSession
  request: StreamRequest | undefined
  isClosed = false

  constructor(host: SessionHost = HOST) {
    this.session = new ServerSession(host)
  }

  say(...lines: string[]): string[] {
    return this.type(lines.map((line) => `${line}\r\n`).join(''))
  }

  type(text: string): string[] {
    const replies: string[] = []
    for (const output of this.session.receive(ascii(text))) {
      if (output.kind === 'send') replies.push(String.fromCharCode(...output.bytes))
      else if (output.kind === 'stream') this.request = output.request
      else this.isClosed = true
    }
    return replies
  }

  /** Channels of the request. */
  wants(nslc: string): boolean {
    const [network = '', station = '', location = '', code = ''] = nslc.split('.')
    const name = streamNameOf(sourceIdFromNslc(network, station, location, code), '2D')
    return this.request !== undefined && subscriptionsFor(this.request, name).length > 0
  }
}

export const OK = 'OK\r\n'
export const ERROR = 'ERROR\r\n'
