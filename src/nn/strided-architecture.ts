import type { Architecture, Layer } from './network.ts'

/** What distinguishes one network of this kind from another. */
export interface StridedShape {
  readonly name: string
  /** Rows of a window. */
  readonly rows: number
  /** Of the convolutions in turn: there are as many as numbers. */
  readonly filters: readonly number[]
  /** Of the convolutions in turn, the last for all that follow. */
  readonly kernelSizes: readonly number[]
  /** So many of the rows that are left become one, their largest; 1 for no pooling. */
  readonly pooledRows: number
  /** Of the dense layer before the score. */
  readonly units: number
}

/** A window has three components. */
const CHANNELS = 3

/**
 * Convolutions that halve the rows, over and over, then a dense layer and the score: the published detector and its relatives at
 * other rates.
 */
export function stridedArchitecture({ name, rows, filters, kernelSizes, pooledRows, units }: StridedShape): Architecture {
  const convolutions = filters.map(
    (count, i): Layer => ({
      kind: 'conv1d',
      name: `conv${i + 1}`,
      filters: count,
      kernelSize: kernelSizes[Math.min(i, kernelSizes.length - 1)] ?? 1,
      strides: 2,
      padding: 'same',
      activation: 'relu',
      useBias: true,
    }),
  )
  const pooling: Layer = { kind: 'maxPooling1d', name: 'pool', poolSize: pooledRows, strides: pooledRows, padding: 'same' }
  return {
    name,
    input: { rows, channels: CHANNELS },
    layers: [
      ...convolutions,
      ...(pooledRows > 1 ? [pooling] : []),
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'dense1', units, activation: 'relu', useBias: true },
      { kind: 'dense', name: 'dense2', units: 1, activation: 'sigmoid', useBias: true },
    ],
  }
}
