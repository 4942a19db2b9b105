/** Data encodings by their number in blockette 1000 (SEED 2.4 §, "Encoding Format") and in the miniSEED 3 header. */
export const ENCODING = {
  text: 0,
  int16: 1,
  int24: 2,
  int32: 3,
  float32: 4,
  float64: 5,
  steim1: 10,
  steim2: 11,
  geoscope24: 12,
  geoscope16Exponent3: 13,
  geoscope16Exponent4: 14,
  cdsn: 16,
  sro: 30,
  dwwssn: 32,
} as const

export type EncodingName = keyof typeof ENCODING

/** What decoded samples are held in. `text` records have characters instead of samples. */
export type SampleKind = 'int32' | 'float32' | 'float64' | 'text'

const SAMPLE_KINDS: ReadonlyMap<number, SampleKind> = new Map<number, SampleKind>([
  [ENCODING.text, 'text'],
  [ENCODING.int16, 'int32'],
  [ENCODING.int24, 'int32'],
  [ENCODING.int32, 'int32'],
  [ENCODING.float32, 'float32'],
  [ENCODING.float64, 'float64'],
  [ENCODING.steim1, 'int32'],
  [ENCODING.steim2, 'int32'],
  [ENCODING.geoscope24, 'float32'],
  [ENCODING.geoscope16Exponent3, 'float32'],
  [ENCODING.geoscope16Exponent4, 'float32'],
  [ENCODING.cdsn, 'int32'],
  [ENCODING.sro, 'int32'],
  [ENCODING.dwwssn, 'int32'],
])

/** @returns undefined for an encoding that we do not read */
export function sampleKindOf(encoding: number): SampleKind | undefined {
  return SAMPLE_KINDS.get(encoding)
}

/** `Steim2 (11)` for messages; unknown numbers as they are. */
export function describeEncoding(encoding: number): string {
  const name = Object.entries(ENCODING).find(([, number]) => number === encoding)?.[0]
  return name === undefined ? String(encoding) : `${name} (${encoding})`
}
