import type { GapQuery, GapsAnswer } from '../contract/gaps.ts'
import type { DetectionAnswer, EventAnswer, RelevanceWire, ScoreRunWire, Snippet } from '../contract/http.ts'
import { parseInstrumentId } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, parseIsoMicros } from '../domain/time.ts'
import type { StoredRelevance } from '../io/store/relevance-table.ts'
import type { ScoreRun } from '../io/store/score-blocks.ts'
import type { WaveformSnippet } from '../io/store/snippet-table.ts'
import type { Store } from '../io/store/store.ts'
import type { MonitorView } from '../server/monitor-view.ts'
import { shortDigits, wireComponents } from './wire-components.ts'

/** Scores shown with a detection, before its onset and after its end. */
const SCORE_MARGIN_SECONDS = 60

export type StoreView = Pick<
  MonitorView,
  | 'storeId'
  | 'newestSeq'
  | 'messagesSince'
  | 'detections'
  | 'detection'
  | 'findDetection'
  | 'setLabel'
  | 'scores'
  | 'gaps'
  | 'events'
  | 'event'
  | 'alerts'
  | 'remote'
>

/** The part of the monitor's view that the store answers. */
export function storeView(store: Store): StoreView {
  return {
    storeId: store.id,
    newestSeq: () => store.newestSeq,
    messagesSince: (seq, limit) => store.messagesSince(seq, limit),
    detections: (filter, page) => store.detections(filter, page),
    detection: (id) => detectionAnswer(store, id),
    events: (filter, page) => store.events(filter, page),
    event: (id) => eventAnswer(store, id),
    findDetection: (id) => store.detection(id),
    setLabel: (id, value, by) => store.setLabel(id, value, by),
    scores: (instrument, from, to) => store.scores(instrument, from, to).map(runToWire),
    gaps: (query) => gapsAnswer(store, query),
    alerts: store.outbox,
    remote: store.remote,
  }
}

function gapsAnswer(store: Store, query: GapQuery): GapsAnswer {
  const found = store.gaps({ ...query, limit: query.limit + 1 })
  return {
    gaps: found.slice(0, query.limit).map(({ sourceId, startTime, endTime, cause }) => ({
      channel: sourceId,
      from: formatMicros(startTime),
      to: formatMicros(endTime),
      cause,
    })),
    isTruncated: found.length > query.limit,
    causes: store.gapCounts(),
    channels: [],
  }
}

function detectionAnswer(store: Store, id: string): DetectionAnswer | undefined {
  const detection = store.detection(id)
  if (!detection) return undefined
  const margin = SCORE_MARGIN_SECONDS * MICROS_PER_SECOND
  const instrument = parseInstrumentId(detection.instrument)
  const from = parseIsoMicros(detection.onset.time)
  const to = parseIsoMicros(detection.off ?? detection.peak.time)
  const isPlaced = instrument !== undefined && from !== undefined && to !== undefined
  const snippet = store.snippet(id)
  const relevance = store.relevance(id)
  return {
    detection,
    waveform: snippet ? snippetToWire(snippet) : null,
    relevance: relevance ? relevanceToWire(relevance) : null,
    scores: isPlaced ? store.scores(instrument, from - margin, to + margin).map(runToWire) : [],
    journeys: store.journeys(id),
    labels: store.labels(id).map(({ value, by, time }) => ({ value, by, time: formatMicros(time) })),
  }
}

function eventAnswer(store: Store, id: string): EventAnswer | undefined {
  const event = store.event(id)
  return event && { event, detections: event.members.flatMap(({ detection }) => store.detection(detection) ?? []) }
}

function runToWire({ endTime, strideSeconds, scores }: ScoreRun): ScoreRunWire {
  return { endTime: formatMicros(endTime), strideSeconds, scores: [...scores] }
}

function snippetToWire({ startTime, rate, samples }: WaveformSnippet): Snippet {
  return { startTime: formatMicros(startTime), rate, ...wireComponents(samples) }
}

function relevanceToWire({ startTime, rate, beta, values }: StoredRelevance): RelevanceWire {
  return { startTime: formatMicros(startTime), rate, beta, ...wireComponents(shortDigits(values)) }
}
