import { areaUnderCurve } from '../../detection/metrics.ts'
import type { BuiltinEngine } from '../../nn/builtin-engine.ts'
import { LargestActivations, meanActivations } from '../../nn/map-activity.ts'
import type { Network } from '../../nn/network.ts'
import { receptiveFields } from '../../nn/receptive-fields.ts'
import type { LabelledWindow } from './labelled-windows.ts'
import { PHASES, type Phase } from './phase-parts.ts'

/** How well each map of a layer tells a phase from windows of noise. */
export interface MapSeparation {
  readonly layer: string
  readonly rows: number
  readonly channels: number
  /** Seconds of ground motion that one value sees. */
  readonly fieldSeconds: number
  /**
   * Area under the ROC curve of a map's mean activation in the phase against its mean in noise windows: 0.5 cannot tell, 1 always
   * higher in the phase, 0 always lower. null where a class is missing.
   */
  readonly auc: Readonly<Record<Exclude<Phase, 'noise'>, readonly (number | null)[]>>
  /** Maps that were never above zero. */
  readonly dead: readonly number[]
}

/** Activations of the layers in front of the flatten, over labelled windows. */
export function separateMaps(
  network: Network,
  engine: BuiltinEngine,
  windows: readonly LabelledWindow[],
  sampleRate: number,
  onProgress: (share: number) => void,
): MapSeparation[] {
  const firstDense = network.layers.findIndex(({ kind }) => kind === 'flatten' || kind === 'dense')
  const fields = receptiveFields(network).slice(0, firstDense < 0 ? undefined : firstDense)
  const largest = new LargestActivations()
  const means: Means[] = fields.map(() => ({ noise: [], before: [], p: [], s: [], coda: [] }))
  windows.forEach(({ input, parts }, index) => {
    const activations = engine.activations(input).slice(0, fields.length)
    largest.add(activations)
    activations.forEach((activation, i) => {
      for (const phase of PHASES) {
        const part = parts[phase]
        const mean = part && meanActivations(activation, fields[i]!, part)
        if (mean) means[i]![phase].push(mean)
      }
    })
    onProgress((index + 1) / windows.length)
  })
  return fields.map(({ layer, rows, length }, i) => {
    const channels = largest.largest(layer)?.length ?? 0
    const against = (phase: Phase) => Array.from({ length: channels }, (_, channel) => aucOf(means[i]!, phase, channel))
    return {
      layer,
      rows,
      channels,
      fieldSeconds: (length - 1) / sampleRate,
      auc: { before: against('before'), p: against('p'), s: against('s'), coda: against('coda') },
      dead: largest.dead(layer),
    }
  })
}

type Means = Record<Phase, Float64Array[]>

function aucOf(means: Means, phase: Phase, channel: number): number | null {
  return areaUnderCurve([
    ...means[phase].map((mean) => ({ score: mean[channel]!, isEarthquake: true })),
    ...means.noise.map((mean) => ({ score: mean[channel]!, isEarthquake: false })),
  ])
}
