import { MiniseedFormatError, SteimIntegrityError } from '../domain/errors.ts'
import { FRAME_LENGTH, STEIM1_BY_NIBBLE, STEIM2_BY_NIBBLE, WORDS_PER_FRAME, type WordLayout } from './steim-layout.ts'

/** Differences of the fullest word: while more samples than this are due, a word can be unpacked without counting. */
const MOST_PER_WORD = 7
const MOST_PER_FRAME = { 1: 60, 2: 105 } as const

/** A Steim payload inside a record. */
export interface SteimPayload {
  readonly view: DataView
  /** First byte of the first frame in `view`. */
  readonly offset: number
  /** Bytes; a rest shorter than a frame is ignored. */
  readonly length: number
  readonly isLittleEndian: boolean
  readonly sampleCount: number
  /** For messages. */
  readonly sourceId: string
}

/**
 * Unpacks Steim1 or Steim2 into `target[0 … sampleCount − 1]` and checks the last sample against the one stored in the first
 * frame (SEED 2.4 appendix B). Allocates nothing.
 *
 * @param target at least `sampleCount` long; what lies behind stays untouched
 * @throws {MiniseedFormatError} when the frames hold fewer samples than the header says, or a word of an undefined kind
 * @throws {SteimIntegrityError} when the last sample is not the stored one
 */
export function decodeSteim(generation: 1 | 2, payload: SteimPayload, target: Int32Array): void {
  const { view, offset, length, isLittleEndian, sampleCount, sourceId } = payload
  const frames = Math.floor(length / FRAME_LENGTH)
  if (sampleCount > frames * MOST_PER_FRAME[generation])
    throw tooFewSamples(generation, payload, frames * MOST_PER_FRAME[generation])
  if (sampleCount === 0) return
  const firstSample = view.getInt32(offset + 4, isLittleEndian)
  const lastSample = view.getInt32(offset + 8, isLittleEndian)
  const end = offset + frames * FRAME_LENGTH
  // The first difference belongs to the sample before this record; starting one difference early makes it an ordinary one.
  const start = (firstSample - firstDifference(generation, view, offset, end, isLittleEndian)) | 0
  const unpack = generation === 1 ? unpackSteim1 : unpackSteim2
  const decoded = unpack(view, offset, end, isLittleEndian, start, target, sampleCount)
  if (decoded < 0) throw undefinedWord(generation, payload, -decoded - 1)
  if (decoded < sampleCount) throw tooFewSamples(generation, payload, decoded)
  const got = target[sampleCount - 1]
  if (got === lastSample) return
  throw new SteimIntegrityError(
    `Steim${generation} record of ${sourceId}: expected the last of ${sampleCount} samples to be ${lastSample}, got ${got}`,
    { byteOffset: offset + 8, sourceId, expected: lastSample, got },
  )
}

/** @returns samples decoded */
function unpackSteim1(
  view: DataView,
  offset: number,
  end: number,
  isLittleEndian: boolean,
  start: number,
  target: Int32Array,
  sampleCount: number,
): number {
  let value = start
  let index = 0
  for (let frame = offset; frame < end; frame += FRAME_LENGTH) {
    const codes = view.getUint32(frame, isLittleEndian)
    for (let word = 1; word < WORDS_PER_FRAME; word++) {
      const code = (codes >>> (30 - 2 * word)) & 3
      if (code === 0) continue
      const packed = steim1Word(view, frame + 4 * word, code, isLittleEndian)
      if (sampleCount - index < MOST_PER_WORD) {
        index = unpackSlowly(STEIM1_BY_NIBBLE[code << 2], packed, value, target, index, sampleCount)
        if (index >= sampleCount) return index
        value = target[index - 1]!
      } else if (code === 1) {
        target[index] = value = (value + (packed >> 24)) | 0
        target[index + 1] = value = (value + ((packed << 8) >> 24)) | 0
        target[index + 2] = value = (value + ((packed << 16) >> 24)) | 0
        target[index + 3] = value = (value + ((packed << 24) >> 24)) | 0
        index += 4
      } else if (code === 2) {
        target[index] = value = (value + (packed >> 16)) | 0
        target[index + 1] = value = (value + ((packed << 16) >> 16)) | 0
        index += 2
      } else {
        target[index] = value = (value + packed) | 0
        index += 1
      }
    }
  }
  return index
}

/** @returns samples decoded, or −1 − byte offset of a word of an undefined kind */
function unpackSteim2(
  view: DataView,
  offset: number,
  end: number,
  isLittleEndian: boolean,
  start: number,
  target: Int32Array,
  sampleCount: number,
): number {
  let value = start
  let index = 0
  for (let frame = offset; frame < end; frame += FRAME_LENGTH) {
    const codes = view.getUint32(frame, isLittleEndian)
    for (let word = 1; word < WORDS_PER_FRAME; word++) {
      const code = (codes >>> (30 - 2 * word)) & 3
      if (code === 0) continue
      const packed = steim2Word(view, frame + 4 * word, code, isLittleEndian)
      const nibble = (code << 2) | (packed >>> 30)
      if (sampleCount - index < MOST_PER_WORD) {
        const layout = STEIM2_BY_NIBBLE[nibble]
        if (layout === undefined) return -1 - (frame + 4 * word)
        index = unpackSlowly(layout, packed, value, target, index, sampleCount)
        if (index >= sampleCount) return index
        value = target[index - 1]!
        continue
      }
      switch (nibble) {
        case 4:
        case 5:
        case 6:
        case 7:
          target[index] = value = (value + (packed >> 24)) | 0
          target[index + 1] = value = (value + ((packed << 8) >> 24)) | 0
          target[index + 2] = value = (value + ((packed << 16) >> 24)) | 0
          target[index + 3] = value = (value + ((packed << 24) >> 24)) | 0
          index += 4
          break
        case 9:
          target[index] = value = (value + ((packed << 2) >> 2)) | 0
          index += 1
          break
        case 10:
          target[index] = value = (value + ((packed << 2) >> 17)) | 0
          target[index + 1] = value = (value + ((packed << 17) >> 17)) | 0
          index += 2
          break
        case 11:
          target[index] = value = (value + ((packed << 2) >> 22)) | 0
          target[index + 1] = value = (value + ((packed << 12) >> 22)) | 0
          target[index + 2] = value = (value + ((packed << 22) >> 22)) | 0
          index += 3
          break
        case 12:
          target[index] = value = (value + ((packed << 2) >> 26)) | 0
          target[index + 1] = value = (value + ((packed << 8) >> 26)) | 0
          target[index + 2] = value = (value + ((packed << 14) >> 26)) | 0
          target[index + 3] = value = (value + ((packed << 20) >> 26)) | 0
          target[index + 4] = value = (value + ((packed << 26) >> 26)) | 0
          index += 5
          break
        case 13:
          target[index] = value = (value + ((packed << 2) >> 27)) | 0
          target[index + 1] = value = (value + ((packed << 7) >> 27)) | 0
          target[index + 2] = value = (value + ((packed << 12) >> 27)) | 0
          target[index + 3] = value = (value + ((packed << 17) >> 27)) | 0
          target[index + 4] = value = (value + ((packed << 22) >> 27)) | 0
          target[index + 5] = value = (value + ((packed << 27) >> 27)) | 0
          index += 6
          break
        case 14:
          target[index] = value = (value + ((packed << 4) >> 28)) | 0
          target[index + 1] = value = (value + ((packed << 8) >> 28)) | 0
          target[index + 2] = value = (value + ((packed << 12) >> 28)) | 0
          target[index + 3] = value = (value + ((packed << 16) >> 28)) | 0
          target[index + 4] = value = (value + ((packed << 20) >> 28)) | 0
          target[index + 5] = value = (value + ((packed << 24) >> 28)) | 0
          target[index + 6] = value = (value + ((packed << 28) >> 28)) | 0
          index += 7
          break
        default:
          return -1 - (frame + 4 * word)
      }
    }
  }
  return index
}

/**
 * A Steim1 word with its differences in order from the top. The standard knows big-endian frames only; the little-endian ones
 * found in the field keep bytes and half words in order of address and swap only inside each of them.
 */
function steim1Word(view: DataView, offset: number, code: number, isLittleEndian: boolean): number {
  if (!isLittleEndian || code === 1) return view.getInt32(offset, false)
  const word = view.getInt32(offset, true)
  return code === 2 ? (word << 16) | (word >>> 16) : word
}

/** A Steim2 word, likewise: little-endian ones keep four bytes in order of address and swap all other words as a whole. */
function steim2Word(view: DataView, offset: number, code: number, isLittleEndian: boolean): number {
  return view.getInt32(offset, isLittleEndian && code !== 1)
}

/** One word by its layout, stopping at the last sample due. @returns the next index */
function unpackSlowly(
  layout: WordLayout | undefined,
  packed: number,
  previous: number,
  target: Int32Array,
  from: number,
  sampleCount: number,
): number {
  if (layout === undefined) return from
  const { count, bits } = layout
  let value = previous
  let index = from
  for (let position = 0; position < count && index < sampleCount; position++) {
    target[index++] = value = (value + difference(packed, count, bits, position)) | 0
  }
  return index
}

function difference(packed: number, count: number, bits: number, position: number): number {
  return (packed << (32 - bits * (count - position))) >> (32 - bits)
}

/** The first packed difference, 0 when there is none. It is in the first frame, but nothing says that it must be. */
function firstDifference(generation: 1 | 2, view: DataView, offset: number, end: number, isLittleEndian: boolean): number {
  for (let frame = offset; frame < end; frame += FRAME_LENGTH) {
    const codes = view.getUint32(frame, isLittleEndian)
    for (let word = 1; word < WORDS_PER_FRAME; word++) {
      const code = (codes >>> (30 - 2 * word)) & 3
      if (code === 0) continue
      const read = generation === 1 ? steim1Word : steim2Word
      const packed = read(view, frame + 4 * word, code, isLittleEndian)
      const layout = generation === 1 ? STEIM1_BY_NIBBLE[code << 2] : STEIM2_BY_NIBBLE[(code << 2) | (packed >>> 30)]
      return layout === undefined ? 0 : difference(packed, layout.count, layout.bits, 0)
    }
  }
  return 0
}

function tooFewSamples(generation: 1 | 2, payload: SteimPayload, got: number): MiniseedFormatError {
  const { sourceId, offset, sampleCount, length } = payload
  return new MiniseedFormatError(
    `Steim${generation} record of ${sourceId}: expected ${sampleCount} samples in ${length} bytes, got at most ${got}`,
    { byteOffset: offset, sourceId, expected: sampleCount, got },
  )
}

function undefinedWord(generation: 1 | 2, payload: SteimPayload, byteOffset: number): MiniseedFormatError {
  return new MiniseedFormatError(
    `Steim${generation} record of ${payload.sourceId}: expected a word of a defined kind, got ${payload.view
      .getUint32(byteOffset, payload.isLittleEndian)
      .toString(16)} (byte ${byteOffset})`,
    { byteOffset, sourceId: payload.sourceId },
  )
}
