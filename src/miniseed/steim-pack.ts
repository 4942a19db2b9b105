import { FRAME_LENGTH, STEIM1_LAYOUTS, STEIM2_LAYOUTS, WORDS_PER_FRAME, type WordLayout } from './steim-layout.ts'

/** What one call packed. */
export interface PackedFrames {
  /** Samples taken. */
  readonly count: number
  /** Bytes written: whole frames. */
  readonly length: number
}

/**
 * Packs samples from `from` on into frames, each word as full as the next differences allow (SEED 2.4 appendix B), until the
 * frames are full or the samples end. Packing also ends before a difference that Steim2 cannot hold (30 bits): the next record
 * starts with that sample itself, so every 32-bit series can be written.
 *
 * @param target the payload, big-endian, all zero; whole frames
 */
export function packSteim(generation: 1 | 2, samples: Int32Array, from: number, target: Uint8Array): PackedFrames {
  const layouts = generation === 1 ? STEIM1_LAYOUTS : STEIM2_LAYOUTS
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength)
  const frames = Math.floor(target.length / FRAME_LENGTH)
  let index = from
  let frame = 0
  for (; frame < frames && index < samples.length; frame++) {
    const before = index
    index = packFrame(layouts, samples, from, index, view, frame * FRAME_LENGTH, frame === 0 ? 3 : 1)
    if (index === before) break
  }
  view.setInt32(4, samples[from] ?? 0)
  view.setInt32(8, samples[index - 1] ?? 0)
  return { count: index - from, length: frame * FRAME_LENGTH }
}

/** @returns the index of the first sample that is not in the frame */
function packFrame(
  layouts: readonly WordLayout[],
  samples: Int32Array,
  from: number,
  start: number,
  view: DataView,
  offset: number,
  firstWord: number,
): number {
  let codes = 0
  let index = start
  for (let word = firstWord; word < WORDS_PER_FRAME && index < samples.length; word++) {
    const layout = fullestLayout(layouts, samples, from, index)
    if (layout === undefined) break
    view.setInt32(offset + 4 * word, packWord(layout, samples, from, index))
    codes |= layout.code << (30 - 2 * word)
    index += layout.count
  }
  view.setInt32(offset, codes)
  return index
}

function fullestLayout(layouts: readonly WordLayout[], samples: Int32Array, from: number, index: number): WordLayout | undefined {
  for (const layout of layouts) if (canHold(layout, samples, from, index)) return layout
  return undefined
}

function canHold({ count, limit }: WordLayout, samples: Int32Array, from: number, index: number): boolean {
  if (index + count > samples.length) return false
  for (let next = index; next < index + count; next++) {
    const difference = differenceAt(samples, from, next)
    if (difference < -limit || difference >= limit) return false
  }
  return true
}

function packWord(layout: WordLayout, samples: Int32Array, from: number, index: number): number {
  const { count, bits, dnib } = layout
  const mask = bits === 32 ? -1 : (1 << bits) - 1
  let word = dnib === undefined ? 0 : dnib << 30
  for (let position = 0; position < count; position++) {
    word |= (differenceAt(samples, from, index + position) & mask) << (bits * (count - 1 - position))
  }
  return word
}

/** Difference to the sample before; 0 for the first of a record, which readers take from the frame's own field. */
function differenceAt(samples: Int32Array, from: number, index: number): number {
  return index === from ? 0 : samples[index]! - samples[index - 1]!
}
