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
  /** Windows in the fading end of earthquakes. */
  readonly coda: WeightedChoice<Stretch>
}

/** Before a sure P the ground is quieter than after it; a stretch louder than this share holds another event. */
const MAX_PRE_EVENT_PEAK = 0.1
/** Steady noise does not stand out of itself by more: in a swarm, what does is an earlier event. */
const MAX_CREST_FACTOR = 7
/** From here on what remains of an earthquake only fades. */
const CODA_SECONDS = { afterP: 20, afterS: 10 }
const MAX_CODA_PEAK = 0.3

export function createTracePool(traces: readonly GridTrace[], config: TrainingConfig, shape: WindowShape): TracePool {
  const noiseTraces = traces.filter(({ label }) => label.category === 'noise')
  const earthquakeTraces = traces.filter(({ label }) => label.category === 'earthquake')
  const noiseKindWeight = ({ trace }: Stretch) => config.balance.noiseKinds[trace.label.noiseKind] ?? 1
  const { weakEvents } = config.balance
  const weaknessWeight = ({ trace }: Stretch) => ((trace.label.snrDb ?? Infinity) < weakEvents.belowSnrDb ? weakEvents.factor : 1)
  const balanced = (stretches: (Stretch | undefined)[], weight: (stretch: Stretch) => number) =>
    balanceDatasets(
      stretches.filter((stretch) => stretch !== undefined),
      config.balance.datasetPower,
      weight,
    )
  return {
    earthquakes: balanced(
      earthquakeTraces.map((trace) => earthquakeStretch(trace, config, shape)),
      weaknessWeight,
    ),
    noise: balanced(
      noiseTraces.map((trace) => noiseStretch(trace, shape)),
      noiseKindWeight,
    ),
    preEvent: balanced(
      earthquakeTraces.map((trace) => preEventStretch(trace, config, shape)),
      () => 1,
    ),
    coda: balanced(
      earthquakeTraces.flatMap((trace) => codaWindows(trace, shape)),
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
  const before = differencesOf(trace, trace.firstIndex, end)
  const after = differencesOf(trace, trace.pIndex, trace.pIndex + windowLength)
  if (!(before.peak < after.peak * MAX_PRE_EVENT_PEAK && before.peak < before.rms * MAX_CREST_FACTOR)) return undefined
  return stretch(trace, trace.firstIndex, end - windowLength, windowLength)
}

/** Windows that begin long after P and S, and are loudest where they begin: an aftershock in the coda is louder later. */
function codaWindows(trace: GridTrace, { windowLength, sampleRate }: WindowShape): Stretch[] {
  if (trace.pIndex === undefined) return []
  const eventPeak = differencesOf(trace, trace.pIndex, trace.pIndex + windowLength).peak
  const begin = Math.max(trace.pIndex + CODA_SECONDS.afterP * sampleRate, (trace.sIndex ?? 0) + CODA_SECONDS.afterS * sampleRate)
  const windows: Stretch[] = []
  for (let start = begin; start + windowLength <= trace.firstIndex + trace.length; start += sampleRate) {
    const middle = start + Math.round(windowLength / 3)
    const early = differencesOf(trace, start, middle).peak
    const late = differencesOf(trace, middle, start + windowLength).peak
    if (late < early && early < eventPeak * MAX_CODA_PEAK) windows.push({ trace, firstStart: start, lastStart: start })
  }
  return windows
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

/** Peak and root mean square of the differences between rows [from, to), all components together: what is fast stands out of the sea's swell. */
function differencesOf(trace: GridTrace, from: number, to: number): { peak: number; rms: number } {
  const first = Math.max(1, from - trace.firstIndex) * 3
  const last = Math.min(trace.length, to - trace.firstIndex) * 3
  let peak = 0
  let sum = 0
  for (let i = first; i < last; i++) {
    const difference = Math.abs(trace.samples[i]! - trace.samples[i - 3]!)
    if (difference > peak) peak = difference
    sum += difference * difference
  }
  return { peak, rms: Math.sqrt(sum / Math.max(1, last - first)) }
}
