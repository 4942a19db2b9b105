import { describe, expect, it } from 'vitest'
import { SampleBlocks } from '../../../../src/web/feed/sample-blocks.ts'
import { PreparedTraces } from '../../../../src/web/plot/prepared-traces.ts'

const RATE = 20

/** Z = seconds, N = 7, E = −seconds over [from, to). */
function traces(from: number, to: number) {
  const samples = new SampleBlocks(3)
  const rows = Array.from({ length: (to - from) * RATE }, (_, i) => [from + i / RATE, 7, -(from + i / RATE)]).flat()
  samples.append(from * RATE, rows)
  return { samples, rate: RATE }
}

describe('traces prepared for drawing', () => {
  it('hold what is asked for at its place in time', () => {
    const prepared = new PreparedTraces()
    prepared.update(traces(1000, 1200), { from: 1100, to: 1110 }, {})
    const at = (component: number, seconds: number) => prepared.values[component]?.[Math.round(seconds * RATE) - prepared.first]
    expect([at(0, 1100), at(1, 1105), at(2, 1109.5)]).toEqual([1100, 7, -1109.5])
    expect(prepared.swing(0, { from: 1100, to: 1110 }).mean).toBeCloseTo(1105, 1)
    expect(prepared.swing(1, { from: 1100, to: 1110 })).toEqual({ mean: 7, peak: 0 })
  })

  it('say what is missing', () => {
    const { samples, rate } = traces(1000, 1050)
    samples.append(1060 * RATE, new Float32Array(3 * RATE * 100))
    const prepared = new PreparedTraces()
    prepared.update({ samples, rate }, { from: 1040, to: 1080 }, {})
    expect(prepared.holes).toEqual([{ from: 1050, to: 1060 }])
  })

  it('are not made anew while the picture scrolls over what is there', () => {
    const prepared = new PreparedTraces()
    const source = traces(1000, 1200)
    prepared.update(source, { from: 1100, to: 1110 }, {})
    const values = prepared.values
    prepared.update(source, { from: 1105, to: 1115 }, {})
    expect(prepared.values).toBe(values)
    prepared.update(source, { from: 1150, to: 1160 }, {})
    expect(prepared.values).not.toBe(values)
  })

  it('do not mind that the difference of two times is not always the same number', () => {
    const prepared = new PreparedTraces()
    const begin = 1_795_000_000
    const source = traces(begin, begin + 200)
    // A picture that moves by whole pixels, 1.61 of them per second: the end is rounded otherwise each time.
    const range = (frame: number) => {
      const to = begin + 110.123 + frame / 3
      const from = Math.floor((to - 10) * 1.61) / 1.61
      return { from, to: from + to - (to - 10) }
    }
    prepared.update(source, range(0), {})
    const values = prepared.values
    for (let frame = 1; frame < 50; frame++) prepared.update(source, range(frame), {})
    expect(prepared.values).toBe(values)
  })

  it('are made anew when samples come or another filter is chosen', () => {
    const prepared = new PreparedTraces()
    const source = traces(1000, 1200)
    const range = { from: 1100, to: 1110 }
    prepared.update(source, range, {})
    const first = prepared.values
    prepared.update(source, range, { fromHz: 1 })
    const filtered = prepared.values
    expect(filtered).not.toBe(first)
    expect(prepared.swing(1, range).peak).toBeLessThan(1e-3)
    source.samples.append(1200 * RATE, [0, 0, 0])
    prepared.update(source, range, { fromHz: 1 })
    expect(prepared.values).not.toBe(filtered)
  })
})
