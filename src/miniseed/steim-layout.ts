/**
 * How Steim compression packs differences into 32-bit words (SEED 2.4 appendix B). A frame is 16 words; the first holds sixteen
 * 2-bit codes, one per word. Steim2 refines a code by the two top bits of the word itself ("dnib").
 */
export interface WordLayout {
  /** Differences in the word. */
  readonly count: number
  /** Bits of each; the last one ends at bit 0 of the word. */
  readonly bits: number
  /** The word's 2-bit code in the first word of the frame. */
  readonly code: number
  /** Differences from −limit to limit − 1 fit; all do where the sum wraps around as 32-bit numbers do. */
  readonly limit: number
  /** Top bits of a Steim2 word; undefined where they belong to a difference. */
  readonly dnib: number | undefined
}

export const FRAME_LENGTH = 64
export const WORDS_PER_FRAME = 16

/** Fullest first: what a packer tries in order. */
export const STEIM1_LAYOUTS: readonly WordLayout[] = [
  { count: 4, bits: 8, code: 1, limit: 2 ** 7, dnib: undefined },
  { count: 2, bits: 16, code: 2, limit: 2 ** 15, dnib: undefined },
  { count: 1, bits: 32, code: 3, limit: Number.POSITIVE_INFINITY, dnib: undefined },
]

/** Fullest first: what a packer tries in order. */
export const STEIM2_LAYOUTS: readonly WordLayout[] = [
  { count: 7, bits: 4, code: 3, limit: 2 ** 3, dnib: 2 },
  { count: 6, bits: 5, code: 3, limit: 2 ** 4, dnib: 1 },
  { count: 5, bits: 6, code: 3, limit: 2 ** 5, dnib: 0 },
  { count: 4, bits: 8, code: 1, limit: 2 ** 7, dnib: undefined },
  { count: 3, bits: 10, code: 2, limit: 2 ** 9, dnib: 3 },
  { count: 2, bits: 15, code: 2, limit: 2 ** 14, dnib: 2 },
  { count: 1, bits: 30, code: 2, limit: 2 ** 29, dnib: 1 },
]

/** Layout by `code << 2 | top two bits of the word`; undefined where the standard defines none. */
export const STEIM1_BY_NIBBLE = byNibble(STEIM1_LAYOUTS)
export const STEIM2_BY_NIBBLE = byNibble(STEIM2_LAYOUTS)

function byNibble(layouts: readonly WordLayout[]): readonly (WordLayout | undefined)[] {
  return Array.from({ length: 16 }, (_, nibble) =>
    layouts.find(({ code, dnib }) => code === nibble >> 2 && (dnib === undefined || dnib === (nibble & 3))),
  )
}
