import { triggerOf } from '../../contract/config.ts'
import { type Opening, rehearseEvents } from '../../detection/event-rehearsal.ts'
import { matchIntervals } from '../../detection/interval-matching.ts'
import { type RehearsedDetection, rehearseTrigger } from '../../detection/trigger-rehearsal.ts'
import type { NetworkEvent } from '../../domain/network-event.ts'
import { type InstrumentId, stationOfInstrument } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../domain/time.ts'
import type { StoredTimes } from '../../io/store/score-reader.ts'
import { coincidenceOptions } from '../coincidence-options.ts'
import type { TriggerSettings } from './asked-settings.ts'
import type { InstrumentScores, Span } from './score-memory.ts'

/** A detection that a setting gives, and the stored one that it is. */
export interface FoundDetection extends RehearsedDetection {
  readonly stored: StoredTimes | undefined
}

export interface RehearsalContext {
  readonly instruments: readonly InstrumentScores[]
  /** Of each instrument, by `on`; open ones have an end, too. */
  readonly stored: Stored
  /** What counts: detections that go on in it. */
  readonly span: Span
  /** Hz of the model's grid. */
  readonly gridRate: number
  readonly model: string
}

export type Stored = ReadonlyMap<InstrumentId, readonly StoredTimes[]>
export type Found = ReadonlyMap<InstrumentId, readonly FoundDetection[]>

/** Nothing stored to learn from: the middle of the window. */
const USUAL_ONSET = { seconds: 10, uncertaintySeconds: 5 }

/** What the monitor's own trigger, set otherwise, makes of the scores. */
export function rehearseDetections(context: RehearsalContext, settings: TriggerSettings): Found {
  const { instruments, stored, gridRate, model } = context
  const onsetBefore = usualOnset([...stored.values()].flat())
  return new Map(
    instruments.map(({ instrument, excursions }) => {
      const options = { ...triggerOf(settings, instrument), gridRate, model, onsetBefore }
      const detections = rehearseTrigger(instrument, excursions, options)
      const { pairs } = matchIntervals(stored.get(instrument) ?? [], detections)
      const known = new Map(pairs.map(([each, detection]) => [detection, each]))
      return [instrument, detections.map((detection) => ({ ...detection, stored: known.get(detection) }))]
    }),
  )
}

/** What the monitor's own coincidence makes of these detections. Onsets are those of the stored detections that they are; of others guessed. */
export function rehearsedEvents(
  found: Found,
  { instruments, span }: RehearsalContext,
  settings: TriggerSettings,
): NetworkEvent[] {
  const openings: Opening[] = [...found.values()].flat().map(({ opening, openedAt, stored }) => ({
    openedAt,
    detection: stored ? { ...opening, id: stored.id, onset: stored.onset } : opening,
  }))
  const coverage = instruments.map(({ instrument, spans }) => ({ station: stationOfInstrument(instrument), spans }))
  return rehearseEvents(openings, coverage, coincidenceOptions(settings)).filter(
    ({ firstOnset }) => firstOnset >= span.from && firstOnset <= span.to,
  )
}

/** How long before `on` the onsets of stored detections lie: the median, and half of what the middle 80 % spread over. */
function usualOnset(stored: readonly StoredTimes[]): { seconds: number; uncertaintySeconds: number } {
  const before = stored
    .filter(({ onset }) => onset.method === 'aic')
    .map(({ on, onset }) => (on - onset.time) / MICROS_PER_SECOND)
    .sort((a, b) => a - b)
  const at = (share: number) => before[Math.min(before.length - 1, Math.floor(share * before.length))]
  const [low, middle, high] = [at(0.1), at(0.5), at(0.9)]
  if (low === undefined || middle === undefined || high === undefined) return USUAL_ONSET
  return { seconds: middle, uncertaintySeconds: (high - low) / 2 }
}
