import type { Clock } from '../../domain/ports.ts'
import { Outbox } from './outbox.ts'
import { checkSchema } from './schema.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'
import { storeError } from './store-error.ts'

/** How long to wait for the monitor that owns the store. */
const BUSY_MILLISECONDS = 5000

/**
 * The alerts of a store that a monitor may have open: it notices within seconds what is changed here.
 *
 * @throws {StoreError} naming the file: not there, no database, another program's, of another version
 */
export function openOutbox(file: string, clock: Clock): { outbox: Outbox; close(): void } {
  let database: SqliteDatabase | undefined
  try {
    const Database = sqlite()
    const opened = new Database(file, { timeout: BUSY_MILLISECONDS, fileMustExist: true })
    database = opened
    checkSchema(opened, file)
    const transact = <T>(operation: string, change: () => T): T => {
      try {
        return opened.transaction(change).immediate()
      } catch (cause) {
        throw storeError(operation, file, cause)
      }
    }
    return {
      outbox: new Outbox(
        opened,
        { safely: transact, quickly: transact },
        { clock, findDetection: () => undefined, onProblem() {} },
      ),
      close: () => opened.close(),
    }
  } catch (cause) {
    database?.close()
    throw storeError('open', file, cause)
  }
}
