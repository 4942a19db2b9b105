import type { Config } from '../contract/config.ts'
import { triggerOf } from '../contract/config.ts'
import type { Calibration, ModelCard } from '../contract/model-card.ts'
import { fitTemperature, reliability } from '../detection/calibration.ts'
import type { ScoreSpan } from '../detection/excursions.ts'
import { windowEnd } from '../detection/rise.ts'
import { proposeThreshold, type ThresholdProposal, withoutTimes } from '../detection/threshold-proposal.ts'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import { DatasetError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, stationOfInstrument } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { WindowArrival } from '../domain/window.ts'
import { datasetSha256 } from '../io/seisbench/dataset.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { openScoreReader } from '../io/store/score-reader.ts'
import { scoreWindows } from './evaluate.ts'
import type { LoadedModel } from './load-model.ts'
import { replayArchive } from './replay-archive.ts'
import type { LoadHooks } from './training/load-traces.ts'
import { scorerOf } from './window-scorer.ts'

/** What was seen on one instrument. */
export interface InstrumentProposal extends ThresholdProposal {
  readonly instrument: InstrumentId
  readonly onNow: number
  readonly offNow: number
}

export interface ProposeOptions {
  readonly scores: ReadonlyMap<InstrumentId, readonly ScoreSpan[]>
  readonly config: Config
  /** Alarms per station-day that can be borne. */
  readonly perDay: number
  /** What is no noise. */
  readonly events: readonly CatalogueEvent[]
}

/** An earthquake is in the windows from shortly before its P until its coda is over. */
const EVENT_BEFORE_SECONDS = 5
const EVENT_AFTER_SECONDS = 180

/** A threshold for each instrument, from its own noise, in the order of their ids. */
export function proposeThresholds({ scores, config, perDay, events }: ProposeOptions): InstrumentProposal[] {
  return [...scores].map(([instrument, spans]) => {
    const trigger = triggerOf(config, instrument)
    const station = stationOfInstrument(instrument)
    const times = events
      .filter((event) => event.station === undefined || event.station === station)
      .map(({ time }) => ({
        from: time - EVENT_BEFORE_SECONDS * MICROS_PER_SECOND,
        to: time + EVENT_AFTER_SECONDS * MICROS_PER_SECOND,
      }))
    const proposal = proposeThreshold(withoutTimes(spans, times), trigger, perDay)
    return { instrument, onNow: trigger.on, offNow: trigger.off, ...proposal }
  })
}

/**
 * Scores that a monitor has stored, and the times of detections that somebody called an earthquake or a blast.
 *
 * @throws {StoreError} when the file is missing or no store
 */
export function storedScores(file: string): { scores: Map<InstrumentId, ScoreSpan[]>; events: CatalogueEvent[] } {
  const reader = openScoreReader(file)
  try {
    return {
      scores: new Map(reader.instruments().map((instrument) => [instrument, reader.scores(instrument)])),
      events: reader
        .labelled()
        .filter(({ label }) => label === 'earthquake' || label === 'blast')
        .map(({ instrument, onset }) => ({ time: onset as Micros, station: stationOfInstrument(instrument) })),
    }
  } finally {
    reader.close()
  }
}

/** Scores of archived miniSEED, by the monitor's own pipeline. */
export async function archiveScores(options: {
  readonly paths: readonly string[]
  readonly config: Config
  readonly model: LoadedModel
  readonly onProgress: (bytes: number, totalBytes: number) => void
  readonly onProblem: OnProblem
}): Promise<Map<InstrumentId, ScoreSpan[]>> {
  const { config, model } = options
  const spans = new Map<InstrumentId, { endTime: Micros; strideSeconds: number; scores: number[]; arrivals: WindowArrival[] }[]>()
  const open = new Set<InstrumentId>()
  await replayArchive({
    ...options,
    speed: 'max',
    onMessages: () => {},
    onStreams: ({ scores$ }) => {
      scores$.subscribe((piece) => {
        const { instrument } = piece
        if (piece.kind === 'gap') {
          open.delete(instrument)
          return
        }
        const endTime = windowEnd(piece, { gridRate: model.card.sampleRate })
        const known = spans.get(instrument) ?? []
        if (!open.has(instrument)) {
          known.push({ endTime, strideSeconds: config.window.strideSeconds, scores: [], arrivals: [] })
          spans.set(instrument, known)
          open.add(instrument)
        }
        const span = known.at(-1)!
        span.scores.push(piece.score)
        if (piece.arrival) span.arrivals.push({ ...piece.arrival, windowEnd: endTime })
      })
    },
  })
  return new Map([...spans].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The temperature of a model, fitted on a split, with what says so.
 *
 * @throws {DatasetError} when a dataset cannot be read, or the split lacks a class or mistakes to learn from
 */
export async function calibrateModel(
  directories: readonly string[],
  split: Split,
  model: LoadedModel,
  hooks: LoadHooks,
): Promise<Calibration> {
  const options = { directories, split, threshold: 0.5, isPartialAccepted: false }
  const { windows } = await scoreWindows(options, scorerOf(model), hooks)
  const fitted = fitTemperature(windows)
  if (fitted === undefined) {
    throw new DatasetError(
      `calibrate: expected earthquakes and noise in split ${split} and a mistake or two, got too little to fit to (${directories.join(', ')})`,
    )
  }
  const temperature = Math.round(fitted * 1e4) / 1e4
  const measure = (value: number) => {
    const { negativeLogLikelihood, expectedCalibrationError } = reliability(windows, value)
    return { negativeLogLikelihood, expectedCalibrationError }
  }
  return {
    temperature,
    split,
    windows: windows.length,
    dataSha256: await Promise.all(directories.map(datasetSha256)),
    before: measure(1),
    after: measure(temperature),
  }
}

/** The card with its calibration; without what it said about scores that were none. */
export function withCalibration(card: ModelCard, calibration: Calibration): ModelCard {
  const limits = card.limits.filter((limit) => !limit.startsWith('Scores are not calibrated'))
  const { limits: _, ...rest } = card
  return { ...rest, calibration, limits }
}
