/** Data encodings by their number in blockette 1000 (SEED 2.4, "Encoding Format") and in the miniSEED 3 header. */
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

interface EncodingFacts {
  readonly kind: SampleKind
  /** Bytes per sample; undefined where it varies. */
  readonly sampleLength: number | undefined
}

const FACTS: Readonly<Record<EncodingName, EncodingFacts>> = {
  text: { kind: 'text', sampleLength: 1 },
  int16: { kind: 'int32', sampleLength: 2 },
  int24: { kind: 'int32', sampleLength: 3 },
  int32: { kind: 'int32', sampleLength: 4 },
  float32: { kind: 'float32', sampleLength: 4 },
  float64: { kind: 'float64', sampleLength: 8 },
  steim1: { kind: 'int32', sampleLength: undefined },
  steim2: { kind: 'int32', sampleLength: undefined },
  geoscope24: { kind: 'float32', sampleLength: 3 },
  geoscope16Exponent3: { kind: 'float32', sampleLength: 2 },
  geoscope16Exponent4: { kind: 'float32', sampleLength: 2 },
  cdsn: { kind: 'int32', sampleLength: 2 },
  sro: { kind: 'int32', sampleLength: 2 },
  dwwssn: { kind: 'int32', sampleLength: 2 },
}

const NAMES: ReadonlyMap<number, EncodingName> = new Map(
  (Object.keys(ENCODING) as EncodingName[]).map((name): [number, EncodingName] => [ENCODING[name], name]),
)

/** @returns undefined for an encoding that we do not read */
export function sampleKindOf(encoding: number): SampleKind | undefined {
  const name = NAMES.get(encoding)
  return name && FACTS[name].kind
}

/** Bytes per sample; undefined for Steim, where it varies, and for an encoding that we do not read. */
export function sampleLengthOf(encoding: number): number | undefined {
  const name = NAMES.get(encoding)
  return name && FACTS[name].sampleLength
}

/** `steim2 (11)` for messages; unknown numbers as they are. */
export function describeEncoding(encoding: number): string {
  const name = NAMES.get(encoding)
  return name === undefined ? String(encoding) : `${name} (${encoding})`
}
