import { describe, expect, it } from 'vitest'
import { scaleBar } from '../../../../src/web/map/scale-bar.ts'

describe('the scale bar', () => {
  it('is the longest round length that fits', () => {
    expect(scaleBar(0.75, 120)).toEqual({ pixels: 50 / 0.75, label: '50 km' })
    expect(scaleBar(1, 100)).toEqual({ pixels: 100, label: '100 km' })
    expect(scaleBar(39, 120).label).toBe('2,000 km')
  })

  it('says metres below a kilometre', () => {
    expect(scaleBar(0.002, 120)).toEqual({ pixels: 100, label: '200 m' })
  })
})
