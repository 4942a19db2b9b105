import type { Config } from '../contract/config.ts'
import type { TimeSpan } from '../detection/catalogue-matching.ts'
import type { CoincidenceOptions } from '../detection/coincidence-options.ts'
import { type DetectedOnset, type EventMatch, type EventMatchInput, matchEvents } from '../detection/event-matching.ts'
import { TABLE_DEPTHS_KM } from '../detection/travel-times.ts'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import type { Detection } from '../domain/detection.ts'
import type { NetworkEvent } from '../domain/network-event.ts'
import { distanceDegrees } from '../domain/place.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { StationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import { coincidenceOptions } from './coincidence-options.ts'
import { ContinuousRecord } from './evaluation/continuous-record.ts'
import type { LoadedModel } from './load-model.ts'
import { replayArchive } from './replay-archive.ts'

export interface EvaluateEventsOptions {
  /** miniSEED files or folders. */
  readonly paths: readonly string[]
  /** Origins; what is not an origin (P at a station) says nothing about events and is left out. */
  readonly catalogue: readonly CatalogueEvent[]
  /** Its coordinates of stations are what arrivals are predicted with. */
  readonly config: Config
  readonly model: LoadedModel
  readonly onProgress?: (bytes: number, totalBytes: number) => void
  readonly onProblem: OnProblem
}

/** Replays an archive through the monitor's own pipeline and compares its network events with a catalogue. */
export async function evaluateEvents(options: EvaluateEventsOptions): Promise<EventMatch> {
  const { config, model, onProblem } = options
  const record = new ContinuousRecord((model.card.windowLength - 1) / model.card.sampleRate)
  const detections = new Map<string, Detection>()
  const events = new Map<string, NetworkEvent>()
  await replayArchive({
    paths: options.paths,
    config,
    model,
    speed: 'max',
    onMessages: () => {},
    onStreams: ({ scores$, detections$, events$ }) => {
      scores$.subscribe((piece) => record.addScore(piece))
      detections$.subscribe((output) => {
        if (output.kind === 'detection') detections.set(output.detection.id, output.detection)
      })
      events$.subscribe((output) => {
        if (output.kind === 'event') events.set(output.event.id, output.event)
      })
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
    onProblem,
  })
  const { toleranceSeconds, withinSeconds, stations } = config.coincidence
  return matchEvents({
    catalogue: options.catalogue.filter(({ station }) => station === undefined),
    events: [...events.values()],
    onsets: [...detections.values()].map((detection) => onsetOf(detection, config)),
    spans: spansByStation(record),
    needed: stations,
    arrivalOf: arrivals(coincidenceOptions(config)),
    matchSeconds: toleranceSeconds,
    withinSeconds,
  })
}

function onsetOf({ id, station, onset, off, peak }: Detection, { trigger }: Config): DetectedOnset {
  const rearmed = onset.time + trigger.deadSeconds * MICROS_PER_SECOND
  return {
    detection: id,
    station,
    onset: onset.time,
    uncertaintySeconds: onset.uncertaintySeconds,
    busyUntil: Math.max(off ?? peak.time, rearmed),
  }
}

function spansByStation(record: ContinuousRecord): Map<StationId, TimeSpan[]> {
  const spans = new Map<StationId, TimeSpan[]>()
  for (const { station, scoredSpans } of record.instruments()) {
    spans.set(station, [...(spans.get(station) ?? []), ...scoredSpans])
  }
  return spans
}

/** First arrivals in ak135, as events are made with; between the depths of its tables in proportion. */
export function arrivals({ placeOf, times }: Pick<CoincidenceOptions, 'placeOf' | 'times'>): EventMatchInput['arrivalOf'] {
  return ({ time, place, depthKm = DEFAULT_DEPTH_KM }, station, wave) => {
    const at = placeOf(station)
    if (!at || !place) return undefined
    const degrees = distanceDegrees(place, at)
    // The last pair of tables whose upper one is not deeper.
    const above = Math.max(
      0,
      TABLE_DEPTHS_KM.slice(0, -1).findLastIndex((depth) => depth <= depthKm),
    )
    const [upper, lower] = [TABLE_DEPTHS_KM[above]!, TABLE_DEPTHS_KM[above + 1]!]
    const share = Math.min(1, Math.max(0, (depthKm - upper) / (lower - upper)))
    const [before, after] = [times().seconds(wave, degrees, above), times().seconds(wave, degrees, above + 1)]
    const seconds = before + share * (after - before)
    return Number.isFinite(seconds) ? time + Math.round(seconds * MICROS_PER_SECOND) : undefined
  }
}

/** Where a catalogue does not say. */
const DEFAULT_DEPTH_KM = 10
