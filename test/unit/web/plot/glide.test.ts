import { describe, expect, it } from 'vitest'
import { Glide } from '../../../../src/web/plot/glide.ts'

/** Shown places over a minute of frames, after data came every `lump` seconds for a while. */
function run(lump: number): { steps: number[]; lag: number } {
  const glide = new Glide(120)
  const steps: number[] = []
  let before = Number.NaN
  let lag = 0
  for (let millis = 0; millis < 180_000; millis += 20) {
    const end = 1000 + Math.floor(millis / 1000 / lump) * lump
    const shown = glide.follow(end, millis)
    if (millis > 120_000) {
      steps.push(shown - before)
      lag = Math.max(lag, end - shown)
    }
    before = shown
  }
  return { steps, lag }
}

describe('the live edge of an axis', () => {
  it('moves evenly although data come in lumps, and stays near them', () => {
    for (const lump of [1, 5]) {
      const { steps, lag } = run(lump)
      expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(2.5)
      expect(lag).toBeLessThan(3 * lump)
    }
  })

  it('never goes beyond the newest sample and jumps over what is far', () => {
    const glide = new Glide(120)
    expect(glide.follow(Number.NaN, 0)).toBeNaN()
    expect(glide.follow(1000, 20)).toBe(1000)
    expect(glide.follow(1001, 40)).toBeLessThanOrEqual(1001)
    expect(glide.follow(9000, 60)).toBe(9000)
    expect(glide.follow(5000, 80)).toBe(5000)
  })
})
