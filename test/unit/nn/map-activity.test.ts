import { describe, expect, it } from 'vitest'
import { LargestActivations, meanActivations } from '../../../src/nn/map-activity.ts'

const ACTIVATION = { layer: 'conv', rows: 4, channels: 2, values: Float32Array.from([1, 0, 3, 0, 5, 0, 7, -2]) }
/** Fields centred at input rows 1, 5, 9, 13. */
const FIELD = { layer: 'conv', rows: 4, first: 0, step: 4, length: 3 }

describe('mean activations', () => {
  it('are taken over the rows whose fields are centred in the part', () => {
    expect(meanActivations(ACTIVATION, FIELD, { from: 5, to: 13 })).toEqual(Float64Array.from([4, 0]))
    expect(meanActivations(ACTIVATION, FIELD, { from: 0, to: 14 })).toEqual(Float64Array.from([4, -0.5]))
  })

  it('are undefined where no field is centred', () => {
    expect(meanActivations(ACTIVATION, FIELD, { from: 6, to: 9 })).toBeUndefined()
  })
})

describe('largest activations', () => {
  it('tell maps that were never above zero', () => {
    const largest = new LargestActivations()
    largest.add([ACTIVATION])
    expect([...largest.largest('conv')!]).toEqual([7, 0])
    expect(largest.dead('conv')).toEqual([1])
    largest.add([{ ...ACTIVATION, values: Float32Array.from([0, 0.5, 0, 0, 0, 0, 0, 0]) }])
    expect(largest.dead('conv')).toEqual([])
  })

  it('know nothing of a layer that was not added', () => {
    expect(new LargestActivations().dead('conv')).toEqual([])
    expect(new LargestActivations().largest('conv')).toBeUndefined()
  })
})
