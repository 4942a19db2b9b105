import type { ModelKernels } from '../../contract/model-kernels.ts'
import { Fourier } from '../plot/fourier.ts'

export type KernelLayer = ModelKernels['layers'][number]

/** Weights of a layer as a picture: one column per filter, one row per input and tap. */
export interface KernelMatrix {
  readonly taps: number
  readonly inputs: number
  readonly filters: number
  /** Row-major [taps · inputs, filters]; row = input · taps + tap. */
  readonly values: Float64Array
}

/** Zero-padded to so many samples: 33 frequencies from 0 to Nyquist. */
const PADDED = 64

/** @returns undefined for a layer without a kernel of two or three dimensions */
export function kernelMatrix(layer: KernelLayer): KernelMatrix | undefined {
  const kernel = layer.weights.find(({ name }) => name === 'kernel')
  const [taps, inputs, filters] =
    kernel?.shape.length === 3 ? kernel.shape : kernel?.shape.length === 2 ? [1, ...kernel.shape] : []
  if (!kernel || taps === undefined || inputs === undefined || filters === undefined) return undefined
  const values = new Float64Array(taps * inputs * filters)
  for (let tap = 0; tap < taps; tap++) {
    for (let input = 0; input < inputs; input++) {
      for (let filter = 0; filter < filters; filter++) {
        values[(input * taps + tap) * filters + filter] = kernel.values[(tap * inputs + input) * filters + filter] ?? 0
      }
    }
  }
  return { taps, inputs, filters, values }
}

/**
 * What each filter lets pass: amplitude response of its taps, root mean square over its inputs, relative to the filter's own largest.
 *
 * @returns row-major [frequencies, filters], 0–1; frequency k is k / (frequencies − 1) · Nyquist
 */
export function frequencyResponse({ taps, inputs, filters, values }: KernelMatrix): {
  frequencies: number
  shares: Float64Array
} {
  const frequencies = PADDED / 2
  const fourier = new Fourier(PADDED)
  const padded = new Float64Array(PADDED)
  const power = new Float64Array(frequencies)
  const shares = new Float64Array(frequencies * filters)
  for (let filter = 0; filter < filters; filter++) {
    const sum = new Float64Array(frequencies)
    for (let input = 0; input < inputs; input++) {
      padded.fill(0)
      for (let tap = 0; tap < taps; tap++) padded[tap] = values[(input * taps + tap) * filters + filter]!
      fourier.power(padded, power)
      for (let k = 0; k < frequencies; k++) sum[k]! += power[k]!
    }
    const most = Math.max(...sum) || 1
    for (let k = 0; k < frequencies; k++) shares[k * filters + filter] = Math.sqrt(sum[k]! / most)
  }
  return { frequencies, shares }
}

/** Filters in the order of the frequency they let pass most of: the picture becomes readable. */
export function byFrequency({ frequencies, shares }: { frequencies: number; shares: Float64Array }, filters: number): number[] {
  const centre = (filter: number) => {
    let sum = 0
    let weight = 0
    for (let k = 0; k < frequencies; k++) {
      const power = shares[k * filters + filter]! ** 2
      sum += k * power
      weight += power
    }
    return weight === 0 ? 0 : sum / weight
  }
  const centres = Array.from({ length: filters }, (_, filter) => centre(filter))
  return Array.from({ length: filters }, (_, filter) => filter).sort((a, b) => centres[a]! - centres[b]! || a - b)
}

/** Hz of the rows that a layer sees; layers before it leave rows out. */
export function inputRate(layers: readonly KernelLayer[], index: number, gridRate: number, windowLength: number): number {
  const rows = index === 0 ? windowLength : (layers[index - 1]?.output[0] ?? windowLength)
  return (gridRate * rows) / windowLength
}

export function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}
