import { logitOf, probabilityOf } from '../domain/calibration.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import { ONSET_FLOOR } from '../domain/window.ts'
import { type Excursion, excursionsOf, type ScoreSpan } from './excursions.ts'
import { poissonInterval, type RateInterval } from './poisson.ts'
import { type RehearsalOptions, rehearseTrigger } from './trigger-rehearsal.ts'

/** What counts of a trigger here: everything but the onset. */
export type AlarmTrigger = Omit<RehearsalOptions, 'gridRate' | 'model' | 'onsetBefore'>

export interface ThresholdProposal {
  readonly on: number
  readonly off: number
  /** Of scored noise. */
  readonly days: number
  /** With the trigger as it is. */
  readonly alarmsNow: number
  /** With the proposed one, on the same noise. */
  readonly alarms: number
  /** 95 %, per day, of the proposed one. */
  readonly perDay: RateInterval
  /** True when the record is too short to show the rate asked for: the threshold follows the tail of the scores beyond what was seen. */
  readonly isExtrapolated: boolean
  /** What to be careful about, in plain words. */
  readonly warnings: readonly string[]
}

const SECONDS_PER_DAY = 86_400
/** Below this a trigger is open to everything. */
const LEAST_ON = 0.5
const MOST_ON = 0.9999
/** Steps in logits: finer ones tell nothing apart. */
const STEP = 0.1
/** A tail from fewer alarms is a guess. */
const LEAST_PEAKS = 5
const MOST_PEAKS = 50
/** Fewer days do not show the week of a town. */
const SHORT_DAYS = 7

/**
 * The lowest threshold at which a station's own noise gives no more than so many alarms per day. Alarms are those of the monitor's
 * trigger, played over the scores again for every candidate.
 *
 * @param perDay the rate asked for, > 0
 */
export function proposeThreshold(spans: readonly ScoreSpan[], trigger: AlarmTrigger, perDay: number): ThresholdProposal {
  const days = spans.reduce((sum, { scores, strideSeconds }) => sum + scores.length * strideSeconds, 0) / SECONDS_PER_DAY
  const active = excursionsOf(spans, Math.min(trigger.off, LEAST_ON * offShare(trigger), ONSET_FLOOR))
  const count = (on: number) => alarmPeaks(active, { ...trigger, on, off: offOf(on, trigger) }).length
  const alarmsNow = alarmPeaks(active, trigger).length
  const allowed = perDay * days
  const seen = candidates().find((on) => count(on) <= allowed)
  const needsTail = allowed < 1
  const tail = needsTail ? tailThreshold(active, trigger, days, perDay) : undefined
  // Too little noise to show the rate is too little to open the trigger further.
  const on = round(Math.max(seen ?? MOST_ON, tail ?? LEAST_ON, needsTail ? trigger.on : LEAST_ON))
  const alarms = count(on)
  const warnings = [
    ...(days < SHORT_DAYS ? [`only ${days.toFixed(2)} days of noise: a week has working days and a Sunday`] : []),
    ...(needsTail
      ? [
          tail === undefined
            ? `${days.toFixed(2)} days cannot show ${perDay} alarms per day, and there are too few peaks to go beyond: nothing is known but that this threshold gave no more than the alarms above`
            : `${days.toFixed(2)} days cannot show ${perDay} alarms per day: extrapolated from the tail of the scores`,
        ]
      : []),
    ...(seen === undefined
      ? [`no threshold up to ${MOST_ON} is quiet enough: the station needs another place, or the model other noise`]
      : []),
  ]
  return {
    on,
    off: offOf(on, trigger),
    days,
    alarmsNow,
    alarms,
    perDay: days === 0 ? { low: 0, high: Number.POSITIVE_INFINITY } : poissonInterval(alarms, days),
    isExtrapolated: tail !== undefined,
    warnings,
  }
}

/** Leaves out what lies within times that are no noise. */
export function withoutTimes(
  spans: readonly ScoreSpan[],
  times: readonly { readonly from: Micros; readonly to: Micros }[],
): ScoreSpan[] {
  return spans.flatMap((span) => {
    const stride = span.strideSeconds * MICROS_PER_SECOND
    const kept: ScoreSpan[] = []
    let first = 0
    const close = (end: number) => {
      if (end > first)
        kept.push({
          ...span,
          endTime: span.endTime + first * stride,
          scores: Array.prototype.slice.call(span.scores, first, end) as number[],
        })
    }
    const last = span.endTime + span.scores.length * stride
    const near = times.filter(({ from, to }) => to >= span.endTime && from <= last)
    for (let i = 0; near.length > 0 && i < span.scores.length; i++) {
      const time = span.endTime + i * stride
      if (!near.some(({ from, to }) => time >= from && time <= to)) continue
      close(i)
      first = i + 1
    }
    if (first === 0) return [span]
    close(span.scores.length)
    return kept
  })
}

function candidates(): number[] {
  const first = logitOf(LEAST_ON)
  const count = Math.floor((logitOf(MOST_ON) - first) / STEP)
  return Array.from({ length: count + 1 }, (_, i) => round(probabilityOf(first + i * STEP)))
}

/** Four digits: what a person would write into a file. */
function round(on: number): number {
  return Math.min(MOST_ON, Math.ceil(on * 1e4 - 1e-9) / 1e4)
}

function offShare({ on, off }: AlarmTrigger): number {
  return off / on
}

/** In the proportion of the trigger as it is. */
function offOf(on: number, trigger: AlarmTrigger): number {
  return Math.round(on * offShare(trigger) * 1e4) / 1e4
}

const NOBODY = 'XX_X__HH' as InstrumentId
/** Nobody asks for their onsets, nor for times finer than milliseconds. */
const ANY_MODEL = { gridRate: 1000, model: '', onsetBefore: { seconds: 0, uncertaintySeconds: 0 } }

/** Largest score of every alarm that the monitor's own trigger gives. */
function alarmPeaks(noise: readonly Excursion[], trigger: AlarmTrigger): number[] {
  return rehearseTrigger(NOBODY, noise, { ...trigger, ...ANY_MODEL }).map(({ peak }) => peak.score)
}

/**
 * Peaks over a threshold fall off exponentially in logits, as they do for most noise: the rate at z is k / days · e^−(z − u) / scale
 * over the k highest peaks, u the lowest of them.
 *
 * @returns undefined with too few peaks
 */
function tailThreshold(noise: readonly Excursion[], trigger: AlarmTrigger, days: number, perDay: number): number | undefined {
  const open = { ...trigger, on: LEAST_ON, off: offOf(LEAST_ON, trigger) }
  const peaks = alarmPeaks(noise, open)
    .map(logitOf)
    .sort((a, b) => b - a)
    .slice(0, MOST_PEAKS)
  const lowest = peaks.at(-1)
  if (lowest === undefined || peaks.length < LEAST_PEAKS) return undefined
  const scale = peaks.reduce((sum, peak) => sum + peak - lowest, 0) / (peaks.length - 1)
  return probabilityOf(lowest + scale * Math.log(Math.max(1, peaks.length / days / perDay)))
}
