import { triggerOf } from '../../contract/config.ts'
import type {
  WhatIfAnswer,
  WhatIfDetection,
  WhatIfEvent,
  WhatIfEvents,
  WhatIfRequest,
  WhatIfSweep,
} from '../../contract/what-if.ts'
import { matchIntervals, overlapping } from '../../detection/interval-matching.ts'
import { probabilityOf } from '../../domain/calibration.ts'
import { LABEL_VALUES } from '../../domain/label.ts'
import type { NetworkEvent } from '../../domain/network-event.ts'
import { type InstrumentId, stationOfInstrument } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND } from '../../domain/time.ts'
import type { ScoreReader, StoredTimes } from '../../io/store/score-reader.ts'
import { changedSettings, checkTrigger, type TriggerSettings, triggerOfScope } from './asked-settings.ts'
import { type Found, type FoundDetection, type RehearsalContext, rehearseDetections, rehearsedEvents } from './rehearsal.ts'
import { LEAD_SECONDS, type RememberedScores, ScoreMemory, type Span } from './score-memory.ts'
import { countLabels, foundLabels, outcomeOf, perDay } from './what-if-outcome.ts'

/** What does not change while the monitor runs; plain data. */
export interface WhatIfSetup {
  /** In force. */
  readonly settings: TriggerSettings
  readonly strideSeconds: number
  /** Hz of the model's grid. */
  readonly gridRate: number
  readonly model: string
}

/** Detections that a list names. */
const MOST_LISTED = 500
/** On thresholds of a sweep: logits, from 0.5 to 0.9999. */
const SWEEP_FROM = 0
const SWEEP_TO = 9.24
const SWEEP_STEP = 0.33

/**
 * What other settings of trigger and coincidence would make of the stored scores. Detections are those that a live run with these
 * settings would make of the same data; events are as exact as the onsets, which are known of stored detections and guessed of
 * others.
 */
export class WhatIfStudy {
  readonly #reader: ScoreReader
  readonly #setup: WhatIfSetup
  readonly #memory: ScoreMemory
  /** With the settings in force, as long as nobody has written since. */
  #now: { readonly key: string; readonly found: Found; events?: readonly NetworkEvent[] } | undefined

  constructor(reader: ScoreReader, setup: WhatIfSetup) {
    this.#reader = reader
    this.#setup = setup
    this.#memory = new ScoreMemory(reader, setup.strideSeconds)
  }

  /** @throws {UsageError} for settings that a configuration may not have, and for too much at once */
  answer(request: WhatIfRequest): WhatIfAnswer {
    const { settings } = this.#setup
    const askedSettings = changedSettings(settings, request)
    const { scores, context } = this.#contextOf(request, askedSettings)
    const now = foundIn(this.#inForce(scores, context).found, request)
    const asked = foundIn(rehearseDetections(context, askedSettings), request)
    const instruments = scores.instruments.map(({ instrument, scoredDays }) => {
      const [before, after] = [now.get(instrument) ?? [], asked.get(instrument) ?? []]
      const { onlyFirst, onlySecond } = matchIntervals(before, after)
      return { instrument, scoredDays, now: before, asked: after, lost: onlyFirst, gained: onlySecond }
    })
    return {
      from: formatMicros(request.from),
      to: formatMicros(request.to),
      scoredUntil: scores.scoredUntil === null ? null : formatMicros(scores.scoredUntil),
      stationDays: stationDaysOf(scores),
      settings: {
        trigger: triggerOfScope(settings, request.scope),
        coincidence: { stations: settings.coincidence.stations, withinSeconds: settings.coincidence.withinSeconds },
      },
      now: outcomeOf(now, context.stored, request),
      asked: outcomeOf(asked, context.stored, request),
      labelled: countLabels([...context.stored.values()].flat().filter(({ on }) => on >= request.from)),
      instruments: instruments.map(({ instrument, ...each }) => ({
        instrument,
        scoredDays: each.scoredDays,
        now: each.now.length,
        asked: each.asked.length,
        lost: each.lost.length,
        gained: each.gained.length,
        trigger: triggerOf(settings, instrument),
        askedTrigger: triggerOf(askedSettings, instrument),
        hasOverride: [instrument, stationOfInstrument(instrument)].some((id) => settings.stations[id]?.trigger !== undefined),
      })),
      lost: listed(instruments.flatMap(({ lost, asked }) => withParts(lost, asked))),
      gained: listed(instruments.flatMap(({ gained, now }) => withParts(gained, now))),
      histogram: [...scores.histogram],
    }
  }

  /** @throws {UsageError} as `answer` does */
  events(request: WhatIfRequest): WhatIfEvents {
    const askedSettings = changedSettings(this.#setup.settings, request)
    const { scores, context } = this.#contextOf(request, askedSettings)
    const inForce = this.#inForce(scores, context)
    inForce.events ??= rehearsedEvents(inForce.found, context, this.#setup.settings)
    const now = inForce.events
    const asked = rehearsedEvents(rehearseDetections(context, askedSettings), context, askedSettings)
    const { onlyFirst, onlySecond } = matchIntervals(now.map(onsetsOf), asked.map(onsetsOf))
    return {
      now: eventOutcomeOf(now, request),
      asked: eventOutcomeOf(asked, request),
      lost: listedEvents(onlyFirst),
      gained: listedEvents(onlySecond),
    }
  }

  /** @throws {UsageError} for too much at once */
  sweep(request: WhatIfRequest): WhatIfSweep {
    const { settings: inForce } = this.#setup
    const { off } = triggerOfScope(changedSettings(inForce, request), request.scope)
    const steps = sweepThresholds().map((on) => {
      const trigger = { ...request.trigger, on, off: Math.min(off, on) }
      return { on, settings: changedSettings(inForce, { ...request, trigger }) }
    })
    const { scores, context } = this.#contextOf(request, steps[0]!.settings, false)
    return {
      stationDays: stationDaysOf(scores),
      steps: steps.map(({ on, settings }) => {
        const found = foundIn(rehearseDetections(context, settings), request)
        const detections = [...found.values()].reduce((sum, all) => sum + all.length, 0)
        return { on, detections, labels: foundLabels(found, context.stored, request) }
      }),
    }
  }

  #contextOf({ from, to, stations }: WhatIfRequest, settings: TriggerSettings, isChecked = true) {
    const { settings: inForce, gridRate, model } = this.#setup
    const least = Math.min(...[inForce, settings].flatMap(offThresholds))
    const scores = this.#memory.recall({ from, to }, stations, least)
    const { instruments } = scores
    if (isChecked) for (const { instrument } of instruments) checkTrigger(triggerOf(settings, instrument), instrument)
    const context: RehearsalContext = { instruments, stored: this.#storedIn(from, to), span: { from, to }, gridRate, model }
    return { scores, context }
  }

  #inForce(scores: RememberedScores, context: RehearsalContext) {
    const key = `${scores.key} ${this.#reader.version()}`
    if (this.#now?.key !== key) this.#now = { key, found: rehearseDetections(context, this.#setup.settings) }
    return this.#now
  }

  #storedIn(from: number, to: number): Map<InstrumentId, StoredTimes[]> {
    const lead = LEAD_SECONDS * MICROS_PER_SECOND
    const { maximumSeconds } = this.#setup.settings.trigger
    const byInstrument = new Map<InstrumentId, StoredTimes[]>()
    for (const each of this.#reader.detections(from - lead, to)) {
      // One that a crash has left open must not be every later detection, too.
      const off = each.off ?? each.on + maximumSeconds * MICROS_PER_SECOND
      byInstrument.set(each.instrument, [...(byInstrument.get(each.instrument) ?? []), { ...each, off }])
    }
    for (const each of byInstrument.values()) each.sort((a, b) => a.on - b.on)
    return byInstrument
  }
}

function offThresholds({ trigger, stations }: TriggerSettings): number[] {
  return [trigger.off, ...Object.values(stations).flatMap((override) => override.trigger?.off ?? [])]
}

function sweepThresholds(): number[] {
  const count = Math.round((SWEEP_TO - SWEEP_FROM) / SWEEP_STEP) + 1
  return Array.from({ length: count }, (_, i) => probabilityOf(SWEEP_FROM + i * SWEEP_STEP))
}

function stationDaysOf({ instruments }: RememberedScores): number {
  return instruments.reduce((sum, { scoredDays }) => sum + scoredDays, 0)
}

interface ChangedDetection {
  readonly detection: FoundDetection
  readonly isPart: boolean
}

/** Those that overlap one of the other setting are no news of their own. */
function withParts(changed: readonly FoundDetection[], others: readonly FoundDetection[]): ChangedDetection[] {
  const parts = new Set(overlapping(changed, others))
  return changed.map((detection) => ({ detection, isPart: parts.has(detection) }))
}

/** What somebody has labelled comes first: it says whether a change is good. */
function listed(changed: readonly ChangedDetection[]): WhatIfDetection[] {
  const rank = ({ stored }: FoundDetection) => {
    const label = stored?.label
    return label === undefined || label === null ? LABEL_VALUES.length : LABEL_VALUES.indexOf(label)
  }
  return [...changed]
    .sort(({ detection: a }, { detection: b }) => rank(a) - rank(b) || b.on - a.on)
    .slice(0, MOST_LISTED)
    .map(({ detection: { instrument, on, off, peak, stored }, isPart }) => ({
      isPart,
      station: stationOfInstrument(instrument),
      instrument,
      id: stored?.id ?? null,
      on: formatMicros(on),
      off: off === null ? null : formatMicros(off),
      score: peak.score,
      label: stored?.label ?? null,
    }))
}

/** Those that count: the lead is only there to bring the trigger into its state. */
function foundIn(found: Found, { from, to }: Span): Found {
  return new Map([...found].map(([instrument, all]) => [instrument, all.filter(({ on }) => on >= from && on <= to)]))
}

function eventOutcomeOf(events: readonly NetworkEvent[], span: Span): WhatIfEvents['now'] {
  const times = events.map(({ firstOnset }) => firstOnset)
  return { events: events.length, perDay: perDay(times, span) }
}

/** The same event: the spans of their onsets overlap. */
function onsetsOf(event: NetworkEvent) {
  return { event, on: event.firstOnset, off: Math.max(...event.members.map(({ onset }) => onset)) }
}

function listedEvents(events: readonly { readonly event: NetworkEvent }[]): WhatIfEvent[] {
  return events
    .slice(-MOST_LISTED)
    .reverse()
    .map(({ event }) => ({
      time: formatMicros(event.firstOnset),
      stations: [...new Set(event.members.map(({ station }) => station))],
    }))
}
