import type { StationId } from '../../src/domain/source-id.ts'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { ClientSession, type SessionOptions, type SessionOutput } from '../../src/seedlink/client-session.ts'
import { type Position, ResumePositions } from '../../src/seedlink/resume-positions.ts'
import { parseSelections } from '../../src/seedlink/selection.ts'
import { text } from './seedlink-records.ts'

/** Greetings. */
export const SEISCOMP = 'SeedLink v3.3 (2024.020)\r\nSC test\r\n'
export const RINGSERVER = 'SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP WS:13\r\nring\r\n'
export const OTHER_V4 = 'SeedLink v4.0 (other/1) :: SLPROTO:4.0\r\nother\r\n'

/** A session that is told what a server says, and gives what it says in turn. */
export function session(stations: string[], positions: Record<string, Position> = {}, options: Partial<SessionOptions> = {}) {
  const outputs: SessionOutput[] = []
  let sent: string[] = []
  const said = (): string[] => {
    const lines = sent
    sent = []
    return lines
  }
  const client = new ClientSession(
    {
      selections: parseSelections(stations).selections,
      positions: new ResumePositions(Object.entries(positions) as [StationId, Position][]),
      recordLength: (bytes) => detectRecordLength(bytes),
      userAgent: 'test/1',
      ...options,
    },
    (output) => {
      if (output.kind === 'send') sent.push(...output.text.trimEnd().split('\r\n'))
      else outputs.push(output)
    },
  )
  client.start()
  const hears = (bytes: string | Uint8Array): string[] => {
    if (outputs.length === 0 && sent[0] === 'HELLO') said()
    client.receive(typeof bytes === 'string' ? text(bytes) : bytes)
    return said()
  }
  return { session: client, outputs, said, hears, kinds: () => outputs.map(({ kind }) => kind) }
}

/** Through the handshake of v4, ready for packets. */
export function streaming(stations: string[]) {
  const talk = session(stations)
  talk.hears(`${OTHER_V4}OK\r\n`)
  const asked = talk.hears('OK\r\n')
  talk.hears('OK\r\n'.repeat(asked.length))
  return talk
}
