import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/app/serve.ts'
import { nslcFromSourceId } from '../../src/domain/source-id.ts'
import { type Nanos, parseIsoNanos } from '../../src/domain/time.ts'
import { Playback } from '../../src/io/seedlink/server-playback.ts'
import { PacketStream } from '../../src/io/seedlink/server-stream.ts'
import { parseHeader } from '../../src/miniseed/index.ts'
import { ServerSession } from '../../src/seedlink/server-session.ts'
import type { StreamRequest } from '../../src/seedlink/server-subscription.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'
import { MemorySource, syntheticRecords } from '../helpers/memory-source.ts'
import { referencePath } from '../helpers/reference.ts'
import { SeedlinkTestClient } from '../helpers/seedlink-test-client.ts'

/**
 * What real clients sent in recorded sessions, replayed against our server with the same stations. A pattern has one letter per line
 * of reply: T text, O OK, E ERROR.
 */
interface Transcript {
  readonly file: string
  readonly facts: {
    readonly replies: readonly string[]
    readonly packets: number
    readonly streams: Readonly<Record<string, number>>
    readonly infos: readonly unknown[]
  }
}

/** Where our answers differ from the recorded server's on purpose, and what we answer. */
const DIFFERENCES: Readonly<Record<string, readonly [pattern: string, reason: string]>> = {
  'badselect-rs-raw.jsonl': [
    'OOOEOOOOOEOO',
    'a lone *, a bare type and an empty SELECT are taken, as SeisComP takes the last two',
  ],
  'badselect-sc-raw.jsonl': ['OOOEOOOOOEOO', 'a lone * and an empty location (--) are taken, as ringserver takes the latter'],
  'badselect-sc-slinktool4.jsonl': ['TTOOOO', 'an empty location (--) is taken, as by ringserver'],
  'badseq-rs-raw.jsonl': [
    'TTOEOEOEO',
    'seven digits are refused, so no station is asked for twice; ringserver starts at the second DATA',
  ],
  'cat-rs-raw.jsonl': ['TTTTTOOE', 'CAT is answered, as by SeisComP'],
  'cat-sc-raw.jsonl': ['TTTTTOOE', 'USERAGENT and SLPROTO are known'],
  'endonly-rs-raw.jsonl': ['TTEOE', 'END without DATA is an error, so that the client knows that nothing will come'],
  'endonly-sc-raw.jsonl': ['TTEOE', 'the same'],
  'extreply-rs-raw.jsonl': ['TTOOOOEETTT', 'a bare type, an empty SELECT and CAT are taken, as by SeisComP'],
  'extreply-sc-raw.jsonl': ['TTOOOOEETTT', 'CAPABILITIES EXTREPLY is known'],
  'fetch-v3-rs-raw.jsonl': ['OOO', 'the number is known here: FETCH sends what there is'],
  'fetch-v3-uni-rs-raw.jsonl': ['O', 'everything is available at once here: FETCH sends it'],
  'info3-double-sc-raw.jsonl': ['', 'both INFO are answered'],
  'info3-midstream-rs-raw.jsonl': ['OO', 'INFO STREAMS is answered while streaming, too'],
  'info3-refused-rs-slinktool5.jsonl': ['TTO', 'INFO CONNECTIONS is open to all'],
  'info3-several-rs-raw.jsonl': ['E', 'INFO without a level is an ERROR and the connection stays, as with SeisComP'],
  'midstream-cmd-sc-raw.jsonl': ['OOO', 'commands amid the stream are ignored, as by ringserver'],
  'pipelined-sc-raw.jsonl': ['OOO', 'pipelining is understood'],
  'restart-rst-rs-v3-slinktool4-1.jsonl': ['TTOOOOOOO', 'the recorded server was killed before its last answer'],
  'restart-rst-rs-v3-slinktool5-1.jsonl': ['TTOOOOOOO', 'the same'],
  'restart-rst-rs-v4-slinktool5-1.jsonl': ['TTOOOOOOOO', 'the same'],
  'restart-rst-sc-v3-slinktool4-1.jsonl': ['TTOOOOOO', 'the same'],
  'restart-rst-sc-v3-slinktool5-1.jsonl': ['TTOOOOOO', 'the same'],
  'silent-v3-rs-obspysl.jsonl': ['TTOOO', 'our archive has no such channel'],
  'time3-iso-sc-raw.jsonl': ['TTOOOE', 'ISO times are taken, as by ringserver'],
  'time3-zzz-sc-raw.jsonl': ['OO', 'our archive has data of that station'],
  'unknown-all-sc-raw.jsonl': ['TTEEEE', 'END without a good station is an ERROR, not silence'],
  'unknown-rs-raw.jsonl': ['TTEEEE', 'an unknown station is an ERROR, as with SeisComP'],
  'unknown-sc-raw.jsonl': ['TTEEEOEOOO', 'wildcards are known'],
  'unknown-some-rs-obspysl.jsonl': ['TTEEEOOO', 'an unknown station is an ERROR, as with SeisComP'],
  'unknown-some-rs-slinktool4.jsonl': ['TTOEEEOOO', 'the same'],
  'unknown-some-rs-slinktool5.jsonl': ['TTOOOOEEE', 'the same'],
  'v3-auth-rs-slinktool4.jsonl': ['TTOOOO', 'no authentication here'],
  'v3-uni-sc-raw.jsonl': ['TTO', 'uni-station mode means all stations, as with ringserver'],
  'v3-uni-sc-slinktool4.jsonl': ['TTO', 'the same'],
  'v3-varlen-rs-obspysl.jsonl': ['TTOOO', 'our archive has no such channel'],
  'v4-auth-errors-rs-raw.jsonl': ['TTOEEEEEOO', 'no authentication here'],
  'v4-auth-jwt-rs-raw.jsonl': ['TTOEEOO', 'the same'],
  'v4-auth-none-rs-slinktool5.jsonl': ['TTOOOO', 'the same'],
  'v4-auth-ok-rs-slinktool5.jsonl': ['TTOOEOOOO', 'the same'],
  'v4-longline-rs-raw.jsonl': ['TTOEOO', 'a line has at most 255 bytes'],
  'v4-noslproto-rs-raw.jsonl': ['TTEEO', 'XX_AAA is no v3 station'],
  'v4-nostation-rs-raw.jsonl': ['TTOEEEE', 'STATION comes first in v4'],
  'v4-union-rs-raw.jsonl': ['TTOOOOOOO', 'a station belongs to the first pattern that names it, as the standard says'],
  'v4-unknownfilter-rs-raw.jsonl': ['TTOOEO', 'an unknown filter is an ERROR, not silence'],
}

const transcripts = (
  JSON.parse(readFileSync(referencePath('reference/seedlink-transcripts/index.json'), 'utf8')) as { files: Transcript[] }
).files
const source = recordedStations()

describe('every recorded client', () => {
  it('is listed where our answers differ, and nowhere else', () => {
    const files = new Set(transcripts.map(({ file }) => file))
    expect(transcripts.length).toBe(225)
    expect(Object.keys(DIFFERENCES).filter((file) => !files.has(file))).toEqual([])
  })

  it.each(transcripts.map((transcript) => [transcript.file, transcript] as const))(
    '%s gets answers of the same shape',
    (file, { facts }) => {
      const answers = converse(clientChunks(file))
      const difference = DIFFERENCES[file]
      expect(answers.pattern).toBe(difference?.[0] ?? patternOf(facts.replies))
      if (!difference) expect(answers.infos).toBe(facts.infos.length)

      const bytes = Buffer.concat(clientChunks(file))
      for (const size of [1, 7]) expect(withoutCode(converse(cut(bytes, size)))).toEqual(withoutCode(answers))

      const channels = answers.request ? channelsSent(answers.request) : new Set<string>()
      if (!difference) expect(channels.size > 0).toBe(facts.packets > 0)
      if (channels.size > 0 && !difference) expect([...channels]).toEqual(expect.arrayContaining(knownChannels(facts.streams)))
    },
  )
})

describe('recorded clients over a real socket', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer({ source, speed: Number.POSITIVE_INFINITY })
  })
  afterAll(() => server.close())

  it.each(transcripts.map(({ file }) => file))('%s is answered and served to the end', async (file) => {
    const chunks = clientChunks(file)
    const client = await SeedlinkTestClient.connect(server.port)
    for (let count = 1; count <= chunks.length; count += 1) {
      const expected = converse(chunks.slice(0, count))
      client.write(chunks[count - 1] as Uint8Array)
      await client.until(() => client.texts.length >= expected.pattern.length && lastInfos(client) >= expected.infos)
    }
    const { request, pattern, isClosed } = converse(chunks)
    if (request) await client.untilEnd()
    expect(patternOf(client.texts)).toBe(pattern)
    expect(client.leftover).toBe(0)
    for (const { record } of client.packets) expect(parseHeader(record).byteLength).toBe(record.length)
    expect(new Set(client.packets.map(({ record }) => channelOf(record)))).toEqual(request ? channelsSent(request) : new Set())
    if (isClosed) await client.untilClosed()
    await client.close()
  })
})

interface Answers {
  readonly pattern: string
  readonly infos: number
  readonly request: StreamRequest | undefined
  readonly isClosed: boolean
}

/** The session alone, without a socket. */
function converse(chunks: readonly Uint8Array[]): Answers {
  const playback = newPlayback()
  const session = new ServerSession({
    now: () => 0,
    knowsStation: (pattern) => playback.knowsStation(pattern),
    facts: () => ({
      software: 'SeedLink v4.0 (Test/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP',
      organisation: 'Test',
      startedAt: 0,
      stations: playback.stations(),
      connections: [],
    }),
  })
  let [text, infos, isClosed] = ['', 0, false]
  let request: StreamRequest | undefined
  for (const output of chunks.flatMap((chunk) => session.receive(chunk))) {
    if (output.kind === 'stream') request = output.request
    else if (output.kind === 'close') isClosed = true
    else {
      const reply = Buffer.from(output.bytes).toString('latin1')
      if (/^(SLINFO|SEJ)/.test(reply)) infos += 1
      else text += reply
    }
  }
  return { pattern: patternOf(text.split('\r\n')), infos, request, isClosed }
}

/** Patterns and selectors are functions, which no test can compare; all else stays. */
function withoutCode({ request, ...answers }: Answers): unknown {
  return {
    ...answers,
    subscriptions: request?.subscriptions.map(({ selectors, stations: _, ...rest }) => ({
      ...rest,
      selectors: selectors.length,
    })),
  }
}

function channelsSent(request: StreamRequest): Set<string> {
  const stream = new PacketStream(newPlayback(), request, () => {})
  const channels = new Set<string>()
  for (let step = stream.next(); step.kind === 'packets'; step = stream.next()) {
    for (const packet of step.packets) {
      const record = packet.subarray(request.protocol === 3 ? 8 : 17 + packet[16]!)
      channels.add(channelOf(record))
    }
  }
  return channels
}

function channelOf(record: Uint8Array): string {
  return nslcFromSourceId(parseHeader(record).sourceId).replaceAll('.', '_')
}

/** Of the recorded channels those that our archive has. */
function knownChannels(streams: Readonly<Record<string, number>>): string[] {
  const known = new Set(source.records.map(({ sourceId }) => nslcFromSourceId(sourceId).replaceAll('.', '_')))
  return Object.keys(streams)
    .map((key) => key.split('/')[0] as string)
    .filter((channel) => known.has(channel))
}

function patternOf(replies: readonly string[]): string {
  return replies
    .map((reply) => reply.trim().replace(/^END(?=.)/, ''))
    .filter((reply) => reply !== '' && reply !== 'END')
    .map((reply) => (reply === 'OK' ? 'O' : /^ERROR/.test(reply) ? 'E' : 'T'))
    .join('')
}

function lastInfos(client: SeedlinkTestClient): number {
  return client.infos.filter(({ isLast }) => isLast).length
}

function clientChunks(file: string): Buffer[] {
  const lines = readFileSync(referencePath('reference/seedlink-transcripts', file), 'utf8').trim().split('\n')
  return lines
    .map((line) => JSON.parse(line) as { from: string; base64: string })
    .filter(({ from, base64 }) => from === 'client' && base64 !== '')
    .map(({ base64 }) => Buffer.from(base64, 'base64'))
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

function newPlayback(): Playback {
  const clock = new ManualAlarmClock()
  return new Playback(source, { speed: Number.POSITIVE_INFINITY, isNow: false, isLoop: false, clock })
}

/** The recorded stations and times with samples of our own. */
function recordedStations(): MemorySource {
  const startTime = parseIsoNanos('2026-11-22T10:44:00Z') as Nanos
  const ordinary = ['AAA', 'BBB'].flatMap((station) =>
    ['HHZ', 'HHN', 'HHE'].flatMap((code) => syntheticRecords({ nslc: `XX.${station}.00.${code}`, seconds: 300, startTime })),
  )
  const long = syntheticRecords({ nslc: 'XX.CCC.00.HHZ', seconds: 300, startTime, recordLength: 4096 })
  return new MemorySource([...ordinary, ...long])
}
