import { describe, expect, it } from 'vitest'
import { protocolWindows } from '../../../../src/app/evaluation/window-protocol.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

const SHAPE = { windowLength: 501, sampleRate: 20 }
const starts = (trace: ReturnType<typeof gridTrace>) => protocolWindows(trace, SHAPE).map((start) => start - trace.firstIndex)

describe('the window protocol', () => {
  it('starts 20, 12.5 and 5 s before P', () => {
    expect(starts(gridTrace({ rows: 1200, pRow: 400 }))).toEqual([0, 150, 300])
  })

  it('leaves out windows that do not fit in the trace', () => {
    expect(starts(gridTrace({ rows: 801, pRow: 400 }))).toEqual([0, 150, 300])
    expect(starts(gridTrace({ rows: 800, pRow: 400 }))).toEqual([0, 150])
    expect(starts(gridTrace({ rows: 1200, pRow: 399 }))).toEqual([149, 299])
    expect(starts(gridTrace({ rows: 500, pRow: 250 }))).toEqual([])
  })

  it('gives consecutive windows of noise, 25 s apart', () => {
    expect(starts(gridTrace({ rows: 1501 }))).toEqual([0, 500, 1000])
    expect(starts(gridTrace({ rows: 1500 }))).toEqual([0, 500])
    expect(starts(gridTrace({ rows: 501 }))).toEqual([0])
    expect(starts(gridTrace({ rows: 500 }))).toEqual([])
  })
})
