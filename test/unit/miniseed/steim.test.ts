import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MiniseedFormatError, SteimIntegrityError } from '../../../src/domain/errors.ts'
import { decodeSteim } from '../../../src/miniseed/steim.ts'
import { packSteim } from '../../../src/miniseed/steim-pack.ts'
import { thrownBy } from '../../helpers/miniseed-records.ts'
import { naiveSteim } from '../../helpers/naive/steim.ts'

const FRAME = 64

function decode(generation: 1 | 2, frames: Uint8Array, sampleCount: number, isLittleEndian = false): Int32Array {
  const target = new Int32Array(sampleCount)
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength)
  decodeSteim(generation, { view, offset: 0, length: frames.length, isLittleEndian, sampleCount, sourceId: 'test' }, target)
  return target
}

/**
 * Any bytes made legal: words that the standard does not define get a kind that it does, words 1 and 2 of the first frame are the
 * first and last sample and not packed, and the last sample agrees.
 */
function legalFrames(generation: 1 | 2, bytes: Uint8Array, sampleCount: number): Uint8Array {
  const frames = bytes.slice()
  const view = new DataView(frames.buffer)
  view.setUint32(0, view.getUint32(0) & 0x03ff_ffff)
  for (let word = 1; word < frames.length / 4; word++) {
    const code = (view.getUint32(4 * (word - (word % 16))) >>> (30 - 2 * (word % 16))) & 3
    const kind = (code << 2) | (view.getUint32(4 * word) >>> 30)
    if (generation === 2 && (kind === 8 || kind === 15)) view.setUint32(4 * word, (view.getUint32(4 * word) ^ 0x4000_0000) >>> 0)
  }
  view.setInt32(8, naiveSteim(generation, frames, sampleCount).at(-1) ?? 0)
  return frames
}

const steps = fc.array(fc.oneof(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -40_000, max: 40_000 }), fc.integer()), {
  minLength: 1,
  maxLength: 400,
})
const series = steps.map((differences) => {
  let value = 0
  return Int32Array.from(differences, (difference) => {
    value = (value + difference) | 0
    return value
  })
})

describe.each([1, 2] as const)('Steim%i', (generation) => {
  it('unpacks any frames as the slow reading of the standard does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 * FRAME, maxLength: 2 * FRAME }), fc.nat(120), (bytes, wanted) => {
        const count = Math.min(wanted, naiveSteim(generation, legalFrames(generation, bytes, 0), 1000).length)
        const frames = legalFrames(generation, bytes, count)
        expect(Array.from(decode(generation, frames, count))).toEqual(naiveSteim(generation, frames, count))
      }),
    )
  })

  it('reads a series whose first frame holds no differences', () => {
    const frames = new Uint8Array(2 * FRAME)
    const view = new DataView(frames.buffer)
    view.setInt32(4, 7)
    view.setInt32(8, 10)
    // Four differences of eight bits in the first word of the second frame; the first belongs to the sample before the record.
    view.setUint32(FRAME, 0x1000_0000)
    view.setUint32(FRAME + 4, 0x0501_0101)
    expect(Array.from(decode(generation, frames, 4))).toEqual([7, 8, 9, 10])
  })

  it('brings back every 32-bit series that it packed', () => {
    fc.assert(
      fc.property(series, (samples) => {
        for (let from = 0; from < samples.length; ) {
          const frames = new Uint8Array(7 * FRAME)
          const { count, length } = packSteim(generation, samples, from, frames)
          expect(count).toBeGreaterThan(0)
          expect(decode(generation, frames.subarray(0, length), count)).toEqual(samples.slice(from, from + count))
          from += count
        }
      }),
    )
  })

  it('reports the stored and the decoded value when the last sample is wrong', () => {
    const frames = new Uint8Array(FRAME)
    packSteim(generation, Int32Array.of(5, 6, 7, 9), 0, frames)
    new DataView(frames.buffer).setInt32(8, 10)
    const error = thrownBy(() => decode(generation, frames, 4))
    expect(error).toBeInstanceOf(SteimIntegrityError)
    expect(error).toMatchObject({ code: 'STEIM_INTEGRITY', context: { byteOffset: 8, sourceId: 'test', expected: 10, got: 9 } })
  })

  it('refuses a sample count that the frames do not hold', () => {
    const frames = new Uint8Array(FRAME)
    packSteim(generation, Int32Array.of(5, 6, 7, 9), 0, frames)
    const error = thrownBy(() => decode(generation, frames, 5))
    expect(error).toBeInstanceOf(MiniseedFormatError)
    expect(error).toMatchObject({ code: 'MINISEED_FORMAT', context: { expected: 5, got: 4 } })
  })

  it('writes no sample behind the last one', () => {
    const frames = new Uint8Array(FRAME)
    packSteim(generation, Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 0, frames)
    const target = new Int32Array(12).fill(-1)
    const view = new DataView(frames.buffer)
    new DataView(frames.buffer).setInt32(8, 6)
    decodeSteim(generation, { view, offset: 0, length: FRAME, isLittleEndian: false, sampleCount: 6, sourceId: 'test' }, target)
    expect(Array.from(target)).toEqual([1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1, -1])
  })

  it('takes the first sample from its own field, whatever the first difference says', () => {
    const frames = new Uint8Array(FRAME)
    packSteim(generation, Int32Array.of(1000, 1001, 1003, 1006), 0, frames)
    frames[12] = 77
    expect(decode(generation, frames, 4)[0]).toBe(1000)
  })
})

describe('little-endian frames', () => {
  it('keep four bytes of a word in order of address', () => {
    const frames = littleEndian([(1 << 24) | (0 << 22), 10, 16, 0], [[12, [0, 1, 2, 3]]])
    expect(Array.from(decode(1, frames, 4, true))).toEqual([10, 11, 13, 16])
    expect(Array.from(decode(2, frames, 4, true))).toEqual([10, 11, 13, 16])
  })

  it('keep half words of Steim1 in order of address, each of them swapped', () => {
    const frames = littleEndian([2 << 24, 10, 310, 0], [[12, [0, 0, 0x2c, 0x01]]])
    expect(Array.from(decode(1, frames, 2, true))).toEqual([10, 310])
  })
})

describe('Steim2', () => {
  it('refuses a word of an undefined kind and says where', () => {
    const frames = new Uint8Array(FRAME)
    const view = new DataView(frames.buffer)
    view.setUint32(0, 2 << 24)
    view.setUint32(12, 0x0000_0001)
    expect(thrownBy(() => decode(2, frames, 1))).toMatchObject({ code: 'MINISEED_FORMAT', context: { byteOffset: 12 } })
  })
})

function littleEndian(words: number[], patches: [number, number[]][]): Uint8Array {
  const frames = new Uint8Array(FRAME)
  const view = new DataView(frames.buffer)
  for (const [index, word] of words.entries()) view.setInt32(4 * index, word, true)
  for (const [offset, bytes] of patches) frames.set(bytes, offset)
  return frames
}
