import type { LayerActivation } from './builtin-engine.ts'
import { fieldCentre, type ReceptiveField } from './receptive-fields.ts'

/** Rows [from, to) of a window. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/**
 * Mean activation of each map over the output rows whose receptive field is centred in a part of the window.
 *
 * @returns one value per channel; undefined when no field has its centre there
 */
export function meanActivations(
  { rows, channels, values }: LayerActivation,
  field: ReceptiveField,
  part: RowRange,
): Float64Array | undefined {
  const means = new Float64Array(channels)
  let count = 0
  for (let row = 0; row < rows; row++) {
    const centre = fieldCentre(field, row)
    if (centre < part.from || centre >= part.to) continue
    count++
    for (let channel = 0; channel < channels; channel++) means[channel]! += values[row * channels + channel]!
  }
  if (count === 0) return undefined
  return means.map((sum) => sum / count)
}

/** Remembers how large each map ever was: one that was never above zero is dead behind its rectifier. */
export class LargestActivations {
  readonly #largest = new Map<string, Float64Array>()

  add(activations: readonly LayerActivation[]): void {
    for (const { layer, channels, values } of activations) {
      const largest = this.#largest.get(layer) ?? new Float64Array(channels).fill(-Infinity)
      this.#largest.set(layer, largest)
      for (let i = 0; i < values.length; i++) {
        const channel = i % channels
        if (values[i]! > largest[channel]!) largest[channel] = values[i]!
      }
    }
  }

  /** One per channel, over everything added; undefined for an unknown layer. */
  largest(layer: string): Float64Array | undefined {
    return this.#largest.get(layer)
  }

  /** Channels of a rectified layer that were never active. */
  dead(layer: string): number[] {
    return [...(this.#largest.get(layer) ?? [])].flatMap((value, channel) => (value > 0 ? [] : [channel]))
  }
}
