import { existsSync } from 'node:fs'
import { StoreError } from '../../domain/errors.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import { ScoreBlocks, type ScoreRun } from './score-blocks.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'

/** A detection that somebody has looked at. */
export interface LabelledTime {
  readonly instrument: InstrumentId
  readonly onset: Micros
  readonly label: string
}

/** Scores of a store, for reading alone: beside a monitor that writes it. */
export interface ScoreReader {
  /** In the order of their ids. */
  instruments(): InstrumentId[]
  scores(instrument: InstrumentId): ScoreRun[]
  /** Detections with a label. */
  labelled(): LabelledTime[]
  close(): void
}

/** @throws {StoreError} when the file is missing or no store */
export function openScoreReader(file: string): ScoreReader {
  const database = openReadOnly(file)
  const blocks = new ScoreBlocks(database, 1)
  return {
    instruments: () =>
      database
        .prepare<[], { instrument: InstrumentId }>('SELECT DISTINCT instrument FROM scores ORDER BY instrument')
        .all()
        .map(({ instrument }) => instrument),
    scores: (instrument) => blocks.read(instrument, 0, Number.MAX_SAFE_INTEGER),
    labelled: () =>
      database
        .prepare<[], LabelledTime>('SELECT instrument, onset, label FROM detections WHERE label IS NOT NULL ORDER BY onset')
        .all(),
    close: () => database.close(),
  }
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
