import type { DetectionWire } from '../../contract/detection.ts'
import { StoreError } from '../../domain/errors.ts'
import { PeakWindowTable, type StoredPeakWindow } from './peak-window-table.ts'
import { checkSchema } from './schema.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'
import { storeError } from './store-error.ts'

/** Looks things up in a store that a monitor may have open; writes nothing. */
export class StoreReader {
  readonly #database: SqliteDatabase
  readonly #find
  readonly #peakWindows: PeakWindowTable

  /** Use `openStoreReader`. */
  constructor(database: SqliteDatabase) {
    this.#database = database
    this.#find = database.prepare<[string], string>('SELECT json FROM detections WHERE id = ?').pluck()
    this.#peakWindows = new PeakWindowTable(database)
  }

  detection(id: string): DetectionWire | undefined {
    const json = this.#find.get(id)
    return json === undefined ? undefined : (JSON.parse(json) as DetectionWire)
  }

  peakWindow(detectionId: string): StoredPeakWindow | undefined {
    return this.#peakWindows.find(detectionId)
  }

  close(): void {
    this.#database.close()
  }
}

/** @throws {StoreError} naming the file: not there, no database, another program's, of another version */
export function openStoreReader(file: string): StoreReader {
  let database: SqliteDatabase | undefined
  try {
    const Database = sqlite()
    database = new Database(file, { readonly: true, fileMustExist: true })
    checkSchema(database, file)
    return new StoreReader(database)
  } catch (cause) {
    database?.close()
    if ((cause as { code?: string }).code !== 'SQLITE_CANTOPEN') throw storeError('open', file, cause)
    throw new StoreError(`store: open failed: expected a Quakewire database, got no such file (${file})`, {
      operation: 'open',
      file,
    })
  }
}
