import { existsSync } from 'node:fs'
import type { DetectionWire } from '../../contract/detection.ts'
import { StoreError } from '../../domain/errors.ts'
import type { LabelValue } from '../../domain/label.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros, parseIsoMicros } from '../../domain/time.ts'
import type { WindowArrival } from '../../domain/window.ts'
import { ScoreBlocks, type ScoreRun } from './score-blocks.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'

/** A detection that somebody has looked at. */
export interface LabelledTime {
  readonly instrument: InstrumentId
  readonly onset: Micros
  readonly label: string
}

/** When a stored detection was up, and what somebody says it is. */
export interface StoredTimes {
  readonly id: string
  readonly instrument: InstrumentId
  readonly onset: { readonly time: Micros; readonly uncertaintySeconds: number; readonly method: 'aic' | 'window' }
  readonly on: Micros
  /** null: open. */
  readonly off: Micros | null
  readonly label: LabelValue | null
}

export interface ScoreRunWithArrivals extends ScoreRun {
  readonly arrivals: readonly WindowArrival[]
}

/** Scores of a store, for reading alone: beside a monitor that writes it. */
export interface ScoreReader {
  /** In the order of their ids. */
  instruments(): InstrumentId[]
  /** Of windows that end in [from, to]; default: all. */
  scores(instrument: InstrumentId, from?: Micros, to?: Micros): ScoreRunWithArrivals[]
  /** With an onset in [from, to], by onset. */
  detections(from: Micros, to: Micros): StoredTimes[]
  /** Another number when somebody has written since. */
  version(): number
  /** Detections with a label. */
  labelled(): LabelledTime[]
  close(): void
}

/** @throws {StoreError} when the file is missing or no store */
export function openScoreReader(file: string): ScoreReader {
  const database = openReadOnly(file)
  const blocks = new ScoreBlocks(database, 1)
  const detections = database.prepare<[number, number], { json: string }>(
    'SELECT json FROM detections WHERE onset >= ? AND onset <= ? ORDER BY onset',
  )
  return {
    instruments: () =>
      database
        .prepare<[], { instrument: InstrumentId }>('SELECT DISTINCT instrument FROM scores ORDER BY instrument')
        .all()
        .map(({ instrument }) => instrument),
    scores: (instrument, from = 0, to = Number.MAX_SAFE_INTEGER) =>
      withArrivals(blocks.read(instrument, from, to), blocks.arrivals(instrument, from, to)),
    detections: (from, to) => detections.all(from, to).map(({ json }) => timesOf(JSON.parse(json) as DetectionWire)),
    version: () => database.pragma('data_version', { simple: true }) as number,
    labelled: () =>
      database
        .prepare<[], LabelledTime>('SELECT instrument, onset, label FROM detections WHERE label IS NOT NULL ORDER BY onset')
        .all(),
    close: () => database.close(),
  }
}

/** Both by time, but that runs of another stride or phase may come later. */
function withArrivals(runs: readonly ScoreRun[], arrivals: readonly WindowArrival[]): ScoreRunWithArrivals[] {
  return runs.map((run) => {
    const end = run.endTime + run.scores.length * run.strideSeconds * MICROS_PER_SECOND
    return { ...run, arrivals: arrivals.slice(firstFrom(arrivals, run.endTime), firstFrom(arrivals, end)) }
  })
}

/** Index of the first that was found in a window ending at this time or later. */
function firstFrom(arrivals: readonly WindowArrival[], time: Micros): number {
  let low = 0
  let high = arrivals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (arrivals[middle]!.windowEnd < time) low = middle + 1
    else high = middle
  }
  return low
}

function timesOf({ id, instrument, onset, on, off, label }: DetectionWire): StoredTimes {
  return {
    id,
    instrument: instrument as InstrumentId,
    onset: { ...onset, time: microsOf(onset.time) },
    on: microsOf(on),
    off: off === null ? null : microsOf(off),
    label: label?.value ?? null,
  }
}

/** Of a time that we have written. */
function microsOf(iso: string): Micros {
  return parseIsoMicros(iso) ?? 0
}

function openReadOnly(file: string): SqliteDatabase {
  if (!existsSync(file)) throw new StoreError(`store: expected a database, got none (${file})`, { operation: 'open', file })
  const Database = sqlite()
  const database = new Database(file, { readonly: true })
  try {
    database.prepare('SELECT 1 FROM scores, detections LIMIT 1').get()
    return database
  } catch (cause) {
    database.close()
    throw new StoreError(
      `store: expected a database of Quakewire, got another file (${file})`,
      { operation: 'open', file },
      cause,
    )
  }
}
