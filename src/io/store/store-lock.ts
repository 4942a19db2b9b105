import { StoreError } from '../../domain/errors.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'

/**
 * Keeps two monitors from writing one file, while other programs may read it: an exclusive transaction that is never ended, on an
 * empty database beside the store. The system lets go of it when the process dies, however it dies.
 *
 * @throws {StoreError} when another Quakewire holds it
 */
export function lockStore(file: string): SqliteDatabase {
  const Database = sqlite()
  const lock = new Database(`${file}-lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause
    throw new StoreError(
      `store: open failed: expected a database of our own, got one in use by another Quakewire (${file}); stop it or name another store.file`,
      { operation: 'open', file },
      cause,
    )
  }
}
