import { describe, expect, it } from 'vitest'
import { phaseParts } from '../../../../src/app/interpretation/phase-parts.ts'
import type { GridTrace } from '../../../../src/app/training/grid-trace.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

const base = gridTrace({ rows: 800 })

function traceWith(changes: Partial<GridTrace>): GridTrace {
  return { ...base, ...changes, label: { ...base.label, category: changes.pIndex === undefined ? 'noise' : 'earthquake' } }
}

describe('phase parts', () => {
  it('follow each other from P on: P, five seconds of S, coda', () => {
    const trace = traceWith({ pIndex: 1100, sIndex: 1180 })
    expect(phaseParts(trace, 1000, 501, 20)).toEqual({
      before: { from: 0, to: 100 },
      p: { from: 100, to: 180 },
      s: { from: 180, to: 280 },
      coda: { from: 280, to: 501 },
    })
  })

  it('are cut at the window, and left out when nothing of them is in it', () => {
    const trace = traceWith({ pIndex: 990, sIndex: 1450 })
    expect(phaseParts(trace, 1000, 501, 20)).toEqual({ p: { from: 0, to: 450 }, s: { from: 450, to: 501 } })
  })

  it('end with what precedes P when there is no S', () => {
    expect(phaseParts(traceWith({ pIndex: 1100, sIndex: undefined }), 1000, 501, 20)).toEqual({ before: { from: 0, to: 100 } })
  })

  it('of a noise trace are the whole window', () => {
    expect(phaseParts(traceWith({ pIndex: undefined }), 1000, 501, 20)).toEqual({ noise: { from: 0, to: 501 } })
  })
})
