/**
 * A server's bytes, cut into the things they are: text lines, packets (v3 and v4), INFO answers, `END`.
 *
 * At a boundary the first bytes decide: `SL` + six hexadecimal digits or `INFO` is a v3 header, `SE` a v4 header, `END` the end
 * of the stream (a v3 packet can never start so), anything else a line that ends with LF. A bare CR does not end a line: the
 * extended error of v3 is `ERROR\r<CODE text>\r\n`, one reply. The line after a greeting (`SeedLink v…`) is text whatever it
 * starts with.
 *
 * A v3 packet's length is what its record says. Where that is damaged, the next packet does not begin where it should: it is
 * looked for (`v3-resync.ts`), because a connection begun afresh would meet the same record again.
 */
import { SeedlinkProtocolError } from '../domain/errors.ts'
import { ByteStore } from './byte-store.ts'
import type { RecordLength } from './record-length.ts'
import type { ProtocolVersion } from './sequence.ts'
import { hexValue, isInfoHeader, isV3PacketAt, mayBeginV3, V3_SYNC_BYTES } from './v3-resync.ts'

/** Largest payload taken, bytes; real records end at 64 KiB, v4 INFO answers at some MiB. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
/** Longest text line taken, bytes. The standard says 255 for commands and nothing for replies. */
export const MAX_LINE_BYTES = 4096

const HEADER_BYTES_V3 = 8
const HEADER_BYTES_V4 = 17
/** What v3 servers send by tradition; the length of a record that does not tell its own. */
const TRADITIONAL_RECORD_BYTES = 512
const LF = 0x0a
const CR = 0x0d
const TAB = 0x09
/** So far behind a damaged packet the next one is looked for, bytes: the longest miniSEED 2 record. */
const MAX_SKIPPED_BYTES = 65_536

export interface PacketPiece {
  readonly kind: 'packet'
  readonly protocol: ProtocolVersion
  readonly sequence: bigint
  /** As announced by v4 (`NET_STA`), empty in v3 and where a server leaves it out. */
  readonly station: string
  /** Format and subformat of v4, such as `2D` or `3D`; empty in v3. */
  readonly format: string
  /** The record; valid until `push` returns. */
  readonly bytes: Uint8Array
}

export interface InfoPiece {
  readonly kind: 'info'
  readonly protocol: ProtocolVersion
  readonly format: 'xml' | 'json'
  /** False while more packets of the same answer follow (v3). */
  readonly isLast: boolean
  readonly isError: boolean
  /** Text, UTF-8; valid until `push` returns. */
  readonly bytes: Uint8Array
}

export type Piece =
  | PacketPiece
  | InfoPiece
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'end' }
  /** Bytes between two packets of v3 that belong to neither: the record before them gave a wrong length. */
  | { readonly kind: 'skipped'; readonly length: number }

export class PacketSplitter {
  readonly #recordLength: RecordLength
  readonly #held = new ByteStore()
  /** No piece can be complete before so many bytes are held. */
  #needed = 0
  /** Bytes of the connection before the held ones; for error messages. */
  #position = 0
  #isTextNext = false
  #wasPacketV3 = false
  /** Bytes behind a damaged packet that have been looked at. */
  #searched = 0

  /** True once the handshake is over: from then on only packets, INFO, `END` and `ERROR` lines are legal. */
  isStreaming = false

  constructor(recordLength: RecordLength) {
    this.#recordLength = recordLength
  }

  /** Memory held between two chunks, bytes. */
  get heldCapacity(): number {
    return this.#held.capacity
  }

  /**
   * Takes the next bytes of the connection, cut anywhere, and hands out every piece they complete, in order.
   *
   * @throws {SeedlinkProtocolError} when the bytes cannot be SeedLink; the connection is of no use afterwards
   */
  push(chunk: Uint8Array, onPiece: (piece: Piece) => void): void {
    if (this.#held.length === 0) {
      const used = this.#split(chunk, chunk.length, onPiece)
      if (used < chunk.length) this.#held.append(chunk.subarray(used))
      return
    }
    this.#held.append(chunk)
    if (this.#held.length < this.#needed) return
    this.#held.drop(this.#split(this.#held.area, this.#held.length, onPiece))
  }

  /** @returns how many of the bytes belong to complete pieces */
  #split(bytes: Uint8Array, end: number, onPiece: (piece: Piece) => void): number {
    let start = 0
    while (start < end) {
      const skipped = this.#skippedAt(bytes, start, end)
      const size = skipped === 0 ? this.#sizeAt(bytes, start, end) : Math.max(skipped, 0)
      this.#needed = size === 0 ? end - start + 1 : size
      if (size === 0 || start + size > end) break
      const piece: Piece = skipped > 0 ? { kind: 'skipped', length: skipped } : this.#pieceAt(bytes, start, size)
      this.#wasPacketV3 = piece.kind === 'packet' && piece.protocol === 3
      this.#searched = 0
      start += size
      this.#position += size
      onPiece(piece)
    }
    return start
  }

  /** @returns bytes to skip: 0 where something legal may begin, −1 while the next packet has not come */
  #skippedAt(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#wasPacketV3 || !this.isStreaming || mayBeginV3(bytes, start, end, this.#recordLength)) return 0
    for (; start + this.#searched + V3_SYNC_BYTES <= end; this.#searched += 1) {
      if (this.#searched > MAX_SKIPPED_BYTES) throw this.#fault('v3 packet header', 'SL, END or ERROR', quoted(bytes, start, end))
      if (isV3PacketAt(bytes, start + this.#searched, this.#recordLength)) return this.#searched
    }
    return -1
  }

  /** @returns the whole length of the piece at `start`, 0 while it cannot be told */
  #sizeAt(bytes: Uint8Array, start: number, end: number): number {
    if (this.#isTextNext) return this.#lineSize(bytes, start, end)
    const available = end - start
    const first = bytes[start]
    if (first === 0x53 /* S */) {
      if (available < 2) return 0
      if (bytes[start + 1] === 0x4c /* L */) return this.#sizeV3(bytes, start, end)
      if (bytes[start + 1] === 0x45 /* E */) return this.#sizeV4(bytes, start, end)
    }
    if (first === 0x45 /* E */ && (available < 2 || bytes[start + 1] === 0x4e) /* N */) {
      if (available < 3) return 0
      if (bytes[start + 2] === 0x44 /* D */) return 3
    }
    if (this.#isStray(first)) throw this.#fault('packet header', 'SL, SE, END or ERROR', quoted(bytes, start, end))
    return this.#lineSize(bytes, start, end)
  }

  /** While streaming the only legal text is `ERROR …`; a line may then begin with nothing else. */
  #isStray(first: number | undefined): boolean {
    return this.isStreaming && first !== 0x45
  }

  #sizeV3(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER_BYTES_V3) return 0
    const isInfo = isInfoHeader(bytes, start)
    if (!isInfo && hexValue(bytes, start + 2) < 0) {
      throw this.#fault('v3 packet header', 'SL and six hexadecimal digits', quoted(bytes, start, end))
    }
    const record = start + HEADER_BYTES_V3
    const available = end - record
    if (available === 0) return 0
    // No further than a usual record: the headers of the packets behind it are not its own.
    const length = this.#recordLength(bytes.subarray(record, Math.min(end, record + TRADITIONAL_RECORD_BYTES)), available)
    if (length === 'not-a-record' && !isInfo) throw this.#fault('v3 packet', 'a miniSEED record', quoted(bytes, record, end))
    if (length === 'needs-more' || length === 'not-a-record') {
      // A record without blockette 1000 never tells; its header is long complete by then.
      return available < TRADITIONAL_RECORD_BYTES ? 0 : HEADER_BYTES_V3 + TRADITIONAL_RECORD_BYTES
    }
    if (!(length > 0 && length <= MAX_PAYLOAD_BYTES)) {
      throw this.#fault('v3 packet', `a record of at most ${MAX_PAYLOAD_BYTES} bytes`, `${length} bytes`)
    }
    return HEADER_BYTES_V3 + (this.#isTooLong(bytes, record, length, end) ? TRADITIONAL_RECORD_BYTES : length)
  }

  /** A damaged length that swallows the packets behind it shows: one of them lies where a usual record would end. */
  #isTooLong(bytes: Uint8Array, record: number, length: number, end: number): boolean {
    const next = record + TRADITIONAL_RECORD_BYTES
    return (
      length >= TRADITIONAL_RECORD_BYTES + V3_SYNC_BYTES &&
      record + length <= end &&
      isV3PacketAt(bytes, next, this.#recordLength)
    )
  }

  #sizeV4(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER_BYTES_V4) return 0
    const payload = uint32(bytes, start + 4)
    if (payload > MAX_PAYLOAD_BYTES) {
      throw this.#fault('v4 packet', `a payload of at most ${MAX_PAYLOAD_BYTES} bytes`, `${payload} bytes`)
    }
    return HEADER_BYTES_V4 + (bytes[start + 16] ?? 0) + payload
  }

  #lineSize(bytes: Uint8Array, start: number, end: number): number {
    const limit = Math.min(end, start + MAX_LINE_BYTES)
    for (let at = start; at < limit; at++) {
      const byte = bytes[at] ?? 0
      if (byte === LF) return at - start + 1
      if (byte < 0x20 && byte !== CR && byte !== TAB) throw this.#fault('reply', 'a line of text', quoted(bytes, start, end))
    }
    if (end - start >= MAX_LINE_BYTES) throw this.#fault('reply', `a line of at most ${MAX_LINE_BYTES} bytes`, 'no line end')
    return 0
  }

  #pieceAt(bytes: Uint8Array, start: number, size: number): Piece {
    const isText = this.#isTextNext
    const second = bytes[start + 1]
    if (!isText && bytes[start] === 0x53 && second === 0x4c) return pieceV3(bytes, start, size)
    if (!isText && bytes[start] === 0x53 && second === 0x45) return pieceV4(bytes, start, size)
    if (!isText && size === 3 && second === 0x4e) return { kind: 'end' }
    const text = decodeLine(bytes.subarray(start, start + size))
    this.#isTextNext = !isText && text.startsWith('SeedLink ')
    return !isText && /^ERROR\b/i.test(text) ? { kind: 'error', text } : { kind: 'line', text }
  }

  #fault(what: string, expected: string, got: string): SeedlinkProtocolError {
    const byteOffset = this.#position
    return new SeedlinkProtocolError(
      `SeedLink ${what}: expected ${expected}, got ${got} (byte ${byteOffset} of the connection); reconnecting starts afresh`,
      { expected, got, byteOffset },
    )
  }
}

function pieceV3(bytes: Uint8Array, start: number, size: number): Piece {
  const record = bytes.subarray(start + HEADER_BYTES_V3, start + size)
  if (!isInfoHeader(bytes, start)) {
    return { kind: 'packet', protocol: 3, sequence: BigInt(hexValue(bytes, start + 2)), station: '', format: '', bytes: record }
  }
  const isLast = bytes[start + 7] !== 0x2a /* * */
  // Channel ERR instead of INF: the server refuses this level.
  const isError = record[15] === 0x45 && record[16] === 0x52 && record[17] === 0x52
  return { kind: 'info', protocol: 3, format: 'xml', isLast, isError, bytes: textOfRecord(record) }
}

function pieceV4(bytes: Uint8Array, start: number, size: number): Piece {
  const stationLength = bytes[start + 16] ?? 0
  const payload = bytes.subarray(start + HEADER_BYTES_V4 + stationLength, start + size)
  const format = ascii(bytes, start + 2, 2)
  if (format[0] === 'J' || format[0] === 'X') {
    const isError = format[1] === 'E'
    return { kind: 'info', protocol: 4, format: format[0] === 'J' ? 'json' : 'xml', isLast: true, isError, bytes: payload }
  }
  const low = BigInt(uint32(bytes, start + 8))
  const high = uint32(bytes, start + 12)
  return {
    kind: 'packet',
    protocol: 4,
    sequence: high === 0 ? low : low + (BigInt(high) << 32n),
    station: ascii(bytes, start + HEADER_BYTES_V4, stationLength),
    format,
    bytes: payload,
  }
}

/** INFO text travels as the samples of a text record (SEED 2.4 encoding 0); the data offset differs between servers. */
function textOfRecord(record: Uint8Array): Uint8Array {
  if (record.length < 48) return record.subarray(0, 0)
  const at = (offset: number): number => ((record[offset] ?? 0) << 8) | (record[offset + 1] ?? 0)
  const isBigEndian = at(20) >= 1900 && at(20) <= 2500
  const read = (offset: number): number => (isBigEndian ? at(offset) : ((record[offset + 1] ?? 0) << 8) | (record[offset] ?? 0))
  const begin = Math.min(read(44), record.length)
  return record.subarray(begin, Math.min(begin + read(30), record.length))
}

/** Little-endian, as all of the v4 header. */
function uint32(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 3] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) >>> 0
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  let text = ''
  for (let at = start; at < start + length; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

const decoder = new TextDecoder()

/** Without its line end; CRs inside (v3 extended errors) read as blanks. */
function decodeLine(line: Uint8Array): string {
  return decoder
    .decode(line)
    .replace(/\r*\n$/, '')
    .replaceAll('\r', ' ')
}

function quoted(bytes: Uint8Array, start: number, end: number): string {
  return JSON.stringify(ascii(bytes, start, Math.min(8, end - start)))
}
