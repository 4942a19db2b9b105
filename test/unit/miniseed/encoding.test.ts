import { describe, expect, it } from 'vitest'
import { describeEncoding, ENCODING, sampleKindOf, sampleLengthOf } from '../../../src/miniseed/encoding.ts'

describe('encodings', () => {
  it('have a kind of sample each', () => {
    for (const encoding of Object.values(ENCODING)) expect(sampleKindOf(encoding)).toBeDefined()
    expect(sampleKindOf(ENCODING.geoscope24)).toBe('float32')
    expect(sampleKindOf(17)).toBeUndefined()
  })

  it('have a fixed sample length, but for Steim', () => {
    const varying = Object.values(ENCODING).filter((encoding) => sampleLengthOf(encoding) === undefined)
    expect(varying).toEqual([ENCODING.steim1, ENCODING.steim2])
    expect(sampleLengthOf(ENCODING.int24)).toBe(3)
  })

  it('are named in messages, unknown ones by number', () => {
    expect(describeEncoding(11)).toBe('steim2 (11)')
    expect(describeEncoding(17)).toBe('17')
  })
})
