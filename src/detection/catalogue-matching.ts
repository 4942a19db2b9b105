import type { CatalogueEvent } from '../domain/catalogue.ts'
import type { StationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'

/** What one instrument did with its data. */
export interface InstrumentDetections {
  readonly station: StationId
  readonly detections: readonly TimedDetection[]
  /** Times covered by scored windows, from the start of the first to the end of the last; sorted. */
  readonly scoredSpans: readonly TimeSpan[]
  readonly scoredWindows: number
}

export interface TimedDetection {
  readonly onset: Micros
  /** End of the first window over the on threshold: when the detection could be known. */
  readonly on: Micros
  /** The detection's largest; absent where there is none, as in the baseline. */
  readonly score?: number
  /** When it ended; absent where that is not known. */
  readonly off?: Micros
}

export interface TimeSpan {
  readonly start: Micros
  readonly end: Micros
}

export interface CatalogueInput {
  readonly events: readonly CatalogueEvent[]
  readonly instruments: readonly InstrumentDetections[]
  readonly strideSeconds: number
  /**
   * Which events count in what is said about events; absent: all. The others still take their detections, so that what they
   * cause is neither a false alarm nor somebody else's.
   */
  readonly isCounted?: (event: CatalogueEvent) => boolean
}

export interface CatalogueMatch {
  /** Events with scored data on a station that could have found them. */
  readonly events: number
  readonly eventsWithoutData: number
  /** Events found by one station or more. */
  readonly matched: number
  readonly recall: number | null
  /** Recall of the same catalogue shifted in time: what detections at such a rate match by chance. */
  readonly chanceRecall: number | null
  readonly detections: number
  readonly unmatched: number
  readonly stationDays: number
  readonly unmatchedPerStationDay: number | null
  /** Median of `on` minus the event's time over all matched detections. */
  readonly medianDelaySeconds: number | null
  readonly byMagnitude: readonly MagnitudeRecall[]
}

/** The two lists behind a match: what to look at. */
export interface Mismatches {
  readonly unmatchedDetections: readonly (TimedDetection & { readonly station: StationId })[]
  readonly missedEvents: readonly MissedEvent[]
}

export interface MissedEvent extends CatalogueEvent {
  /** A detection that began before it was still open on some station: it was seen, as a part of that one. */
  readonly isUnderWay: boolean
}

/** Recall of the events with `from` ≤ magnitude < `to`; both null for events without a magnitude. */
export interface MagnitudeRecall {
  readonly from: number | null
  readonly to: number | null
  readonly events: number
  readonly matched: number
  readonly recall: number
}

/** A detection belongs to an event when its onset lies between these offsets from the event's time. */
export const MATCH_BEFORE_SECONDS = 5
export const MATCH_AFTER_SECONDS = 60
/** Beyond the match range, so that no event finds its own detection; several, so that one lucky shift does not decide. */
export const CHANCE_SHIFTS_SECONDS = [-300, -180, 180, 300]

const SECONDS_PER_DAY = 86_400

/**
 * Compares detections with a catalogue. Per instrument, detections and events are paired one to one, nearest in time first; an
 * event with a station is looked for there only. Events on whose match range no such station scored a window are left out.
 * `chanceRecall` is the recall over the catalogue moved by each of `CHANCE_SHIFTS_SECONDS`, taken together.
 */
export function matchCatalogue(input: CatalogueInput): CatalogueMatch {
  const { instruments, strideSeconds, isCounted = () => true } = input
  const events = [...input.events].sort(compareEvents)
  const withData = events.filter((event) => hasData(event, instruments))
  const pairs = pairAll(withData, instruments)
  const eligible = withData.filter(isCounted)
  const found = new Set(pairs.map(({ event }) => event).filter(isCounted))
  const detections = sum(instruments.map((instrument) => instrument.detections.length))
  const stationDays = (sum(instruments.map(({ scoredWindows }) => scoredWindows)) * strideSeconds) / SECONDS_PER_DAY
  const unmatched = detections - pairs.length
  return {
    events: eligible.length,
    eventsWithoutData: events.filter(isCounted).length - eligible.length,
    matched: found.size,
    recall: ratio(found.size, eligible.length),
    chanceRecall: chanceRecall(events, instruments, isCounted),
    detections,
    unmatched,
    stationDays,
    unmatchedPerStationDay: ratio(unmatched, stationDays),
    medianDelaySeconds: median(
      pairs
        .filter(({ event }) => isCounted(event))
        .map(({ event, detection }) => (detection.on - event.time) / MICROS_PER_SECOND),
    ),
    byMagnitude: recallByMagnitude(eligible, found),
  }
}

/** Detections without an event and events without a detection, by time. */
export function mismatches({ events, instruments, isCounted = () => true }: Omit<CatalogueInput, 'strideSeconds'>): Mismatches {
  const withData = [...events].sort(compareEvents).filter((event) => hasData(event, instruments))
  const pairs = pairAll(withData, instruments)
  const paired = new Set<object>(pairs.flatMap(({ event, detection }) => [event, detection]))
  return {
    unmatchedDetections: instruments
      .flatMap(({ station, detections }) => detections.filter((one) => !paired.has(one)).map((one) => ({ ...one, station })))
      .sort((a, b) => a.onset - b.onset),
    missedEvents: withData
      .filter((event) => isCounted(event) && !paired.has(event))
      .map((event) => ({ ...event, isUnderWay: isUnderWay(event, instruments) })),
  }
}

interface Pair {
  readonly event: CatalogueEvent
  readonly detection: TimedDetection
}

function pairAll(events: readonly CatalogueEvent[], instruments: readonly InstrumentDetections[]): Pair[] {
  return instruments.flatMap((instrument) =>
    pairNearestFirst(
      events.filter((event) => isSeenBy(event, instrument)),
      instrument.detections,
    ),
  )
}

function pairNearestFirst(events: readonly CatalogueEvent[], detections: readonly TimedDetection[]): Pair[] {
  const candidates = events
    .flatMap((event) =>
      detections
        .filter(({ onset }) => onset >= rangeOf(event).start && onset <= rangeOf(event).end)
        .map((detection) => ({ event, detection, distance: Math.abs(detection.onset - event.time) })),
    )
    // Equally near: the earlier event, then the earlier detection, so that the order of the input never decides.
    .sort((a, b) => a.distance - b.distance || compareEvents(a.event, b.event) || a.detection.onset - b.detection.onset)
  const taken = new Set<object>()
  const pairs: Pair[] = []
  for (const { event, detection } of candidates) {
    if (taken.has(event) || taken.has(detection)) continue
    taken.add(event).add(detection)
    pairs.push({ event, detection })
  }
  return pairs
}

/** At the same time, events that only one station can find come first, then larger ones. */
function compareEvents(a: CatalogueEvent, b: CatalogueEvent): number {
  return (
    a.time - b.time ||
    Number(a.station === undefined) - Number(b.station === undefined) ||
    (b.magnitude ?? -99) - (a.magnitude ?? -99)
  )
}

function chanceRecall(
  events: readonly CatalogueEvent[],
  instruments: readonly InstrumentDetections[],
  isCounted: (event: CatalogueEvent) => boolean,
): number | null {
  let eligibleCount = 0
  let matchedCount = 0
  for (const shift of CHANCE_SHIFTS_SECONDS) {
    const shifted = events.map((event) => ({ ...event, time: event.time + shift * MICROS_PER_SECOND }))
    const counted = new Set(shifted.filter((_, index) => isCounted(events[index] as CatalogueEvent)))
    const eligible = shifted.filter((event) => hasData(event, instruments))
    eligibleCount += eligible.filter((event) => counted.has(event)).length
    matchedCount += new Set(pairAll(eligible, instruments).flatMap(({ event }) => (counted.has(event) ? [event] : []))).size
  }
  return ratio(matchedCount, eligibleCount)
}

function recallByMagnitude(events: readonly CatalogueEvent[], found: ReadonlySet<CatalogueEvent>): MagnitudeRecall[] {
  const bins = new Map<number | null, { events: number; matched: number }>()
  for (const event of events) {
    const from = event.magnitude === undefined ? null : Math.floor(event.magnitude)
    const bin = bins.get(from) ?? { events: 0, matched: 0 }
    bin.events++
    if (found.has(event)) bin.matched++
    bins.set(from, bin)
  }
  return [...bins]
    .sort(([a], [b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY))
    .map(([from, bin]) => ({ from, to: from === null ? null : from + 1, ...bin, recall: bin.matched / bin.events }))
}

function hasData(event: CatalogueEvent, instruments: readonly InstrumentDetections[]): boolean {
  const range = rangeOf(event)
  return instruments.some(
    (instrument) =>
      isSeenBy(event, instrument) && instrument.scoredSpans.some((span) => span.start <= range.end && span.end >= range.start),
  )
}

function isUnderWay(event: CatalogueEvent, instruments: readonly InstrumentDetections[]): boolean {
  return instruments.some(
    (instrument) =>
      isSeenBy(event, instrument) &&
      instrument.detections.some(
        ({ on, off = on }) => on <= event.time + MATCH_AFTER_SECONDS * MICROS_PER_SECOND && off >= event.time,
      ),
  )
}

function isSeenBy(event: CatalogueEvent, instrument: InstrumentDetections): boolean {
  return event.station === undefined || event.station === instrument.station
}

function rangeOf(event: CatalogueEvent): TimeSpan {
  return {
    start: event.time - MATCH_BEFORE_SECONDS * MICROS_PER_SECOND,
    end: event.time + MATCH_AFTER_SECONDS * MICROS_PER_SECOND,
  }
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
