import { describe, expect, it } from 'vitest'
import { cdsnSample, geoscope3Sample, geoscope4Sample, sroSample } from '../../../src/miniseed/gain-ranged.ts'

describe('gain-ranged samples', () => {
  it.each([
    [0x1fff, 0],
    [0x2000, 1],
    [0x5fff + 1, 4],
    [0x9fff + 1, 16],
    [0xdfff + 1, 128],
    [0xc000, -8191 * 128],
  ])('CDSN %i is %i', (word, sample) => {
    expect(cdsnSample(word)).toBe(sample)
  })

  it.each([
    [0xa001, 1],
    [0x9001, 2],
    [0x0001, 1024],
    [0xafff, -1],
    [0x0800, -2048 * 1024],
  ])('SRO %i is %i', (word, sample) => {
    expect(sroSample(word)).toBe(sample)
  })

  it('GEOSCOPE divides by two to the power of 3 or 4 bits of gain', () => {
    expect(geoscope3Sample(0x0801)).toBe(1)
    expect(geoscope3Sample(0xf801)).toBe(1 / 128)
    expect(geoscope4Sample(0xf801)).toBe(1 / 32_768)
    expect(geoscope4Sample(0x1000)).toBe(-1024)
  })
})
