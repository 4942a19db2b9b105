import type { Detection } from '../domain/detection.ts'
import { microsToGridIndex } from '../domain/grid.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { Arrival, ScoredWindow } from '../domain/window.ts'
import type { Excursion } from './excursions.ts'
import { ARMED, stepTrigger, type TriggerOptions, type TriggerState } from './trigger.ts'

/** What the trigger makes of stored scores. Times and scores are those of a live run; onsets are not: they need the samples. */
export interface RehearsedDetection {
  readonly instrument: InstrumentId
  /** End of the first window over the on threshold. */
  readonly on: Micros
  /** As the closed detection says it, or will say if the score stays down; null where the scores end before it fell. */
  readonly off: Micros | null
  readonly peak: { readonly time: Micros; readonly score: number }
  /** As it was published first: what coincidence is told. */
  readonly opening: Detection
  /** End of the window that published it. */
  readonly openedAt: Micros
}

export interface RehearsalOptions
  extends Pick<
    TriggerOptions,
    | 'on'
    | 'off'
    | 'minimumSeconds'
    | 'maximumSeconds'
    | 'deadSeconds'
    | 'holdSeconds'
    | 'retriggerRatio'
    | 'retriggerSeconds'
    | 'gridRate'
    | 'model'
  > {
  /** Seconds from a guessed onset to `on`, and how unsure that is. */
  readonly onsetBefore: { readonly seconds: number; readonly uncertaintySeconds: number }
}

/** The trigger looks at times, scores and arrivals alone. */
const NO_SAMPLES = new Float64Array(0)
const NO_INPUT = new Float32Array(0)

/**
 * Plays the monitor's own trigger over the scores and arrivals of one instrument again.
 *
 * @param excursions by time, made with a floor above neither `off` nor `ONSET_FLOOR`
 * @returns by time
 */
export function rehearseTrigger(
  instrument: InstrumentId,
  excursions: readonly Excursion[],
  options: RehearsalOptions,
): RehearsedDetection[] {
  const { gridRate } = options
  const { seconds, uncertaintySeconds } = options.onsetBefore
  const pick = { index: -seconds * gridRate, uncertaintySamples: uncertaintySeconds * gridRate }
  const trigger: TriggerOptions = { ...options, config: '', pickOnset: () => pick }
  const detections: RehearsedDetection[] = []
  let state: TriggerState = ARMED
  let opening: { detection: Detection; openedAt: Micros } | undefined

  const step = (time: Micros, score: number, arrival?: Arrival) => {
    take(time, stepTrigger(state, windowAt(instrument, time, score, arrival, gridRate), trigger))
  }
  const take = (time: Micros, [next, outputs]: ReturnType<typeof stepTrigger>) => {
    state = next
    for (const output of outputs) {
      if (output.kind !== 'detection') continue
      const { detection } = output
      if (detection.state === 'open') opening = { detection, openedAt: time }
      else keep(detection.off, detection.peak)
    }
  }
  const keep = (off: Micros | null, peak: Detection['peak']) => {
    if (!opening) return
    const { detection, openedAt } = opening
    detections.push({ instrument, on: detection.on, off, peak, opening: detection, openedAt })
    opening = undefined
  }

  for (const { endTime, strideSeconds, scores, arrivals, peak, quietWindows, then } of excursions) {
    // Unless a detection waits, an excursion begins with the trigger at rest.
    if (peak < options.on && !state.rise) continue
    const stride = strideSeconds * MICROS_PER_SECOND
    const timeOf = (window: number) => endTime + Math.round(window * stride)
    let nextArrival = 0
    for (let i = 0; i < scores.length; i++) {
      const time = timeOf(i)
      while (nextArrival < arrivals.length && arrivals[nextArrival]!.windowEnd < time) nextArrival++
      const arrival = arrivals[nextArrival]
      step(time, scores[i]!, arrival?.windowEnd === time ? arrival : undefined)
    }
    // The first one arms; the others only count for what waits.
    for (let i = 0; i < quietWindows && (i === 0 || state.rise); i++) step(timeOf(scores.length + i), 0)
    if (then !== 'gap') continue
    const end = timeOf(scores.length + quietWindows)
    take(end, stepTrigger(state, { kind: 'gap', instrument, cause: 'missing' }, trigger))
  }
  if (state.rise) keep(state.rise.downSince ?? null, { time: state.rise.best.time, score: state.rise.best.score })
  return detections
}

/** Without samples a window ends one row before its first. */
function windowAt(
  instrument: InstrumentId,
  time: Micros,
  score: number,
  arrival: Arrival | undefined,
  gridRate: number,
): ScoredWindow {
  const firstIndex = microsToGridIndex(time, gridRate) + 1
  const window = { kind: 'window', instrument, firstIndex, startTime: time, samples: NO_SAMPLES } as const
  return { kind: 'scored', instrument, window, input: NO_INPUT, score, ...(arrival && { arrival }) }
}
