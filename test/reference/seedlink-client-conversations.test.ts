/**
 * The recorded sessions without a data packet, whole, through a client session that wants what the recorded client wanted:
 * greetings, refusals, INFO, silence, END. With the sessions that have packets (seedlink-client-sessions) this is every file.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { ClientSession, type SessionOptions, type SessionOutput } from '../../src/seedlink/client-session.ts'
import { parseInfo } from '../../src/seedlink/info.ts'
import { ResumePositions } from '../../src/seedlink/resume-positions.ts'
import { parseSelections } from '../../src/seedlink/selection.ts'
import { referencePath } from '../helpers/reference.ts'
import { cut, text } from '../helpers/seedlink-records.ts'
import { splitter } from '../helpers/seedlink-splitting.ts'

interface Recording {
  readonly file: string
  readonly facts: {
    readonly packets: number
    readonly commands: readonly string[]
    readonly replies: readonly string[]
    readonly infos: readonly { kind: string; channel?: string; stations: number; streams: number }[]
  }
}

interface Conversation {
  readonly files: RegExp
  readonly stations?: readonly string[]
  readonly options?: Partial<SessionOptions>
  readonly kinds: readonly string[]
  readonly failure?: string
}

const WINDOW = { start: 978_307_200_000_000, end: 978_307_260_000_000 }
const ONE_SELECTOR = ['XX_AAA_00_HH']

const CONVERSATIONS: readonly Conversation[] = [
  { files: /^hello-sc-/, kinds: ['negotiated'] },
  // Offered v4, the session has said SLPROTO and waits.
  { files: /^hello-rs-/, kinds: [] },
  { files: /^info3-refused-rs-/, options: { infoLevel: 'CONNECTIONS', highestProtocol: 3 }, kinds: ['negotiated'] },
  {
    files: /^fetch-v3-rs-raw/,
    stations: ONE_SELECTOR,
    options: { mode: 'fetch' },
    kinds: ['negotiated', 'accepted', 'streaming', 'end'],
  },
  {
    files: /^fetch-v3-uni-rs-raw/,
    stations: ONE_SELECTOR,
    options: { mode: 'fetch', handshakeV3: 'uni-station' },
    kinds: ['negotiated', 'requested', 'streaming', 'end'],
  },
  {
    files: /^time3-empty-/,
    stations: ONE_SELECTOR,
    options: { span: WINDOW },
    kinds: ['negotiated', 'accepted', 'streaming', 'end'],
  },
  { files: /^time3-zzz-sc-/, stations: ['XX_CCC'], options: { span: WINDOW }, kinds: ['negotiated', 'accepted', 'streaming'] },
  { files: /^pipelined-sc-/, stations: ONE_SELECTOR, kinds: ['negotiated'] },
  { files: /^silent-v3-sc-obspysl/, stations: ONE_SELECTOR, kinds: ['negotiated', 'accepted', 'streaming'] },
  { files: /^unknown-all-sc-/, kinds: ['negotiated', 'rejected', 'failed'], failure: 'all-rejected' },
  { files: /^unknown-rs-raw/, options: { highestProtocol: 3 }, kinds: ['negotiated', 'accepted', 'streaming'] },
  {
    files: /^v3-auth-rs-/,
    stations: ONE_SELECTOR,
    options: { highestProtocol: 3 },
    kinds: ['negotiated', 'accepted', 'streaming', 'failed'],
    failure: 'refused',
  },
  {
    files: /^v3-uni-sc-/,
    stations: ONE_SELECTOR,
    options: { handshakeV3: 'uni-station' },
    kinds: ['negotiated', 'requested', 'streaming'],
  },
  {
    files: /^v4-auth-fail-/,
    options: { credentials: { kind: 'password', user: 'alice', password: 'wrong' } },
    kinds: ['negotiated', 'failed'],
    failure: 'authentication',
  },
  { files: /^v4-auth-none-/, kinds: ['negotiated', 'accepted', 'streaming', 'failed'], failure: 'refused' },
  { files: /^v4-unknown(filter|station)-/, kinds: ['negotiated', 'accepted', 'streaming'] },
]

/** What our client never says, so that it cannot meet the answers (the splitter reads them all the same). */
const NOT_SAID: readonly { files: RegExp; command: RegExp; reason: string }[] = [
  { files: /^badseq-sc-/, command: /^DATA (XYZ|1000000)\r/, reason: 'never sends a number of seven digits or none' },
  { files: /^cat-/, command: /^CAT\r/, reason: 'never sends CAT' },
  { files: /^extreply-/, command: /^FOO\r/, reason: 'never sends what is no command' },
  { files: /^endonly-sc-/, command: /^END\r/, reason: 'never sends END before a STATION' },
  { files: /^time3-iso-sc-/, command: /^TIME 2026-/, reason: 'never sends ISO times in v3' },
  { files: /^v4-auth-errors-/, command: /^AUTH\r/, reason: 'never sends AUTH without arguments' },
]

const folder = referencePath('reference', 'seedlink-transcripts')
const index = JSON.parse(readFileSync(`${folder}/index.json`, 'utf8')) as { files: Recording[] }
const withoutPackets = index.files.filter(({ facts }) => facts.packets === 0)
const infos = withoutPackets.filter(({ facts }) => facts.infos.length > 0)
const others = withoutPackets.filter(({ facts }) => facts.infos.length === 0)

describe('every recorded session', () => {
  it('is in the index', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
    expect(index.files.map(({ file }) => file).toSorted()).toEqual(files.toSorted())
  })

  it('without packets and INFO is played to a session, or says what our client never does', () => {
    for (const { file, facts } of others) {
      const played = CONVERSATIONS.filter(({ files }) => files.test(file))
      const unsaid = NOT_SAID.filter(({ files }) => files.test(file))
      expect([file, played.length + unsaid.length]).toEqual([file, 1])
      for (const { command } of unsaid) expect(facts.commands.some((each) => command.test(each))).toBe(true)
    }
    for (const { files } of [...CONVERSATIONS, ...NOT_SAID]) expect(others.some(({ file }) => files.test(file))).toBe(true)
  })
})

describe.each(
  CONVERSATIONS.flatMap((each) => others.filter(({ file }) => each.files.test(file)).map(({ file }) => ({ file, ...each }))),
)('$file', ({ file, stations = ['XX_AAA'], options = {}, kinds, failure }) => {
  it('makes the same of it in the recorded chunks, byte by byte, in sevens and at random cuts', () => {
    const chunks = withGreeting(serverChunks(file))
    for (const pieces of chunkings(chunks)) {
      const outputs = play(stations, options, pieces)
      expect(outputs.map(({ kind }) => kind)).toEqual(kinds)
      const last = outputs.at(-1)
      if (failure !== undefined) expect(last).toMatchObject({ kind: 'failed', failure })
    }
  })
})

describe.each(infos)('$file', ({ file, facts }) => {
  it('gives its INFO answers, whole, in every chunking', () => {
    const chunks = serverChunks(file)
    const { bytes, isJson, hasText } = fromFirstInfo(Buffer.concat(chunks))
    for (const pieces of chunkings([bytes])) {
      const greeting = isJson
        ? 'SeedLink v4.0 (recorded) :: SLPROTO:4.0\r\nrecorded\r\nOK\r\nOK\r\n'
        : 'SeedLink v3.3 (recorded)\r\nrecorded\r\n'
      const outputs = play([], { infoLevel: 'STREAMS' }, [text(greeting), ...pieces])
      const answers = outputs.flatMap((output) => (output.kind === 'info' ? [output] : []))
      if (hasText) expect(answers.length).toBeLessThanOrEqual(facts.infos.length)
      else expect(answers).toHaveLength(facts.infos.length)
      expect(outputs.filter(({ kind }) => kind === 'failed').length).toBe(hasText ? 1 : 0)
      for (const [at, { format, text, isError }] of answers.entries()) {
        const { stations } = parseInfo(format, text, isError)
        const streams = stations.reduce((sum, station) => sum + station.streams.length, 0)
        expect({ stations: stations.length, streams }).toEqual({
          stations: facts.infos[at]?.stations,
          streams: facts.infos[at]?.streams,
        })
        expect(isError).toBe(facts.infos[at]?.kind === 'JE' || facts.infos[at]?.channel === 'ERR')
      }
    }
  })
})

function play(stations: readonly string[], options: Partial<SessionOptions>, chunks: readonly Uint8Array[]): SessionOutput[] {
  const outputs: SessionOutput[] = []
  const session = new ClientSession(
    {
      selections: parseSelections(stations).selections,
      positions: new ResumePositions(),
      recordLength: (record) => detectRecordLength(record),
      userAgent: 'test/1',
      ...options,
    },
    (output) => output.kind !== 'send' && outputs.push(output),
  )
  session.start()
  for (const chunk of chunks) session.receive(chunk)
  return outputs
}

/** Some raw sessions began without HELLO; our client always greets. */
function withGreeting(chunks: readonly Uint8Array[]): Uint8Array[] {
  const isGreeted = Buffer.from(chunks[0] ?? [])
    .toString('latin1')
    .startsWith('SeedLink')
  return isGreeted ? [...chunks] : [text('SeedLink v3.1 (recorded)\r\nrecorded\r\n'), ...chunks]
}

function chunkings(chunks: readonly Uint8Array[]): Uint8Array[][] {
  const whole = Buffer.concat(chunks)
  return [[...chunks], cut(whole, [1]), cut(whole, [7]), cut(whole, [3, 64, 1, 200, 11, 2, 500])]
}

function fromFirstInfo(whole: Uint8Array): { bytes: Uint8Array; isJson: boolean; hasText: boolean } {
  const target = splitter()
  let start = -1
  let isJson = false
  let hasText = false
  let before = 0
  for (let at = 0; at < whole.length; at++) {
    target.push(whole.subarray(at, at + 1), (piece) => {
      if (start < 0 && piece.kind === 'info') {
        start = before
        isJson = piece.format === 'json'
      } else if (start >= 0 && piece.kind !== 'info') hasText = true
      before = at + 1
    })
  }
  return { bytes: whole.subarray(start), isJson, hasText }
}

function serverChunks(file: string): Buffer[] {
  return readFileSync(`${folder}/${file}`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { from: string; base64?: string })
    .filter((line) => line.from === 'server' && line.base64)
    .map((line) => Buffer.from(line.base64 ?? '', 'base64'))
}
