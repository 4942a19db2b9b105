import type { TrainingConfig } from '../../contract/training-config.ts'
import type { WindowShape } from '../evaluation/window-protocol.ts'
import type { GridTrace } from './grid-trace.ts'
import { WeightedChoice } from './random-draws.ts'

/** A trace and where windows of one kind may start in it. */
export interface Stretch {
  readonly trace: GridTrace
  /** Grid index of the first row of the earliest and the latest window, inclusive. */
  readonly firstStart: number
  readonly lastStart: number
}

/** All training traces, ready to draw windows from. */
export interface TracePool {
  readonly earthquakes: WeightedChoice<Stretch>
  readonly noise: WeightedChoice<Stretch>
  readonly preEvent: WeightedChoice<Stretch>
}

/** Before a sure P the ground is quieter than after it; a stretch louder than this share holds another event. */
const MAX_PRE_EVENT_PEAK = 0.2

export function createTracePool(traces: readonly GridTrace[], config: TrainingConfig, shape: WindowShape): TracePool {
  const noiseTraces = traces.filter(({ label }) => label.category === 'noise')
  const earthquakeTraces = traces.filter(({ label }) => label.category === 'earthquake')
  const noiseKindWeight = ({ trace }: Stretch) => config.balance.noiseKinds[trace.label.noiseKind] ?? 1
  const balanced = (stretches: (Stretch | undefined)[], weight: (stretch: Stretch) => number) =>
    balanceDatasets(
      stretches.filter((stretch) => stretch !== undefined),
      config.balance.datasetPower,
      weight,
    )
  return {
    earthquakes: balanced(
      earthquakeTraces.map((trace) => earthquakeStretch(trace, config, shape)),
      () => 1,
    ),
    noise: balanced(
      noiseTraces.map((trace) => noiseStretch(trace, shape)),
      noiseKindWeight,
    ),
    preEvent: balanced(
      earthquakeTraces.map((trace) => preEventStretch(trace, config, shape)),
      () => 1,
    ),
  }
}

function earthquakeStretch(
  trace: GridTrace,
  { windows }: TrainingConfig,
  { windowLength, sampleRate }: WindowShape,
): Stretch | undefined {
  if (trace.pIndex === undefined) return undefined
  const earliest = trace.pIndex - windowLength + Math.round(windows.minimumPSeconds * sampleRate)
  const latest = trace.pIndex + Math.round(windows.latestStartSeconds * sampleRate)
  return stretch(trace, earliest, latest, windowLength)
}

function noiseStretch(trace: GridTrace, { windowLength }: WindowShape): Stretch | undefined {
  return stretch(trace, trace.firstIndex, trace.firstIndex + trace.length - windowLength, windowLength)
}

function preEventStretch(
  trace: GridTrace,
  { windows }: TrainingConfig,
  { windowLength, sampleRate }: WindowShape,
): Stretch | undefined {
  if (trace.pIndex === undefined) return undefined
  const end = trace.pIndex - Math.round(windows.preEventMarginSeconds * sampleRate)
  const before = peakDeviation(trace, trace.firstIndex, end)
  const after = peakDeviation(trace, trace.pIndex, trace.pIndex + windowLength)
  if (!(before < after * MAX_PRE_EVENT_PEAK)) return undefined
  return stretch(trace, trace.firstIndex, end - windowLength, windowLength)
}

function stretch(trace: GridTrace, earliest: number, latest: number, windowLength: number): Stretch | undefined {
  const firstStart = Math.max(earliest, trace.firstIndex)
  const lastStart = Math.min(latest, trace.firstIndex + trace.length - windowLength)
  return firstStart <= lastStart ? { trace, firstStart, lastStart } : undefined
}

function balanceDatasets(
  stretches: readonly Stretch[],
  power: number,
  weight: (stretch: Stretch) => number,
): WeightedChoice<Stretch> {
  const counts = new Map<string, number>()
  for (const { trace } of stretches) counts.set(trace.label.dataset, (counts.get(trace.label.dataset) ?? 0) + 1)
  return new WeightedChoice(stretches, (one) => weight(one) * (counts.get(one.trace.label.dataset) ?? 1) ** (power - 1))
}

/** Largest distance from the mean over the rows [from, to), all components together. */
function peakDeviation(trace: GridTrace, from: number, to: number): number {
  const first = Math.max(0, from - trace.firstIndex)
  const last = Math.min(trace.length, to - trace.firstIndex)
  let peak = 0
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0
    for (let row = first; row < last; row++) sum += trace.samples[row * 3 + channel] ?? 0
    const mean = sum / Math.max(1, last - first)
    for (let row = first; row < last; row++) peak = Math.max(peak, Math.abs((trace.samples[row * 3 + channel] ?? 0) - mean))
  }
  return peak
}
