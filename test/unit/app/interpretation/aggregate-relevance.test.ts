import { describe, expect, it } from 'vitest'
import { AggregateRelevance } from '../../../../src/app/interpretation/aggregate-relevance.ts'
import type { LabelledWindow } from '../../../../src/app/interpretation/labelled-windows.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'
import { noise } from '../../../helpers/networks.ts'

const ROWS = 501
const { label } = gridTrace({ rows: ROWS, pRow: 100 })
const quiet = gridTrace({ rows: ROWS }).label

function earthquake(pRow: number, sRow: number): LabelledWindow {
  const parts = { before: { from: 0, to: pRow }, p: { from: pRow, to: sRow }, s: { from: sRow, to: ROWS } }
  return { label, input: noise(ROWS * 3, 1), samples: new Float64Array(ROWS * 3), parts, pRow, sRow }
}

/** Relevance of a component in some rows, all the same. */
function mapOf(entries: readonly (readonly [row: number, column: number, value: number])[]): Float32Array {
  const map = new Float32Array(ROWS * 3)
  for (const [row, column, value] of entries) map[row * 3 + column] = value
  return map
}

describe('relevance over a dataset', () => {
  it('is aligned on the picks, whatever their place in the window and the size of the map', () => {
    const aggregate = new AggregateRelevance(ROWS, 20)
    aggregate.add(earthquake(100, 180), mapOf([[100, 0, 5]]))
    aggregate.add(earthquake(250, 300), mapOf([[250, 0, 0.1]]))
    const { aroundP, aroundS } = aggregate.summary()
    const atP = -aroundP.fromSeconds / aroundP.stepSeconds
    // All relevance in one of the two samples of the step: half of it per sample, times 20 samples a second, times two samples.
    expect(aroundP.z[atP]).toBeCloseTo(10, 5)
    expect(aroundP.z[atP - 1]).toBe(0)
    expect(aroundP.n.every((value) => value === 0 || value === null)).toBe(true)
    expect(aroundP.windows).toBe(2)
    expect(aroundP.z[0]).toBeNull()
    expect(aroundS.z[(-2.5 - aroundS.fromSeconds) / aroundS.stepSeconds]).toBeCloseTo(5, 5)
  })

  it('is shared among components and phases, beside the time that each phase has', () => {
    const aggregate = new AggregateRelevance(ROWS, 20)
    aggregate.add(
      earthquake(100, 200),
      mapOf([
        [50, 0, 1],
        [150, 1, 2],
        [300, 2, -1],
      ]),
    )
    const { earthquakes } = aggregate.summary()
    expect(earthquakes.components).toEqual([0.25, 0.5, 0.25])
    expect(earthquakes.phases.before).toEqual({ relevance: 0.25, time: 100 / ROWS })
    expect(earthquakes.phases.p).toEqual({ relevance: 0.5, time: 100 / ROWS })
    expect(earthquakes.phases.s).toEqual({ relevance: 0.25, time: 301 / ROWS })
    expect(earthquakes.phases.coda).toBeUndefined()
    expect(earthquakes.bands.energy.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
  })

  it('keeps noise apart and leaves maps of zeros out', () => {
    const aggregate = new AggregateRelevance(ROWS, 20)
    const window = {
      ...earthquake(100, 200),
      label: quiet,
      parts: { noise: { from: 0, to: ROWS } },
      pRow: undefined,
      sRow: undefined,
    }
    aggregate.add(window, mapOf([[3, 0, 1]]))
    aggregate.add(window, mapOf([]))
    const { noise: quietShares, earthquakes, aroundP } = aggregate.summary()
    expect(quietShares).toMatchObject({ windows: 1, components: [1, 0, 0], phases: { noise: { relevance: 1, time: 1 } } })
    expect(earthquakes.windows).toBe(0)
    expect(aroundP.windows).toBe(0)
  })
})
