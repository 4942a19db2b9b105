import { describe, expect, it } from 'vitest'
import { butterworthHighpass, butterworthLowpass, filterHighpass, filterLowpass } from '../../../src/signal/biquad.ts'
import { createOnsetMeter } from '../../../src/signal/onset-meter.ts'
import { seededRandom } from '../../helpers/signals.ts'

const RATE = 20
const ROWS = 501
const shape = { windowLength: ROWS, channels: 3, sampleRate: RATE, stride: RATE }
const measure = createOnsetMeter(shape)
const find = (window: Float64Array) => measure(window).arrival

/** Noise of amplitude 1 on three components, `factor` times louder from each of these rows on. */
function groundOf(rows: number, seed: number, louder: readonly { row: number; factor: number }[] = []): Float64Array {
  const random = seededRandom(seed)
  return Float64Array.from({ length: rows * 3 }, (_, i) => {
    const amplitude = louder.reduce((all, { row, factor }) => (Math.floor(i / 3) >= row ? all * factor : all), 1)
    return amplitude * 2 * (random() - 0.5)
  })
}

/** Filter, square, divide: row by row, without any sharing. */
function naiveMeasure(window: Float64Array) {
  const columns = [0, 1, 2].map((column) => window.filter((_, i) => i % 3 === column))
  for (const column of columns) {
    filterHighpass(butterworthHighpass(2, RATE), column, 0, 1, ROWS)
    for (let twice = 0; twice < 2; twice++) filterLowpass(butterworthLowpass(8, RATE), column, 0, 1, ROWS)
  }
  const power = (column: Float64Array, from: number, to: number) =>
    column.slice(from, to).reduce((all, x) => all + x * x, 0) / (to - from)
  const ratio = (row: number) =>
    columns.map((column) => power(column, row, row + 2 * RATE) / power(column, row - 5 * RATE, row)).sort((a, b) => b - a)[1]!
  const rows = Array.from({ length: RATE }, (_, i) => ROWS - 2 * RATE - RATE + i)
  const peaks = rows.filter((row) => ratio(row) > ratio(row - 1) && ratio(row) > ratio(row + 1) && ratio(row) >= 2)
  const best = peaks.sort((a, b) => ratio(b) - ratio(a))[0]
  const largestRatio = Math.max(...Array.from({ length: ROWS - 7 * RATE + 1 }, (_, i) => ratio(5 * RATE + i)))
  return { largestRatio, arrival: best === undefined ? undefined : { row: best, powerRatio: ratio(best) } }
}

describe('an arrival in the newest rows of a window', () => {
  it('is where the power after over the power before is largest, as a slow reading says', () => {
    let seen = 0
    for (let seed = 0; seed < 60; seed++) {
      const window = groundOf(ROWS, seed, [{ row: 430 + (seed % 40), factor: 1 + (seed % 7) }])
      const expected = naiveMeasure(window).arrival
      const found = find(window)
      expect(found?.row).toBe(expected?.row)
      expect(found?.powerRatio ?? 0).toBeCloseTo(expected?.powerRatio ?? 0, 9)
      if (found) seen++
    }
    expect(seen).toBeGreaterThan(20)
    expect(seen).toBeLessThan(60)
  })

  it('is found within 0.15 s of a step of ten times the amplitude, with about its hundred times the power', () => {
    const found = find(groundOf(ROWS, 3, [{ row: 450, factor: 10 }]))
    expect(Math.abs((found?.row ?? 0) - 450)).toBeLessThanOrEqual(3)
    expect(found?.powerRatio).toBeGreaterThan(60)
    expect(found?.powerRatio).toBeLessThan(160)
  })

  it('is none where only one component becomes louder, but where that is the only one', () => {
    const onOne = (window: Float64Array, others: number) => window.map((x, i) => (i % 3 === 1 ? x : x * others))
    const loud = groundOf(ROWS, 13, [{ row: 450, factor: 30 }])
    const even = groundOf(ROWS, 13)
    expect(find(loud.map((x, i) => (i % 3 === 1 ? x : even[i]!)))).toBeUndefined()
    expect(find(loud)?.powerRatio).toBeGreaterThan(60)
    expect(find(onOne(loud, 0))?.powerRatio).toBeGreaterThan(60)
  })

  it('is none in even noise, in a decaying coda, in a slow swell, in silence and among what is no number', () => {
    expect(find(groundOf(ROWS, 5))).toBeUndefined()
    const coda = groundOf(ROWS, 6).map((x, i) => x * Math.exp(-Math.floor(i / 3) / 200))
    expect(find(coda)).toBeUndefined()
    const swell = groundOf(ROWS, 7).map((x, i) => 0.01 * x + 1000 * Math.sin((2 * Math.PI * Math.floor(i / 3)) / (8 * RATE)))
    expect(find(swell)).toBeUndefined()
    expect(find(new Float64Array(ROWS * 3))).toBeUndefined()
    expect(find(groundOf(ROWS, 8, [{ row: 450, factor: 9 }]).fill(Number.NaN, 1200, 1300))).toBeUndefined()
  })

  it('is judged in exactly one of the windows on a stride: no row twice, and the clearest where it is', () => {
    const ground = groundOf(3000, 9, [{ row: 1770, factor: 6 }])
    const found: { row: number; powerRatio: number }[] = []
    for (let first = 0; first + ROWS <= 3000; first += RATE) {
      const arrival = find(ground.slice(first * 3, (first + ROWS) * 3))
      if (arrival) found.push({ row: first + arrival.row, powerRatio: arrival.powerRatio })
    }
    expect(new Set(found.map(({ row }) => row)).size).toBe(found.length)
    const [clearest, next] = found.toSorted((a, b) => b.powerRatio - a.powerRatio)
    expect(Math.abs((clearest?.row ?? 0) - 1770)).toBeLessThanOrEqual(3)
    expect(Math.abs((next?.row ?? 0) - 1770)).toBeLessThan(RATE)
  })

  it('keeps nothing from one window to the next and changes no window', () => {
    const window = groundOf(ROWS, 10, [{ row: 455, factor: 4 }])
    const before = window.slice()
    const found = find(window)
    find(groundOf(ROWS, 11, [{ row: 445, factor: 8 }]))
    expect(find(window)).toEqual(found)
    expect(window).toEqual(before)
  })

  it('is not looked for where the window is too short to say', () => {
    expect(createOnsetMeter({ ...shape, windowLength: 100 })(groundOf(100, 12, [{ row: 70, factor: 9 }]))).toEqual({
      largestRatio: 0,
    })
  })
})

describe('the clearest onset of a window', () => {
  it('is the largest ratio of all rows with 5 s before and 2 s after them, as a slow reading says', () => {
    for (let seed = 0; seed < 30; seed++) {
      const window = groundOf(ROWS, seed, [{ row: (40 * seed) % ROWS, factor: 1 + (seed % 7) }])
      expect(measure(window).largestRatio).toBeCloseTo(naiveMeasure(window).largestRatio, 9)
    }
  })

  it('is seen wherever it is, from 5 s after the beginning to 2 s before the end', () => {
    for (const row of [100, 250, 461]) {
      expect(measure(groundOf(ROWS, 3, [{ row, factor: 10 }])).largestRatio).toBeGreaterThan(60)
    }
    expect(measure(groundOf(ROWS, 3, [{ row: 20, factor: 10 }])).largestRatio).toBeLessThan(5)
  })

  it('does not ring at the beginning of a window that lies far from zero', () => {
    const window = groundOf(ROWS, 4, [{ row: 140, factor: 5 }])
    expect(measure(window.map((x) => x + 1e6)).largestRatio).toBeCloseTo(measure(window).largestRatio, 3)
  })

  it('stays right behind a shock a million times as strong', () => {
    const window = groundOf(ROWS, 5, [{ row: 400, factor: 3 }])
    for (let row = 100; row < 104; row++) for (let i = 0; i < 3; i++) window[row * 3 + i]! += row % 2 ? 1e6 : -1e6
    expect(measure(window).largestRatio).toBeCloseTo(naiveMeasure(window).largestRatio, -3)
    const { arrival } = createOnsetMeter({ ...shape, stride: 80 })(window)
    expect(arrival?.powerRatio).toBeGreaterThan(5)
    expect(arrival?.powerRatio).toBeLessThan(15)
  })

  it('is that of what moves at 2 to 8 Hz, not of what is slower or faster', () => {
    const rate = 40
    const at = createOnsetMeter({ windowLength: 1001, channels: 3, sampleRate: rate, stride: rate })
    const burst = (hertz: number) =>
      Float64Array.from({ length: 3003 }, (_, i) => {
        const row = Math.floor(i / 3)
        return Math.sin(row * 1.7) / 5 + Math.sin(row * 0.9) / 5 + (row > 600 ? Math.sin((2 * Math.PI * hertz * row) / rate) : 0)
      })
    expect(at(burst(4)).largestRatio).toBeGreaterThan(10)
    expect(at(burst(15)).largestRatio).toBeLessThan(at(burst(4)).largestRatio / 5)
    expect(at(burst(0.2)).largestRatio).toBeLessThan(at(burst(4)).largestRatio / 5)
  })

  it('needs no low-pass on a grid that is too slow for one', () => {
    const slow = createOnsetMeter({ windowLength: 251, channels: 3, sampleRate: 10, stride: 10 })
    expect(slow(groundOf(251, 3, [{ row: 150, factor: 10 }])).largestRatio).toBeGreaterThan(40)
  })

  it('is 0 where nothing is known: in silence', () => {
    expect(measure(new Float64Array(ROWS * 3))).toEqual({ largestRatio: 0 })
  })
})
