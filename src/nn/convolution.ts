import { type Conv1dLayer, type DenseLayer, type Shape, samePadding } from './network.ts'
import type { Margins } from './tensor.ts'

/** A dense layer is one of kernel size 1 and stride 1. */
export interface Convolution {
  readonly kernelSize: number
  readonly strides: number
  /** Padding rows before the first input row. */
  readonly before: number
  readonly inputRows: number
  readonly outputRows: number
}

/**
 * Input rows whose gradients are sums over the same taps: every `strides`-th row. The gradient of the j-th of them is
 * Σ over t of taps[t] applied to output gradient row `firstOutput` + j + t: a convolution of stride 1 itself.
 */
export interface Phase {
  readonly firstInput: number
  readonly rows: number
  /** Kernel rows in the order of the output rows they meet. */
  readonly taps: readonly number[]
  /** May lie in the margin before (negative) or reach into the margin after the output rows, where gradients are zero. */
  readonly firstOutput: number
}

export function convolutionOf(layer: Conv1dLayer | DenseLayer, input: Shape, output: Shape): Convolution {
  const rows = { inputRows: input.rows, outputRows: output.rows }
  if (layer.kind !== 'conv1d') return { kernelSize: 1, strides: 1, before: 0, ...rows }
  const { kernelSize, strides, padding } = layer
  return { kernelSize, strides, before: padding === 'same' ? samePadding(input.rows, kernelSize, strides).before : 0, ...rows }
}

export function inputPhases({ kernelSize, strides, before, inputRows }: Convolution): Phase[] {
  const phases: Phase[] = []
  for (let firstInput = 0; firstInput < Math.min(strides, inputRows); firstInput++) {
    // In padded rows r: output row p meets input row r at tap r − p · strides.
    const row = firstInput + before
    const taps: number[] = []
    for (let tap = row % strides; tap < kernelSize; tap += strides) taps.unshift(tap)
    const rows = Math.ceil((inputRows - firstInput) / strides)
    phases.push({ firstInput, rows, taps, firstOutput: Math.floor(row / strides) - Math.max(0, taps.length - 1) })
  }
  return phases
}

/** Rows of zeros that the output gradient needs on either side. */
export function gradientMargins(convolution: Convolution): Margins {
  const phases = inputPhases(convolution).filter((phase) => phase.taps.length > 0)
  return {
    before: Math.max(0, ...phases.map((phase) => -phase.firstOutput)),
    after: Math.max(0, ...phases.map((p) => p.firstOutput + p.rows - 1 + p.taps.length - convolution.outputRows)),
  }
}
