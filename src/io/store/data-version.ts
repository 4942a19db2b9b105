import type { SqliteDatabase } from './sqlite-binding.ts'

/** A number that is another one once somebody else has changed the file; what this connection changes does not count. */
export function dataVersionOf(database: SqliteDatabase): () => number {
  const version = database.prepare<[], number>('PRAGMA data_version').pluck()
  return () => version.get() as number
}
