import { describe, expect, it } from 'vitest'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'
import { layerShapes, parameterCount } from '../../../src/nn/network.ts'
import { stridedArchitecture } from '../../../src/nn/strided-architecture.ts'

const SHAPE = { name: 'made', rows: 1001, filters: [16, 24, 32], kernelSizes: [7, 5], pooledRows: 126, units: 8 }

describe('stridedArchitecture', () => {
  it('halves the rows with every convolution and ends with one score', () => {
    const shapes = layerShapes(stridedArchitecture(SHAPE)).map(({ rows, channels }) => [rows, channels])
    expect(shapes).toEqual([
      [1001, 3],
      [501, 16],
      [251, 24],
      [126, 32],
      [1, 32],
      [1, 32],
      [1, 8],
      [1, 1],
    ])
  })

  it('takes the last kernel size for all convolutions that follow', () => {
    const { layers } = stridedArchitecture(SHAPE)
    expect(layers.flatMap((layer) => (layer.kind === 'conv1d' ? [layer.kernelSize] : []))).toEqual([7, 5, 5])
  })

  it('has no pooling layer when a row stays a row', () => {
    const { layers } = stridedArchitecture({ ...SHAPE, pooledRows: 1 })
    expect(layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3', 'flatten', 'dense1', 'dense2'])
  })

  it('gives the published detector its lengths and its 35,585 parameters', () => {
    const published = majstorovicArchitecture()
    expect(layerShapes(published).map(({ rows }) => rows)).toEqual([501, 251, 126, 63, 32, 16, 8, 4, 1, 1, 1])
    expect(parameterCount(published)).toBe(35_585)
  })
})
