/**
 * What must hold for any bytes at all. `npm run fuzz` feeds these functions millions of inputs that coverage guides; the inputs it
 * kept lie in `corpus/` and are run again by `npm test`.
 *
 * Each function takes one input and throws when a promise is broken. Reading beyond a record shows as an answer that depends on
 * the memory around it: every record is decoded twice, in different surroundings.
 */
import { MonitorError, SeedlinkProtocolError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { decodeRecord } from '../../src/miniseed/decode-record.ts'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { RecordReader } from '../../src/miniseed/record-reader.ts'
import { decodeSteim } from '../../src/miniseed/steim.ts'
import { type SessionOutput as ClientOutput, ClientSession } from '../../src/seedlink/client-session.ts'
import { parseInfo } from '../../src/seedlink/info.ts'
import { PacketSplitter, type Piece } from '../../src/seedlink/packet-splitter.ts'
import { ResumePositions } from '../../src/seedlink/resume-positions.ts'
import { parseSelections } from '../../src/seedlink/selection.ts'
import { type SessionOutput as ServerOutput, ServerSession } from '../../src/seedlink/server-session.ts'
import { same } from './same.ts'

export type FuzzTarget = (input: Uint8Array) => void

export const targets: Readonly<Record<string, FuzzTarget>> = {
  'miniseed-record': miniseedRecord,
  'miniseed-stream': miniseedStream,
  steim,
  'packet-splitter': packetSplitter,
  'client-session': clientSession,
  'server-session': serverSession,
  info,
}

/** One record decodes to the same answer, or the same error of ours, whatever lies around it; its bytes stay as they were. */
function miniseedRecord(input: Uint8Array): void {
  const [first, second] = surroundings(input).map((bytes) => outcomeOf(() => decodeRecord(bytes)))
  same(first, second, 'a record decoded in other surroundings')
}

/** A stream of bytes falls into the same records and problems however it is cut. */
function miniseedStream(input: Uint8Array): void {
  const bytes = input.subarray(1)
  const whole = recordsOf([bytes])
  same(recordsOf(chunksOf(bytes, input[0] ?? 0)), whole, 'records of a stream cut into pieces')
  for (const { slice, at } of whole.records) same(slice, bytes.slice(at, at + slice.length), 'a slice of the stream')
}

function recordsOf(chunks: readonly Uint8Array[]) {
  const problems: Problem[] = []
  const records: { slice: Uint8Array; at: number }[] = []
  const reader = new RecordReader({ origin: 'fuzz', onProblem: (problem) => problems.push(problem) })
  const drain = () => {
    for (let record = reader.next(); record; record = reader.next())
      records.push({ slice: record.bytes.slice(), at: record.offset })
  }
  for (const chunk of chunks) {
    reader.push(chunk)
    drain()
  }
  reader.finish()
  drain()
  return { records, problems }
}

const GUARD = 0x5a5a5a5a

/** Steim frames decode alike in any surroundings and never write behind the last sample. Input: generation, order, count, frames. */
function steim(input: Uint8Array): void {
  if (input.length < 4) return
  const head = new DataView(input.buffer, input.byteOffset, 4)
  const generation = (head.getUint8(0) & 1) === 0 ? 1 : 2
  const isLittleEndian = (head.getUint8(0) & 2) !== 0
  const sampleCount = head.getUint16(2)
  const outcomes = surroundings(input.subarray(4)).map((bytes) => {
    const view = new DataView(bytes.buffer)
    const target = new Int32Array(sampleCount + 8).fill(GUARD)
    const payload = { view, offset: bytes.byteOffset, length: bytes.length, isLittleEndian, sampleCount, sourceId: 'FUZZ' }
    const outcome = outcomeOf(() => decodeSteim(generation, payload, target))
    same(target.subarray(sampleCount), new Int32Array(8).fill(GUARD), 'memory behind the last sample')
    // A failed record hands out no samples; its message says where in the memory the frames lie.
    return 'error' in outcome ? outcome.error.split(':')[0] : target.subarray(0, sampleCount)
  })
  same(outcomes[0], outcomes[1], 'Steim frames decoded in other surroundings')
}

/** What the splitter may hold between two chunks: the longest piece, a chunk, and the growth of its array. */
const SPLITTER_LIMIT_BYTES = 64 * 1024 * 1024

/** The same bytes give the same pieces however they are cut; what cannot be SeedLink is refused, and memory stays bounded. */
function packetSplitter(input: Uint8Array): void {
  const isStreaming = ((input[0] ?? 0) & 1) === 1
  const bytes = input.subarray(1)
  const whole = piecesOf([bytes], isStreaming)
  same(piecesOf(chunksOf(bytes, input[0] ?? 0), isStreaming), whole, 'pieces of a connection cut otherwise')
}

function piecesOf(chunks: readonly Uint8Array[], isStreaming: boolean) {
  const splitter = new PacketSplitter((bytes) => detectRecordLength(bytes))
  splitter.isStreaming = isStreaming
  const pieces: Piece[] = []
  let isRefused = false
  try {
    for (const chunk of chunks) splitter.push(chunk, (piece) => pieces.push(copyOf(piece)))
  } catch (error) {
    if (!(error instanceof SeedlinkProtocolError)) throw error
    isRefused = true
  }
  if (splitter.heldCapacity > SPLITTER_LIMIT_BYTES) throw new Error(`the splitter holds ${splitter.heldCapacity} bytes`)
  return { pieces, isRefused }
}

function copyOf(piece: Piece): Piece {
  return 'bytes' in piece ? { ...piece, bytes: piece.bytes.slice() } : piece
}

/** Whatever a server says, the client ends in a state it knows, and says no more than it was answered. */
function clientSession(input: Uint8Array): void {
  const options = input[0] ?? 0
  const bytes = input.subarray(1)
  const whole = clientOutputs([bytes], options)
  same(clientOutputs(chunksOf(bytes, options >> 3), options), whole, 'a session whose bytes are cut otherwise')
}

function clientOutputs(chunks: readonly Uint8Array[], options: number) {
  const outputs: ClientOutput[] = []
  const { selections } = parseSelections(['XX_AAA_00_HH', 'XX_BBB__BH', 'YY_*'])
  const session = new ClientSession(
    {
      selections,
      positions: new ResumePositions(),
      recordLength: (bytes) => detectRecordLength(bytes),
      userAgent: 'fuzz/1',
      highestProtocol: (options & 1) === 1 ? 3 : 4,
      mode: (options & 2) === 2 ? 'fetch' : 'stream',
      ...((options & 4) === 4 && { infoLevel: 'STREAMS' as const }),
    },
    (output) => outputs.push('piece' in output ? { ...output, piece: copyOf(output.piece) as typeof output.piece } : output),
  )
  session.start()
  let isRefused = false
  try {
    for (const chunk of chunks) session.receive(chunk)
  } catch (error) {
    if (!(error instanceof SeedlinkProtocolError)) throw error
    isRefused = true
  }
  return { outputs, isRefused }
}

/** Whatever a client types, the server answers or closes, the same however the bytes are cut, at most one answer to a line. */
function serverSession(input: Uint8Array): void {
  const bytes = input.subarray(1)
  const whole = serverOutputs([bytes])
  same(serverOutputs(chunksOf(bytes, input[0] ?? 0)), whole, 'a conversation whose bytes are cut otherwise')
}

function serverOutputs(chunks: readonly Uint8Array[]) {
  const session = new ServerSession({
    knowsStation: (pattern) => ['XX_AAA', 'YY_BBB'].some((station) => pattern.test(station)),
    now: () => 1_700_000_000_000_000,
    facts: () => ({
      software: 'SeedLink v4.0 (Fuzz/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP',
      organisation: 'fuzz',
      startedAt: 0,
      stations: [],
      connections: [],
    }),
  })
  const outputs: ServerOutput[] = []
  for (const chunk of chunks) {
    outputs.push(...session.receive(chunk))
    if (outputs.at(-1)?.kind === 'close') break
  }
  return outputs
}

/** An INFO answer is read or refused with an error of ours. */
function info(input: Uint8Array): void {
  const text = new TextDecoder().decode(input.subarray(1))
  outcomeOf(() => parseInfo(((input[0] ?? 0) & 1) === 0 ? 'xml' : 'json', text))
}

type Outcome<T> = { readonly value: T } | { readonly error: string }

/** The value or the message of one of our own errors; anything else that is thrown is a defect and goes up. */
function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() }
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    return { error: `${error.code}: ${error.message}` }
  }
}

/** The bytes twice: with zeros around them, at the end of their memory; and in the middle of 0xff, at an odd address. */
function surroundings(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const exact = bytes.slice()
  const surrounded = new Uint8Array(bytes.length + 131).fill(0xff)
  surrounded.set(bytes, 67)
  return [exact, surrounded.subarray(67, 67 + bytes.length)]
}

/** The bytes cut into pieces of 1 … 17 bytes, or longer ones, by a pattern that the seed gives. */
function chunksOf(bytes: Uint8Array, seed: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  const scale = (seed & 0x80) === 0 ? 1 : 61
  for (let at = 0, step = seed; at < bytes.length; step = (step * 5 + 3) & 0xff) {
    const size = (1 + (step % 17)) * scale
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}
