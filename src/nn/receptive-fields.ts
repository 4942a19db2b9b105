import { type Architecture, layerShapes, samePadding } from './network.ts'

/**
 * What one row of a layer's output sees of the input: rows `first` + r·step … `first` + r·step + length − 1 for output row r. They
 * may lie outside the window, in the padding.
 */
export interface ReceptiveField {
  readonly layer: string
  /** Output rows. */
  readonly rows: number
  readonly first: number
  /** Input rows between the fields of neighbouring output rows. */
  readonly step: number
  /** Input rows seen. */
  readonly length: number
}

/** One per layer, in their order. From a flatten on, every value sees all that the layer before it saw together. */
export function receptiveFields(architecture: Architecture): ReceptiveField[] {
  const shapes = layerShapes(architecture)
  let first = 0
  let step = 1
  let length = 1
  return architecture.layers.map((layer, i) => {
    const inputRows = shapes[i]!.rows
    if (layer.kind === 'conv1d' || layer.kind === 'maxPooling1d') {
      const size = layer.kind === 'conv1d' ? layer.kernelSize : layer.poolSize
      const before = layer.padding === 'same' ? samePadding(inputRows, size, layer.strides).before : 0
      first -= before * step
      length += (size - 1) * step
      step *= layer.strides
    }
    if (layer.kind === 'flatten') length += (inputRows - 1) * step
    return { layer: layer.name, rows: shapes[i + 1]!.rows, first, step, length }
  })
}

/** Input row in the middle of what output row `row` sees. */
export function fieldCentre({ first, step, length }: ReceptiveField, row: number): number {
  return first + row * step + (length - 1) / 2
}
