import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import { type SqliteDatabase, sqlite } from '../../src/io/store/sqlite-binding.ts'
import { openStore, type Store, type StoreOptions } from '../../src/io/store/store.ts'
import { EXAMPLE_TIME } from './example-detection.ts'

const DAY = 86_400_000_000

/** A store in a folder of its own, a new one for every test of the file that calls `freshStore`. */
export interface FreshStore {
  readonly store: Store
  readonly problems: Problem[]
  readonly folder: string
  readonly file: string
  /** Closes the store and opens its file again. */
  reopen(changes?: Partial<StoreOptions>): void
  /** Closes the store, lets something happen to its file, and opens it again. */
  tamper(change: (database: SqliteDatabase) => void): void
}

export function freshStore(): FreshStore {
  const open = (changes: Partial<StoreOptions> = {}) =>
    openStore(fresh.file, {
      clock: { now: () => EXAMPLE_TIME + 100 * DAY },
      keepScoresDays: 30,
      maximumMegabytes: 100,
      strideSeconds: 1,
      onProblem: (problem) => fresh.problems.push(problem),
      ...changes,
    })
  const fresh = {
    store: undefined as unknown as Store,
    problems: [] as Problem[],
    folder: '',
    get file() {
      return join(fresh.folder, 'data', 'quakewire.db')
    },
    reopen(changes?: Partial<StoreOptions>) {
      fresh.store.close()
      fresh.store = open(changes)
    },
    tamper(change: (database: SqliteDatabase) => void) {
      fresh.store.close()
      const Database = sqlite()
      const database = new Database(fresh.file)
      change(database)
      database.close()
      fresh.store = open()
    },
  }
  beforeEach(() => {
    fresh.folder = mkdtempSync(join(tmpdir(), 'quakewire-store-'))
    fresh.problems = []
    fresh.store = open()
  })
  afterEach(() => {
    fresh.store.close()
    rmSync(fresh.folder, { recursive: true })
  })
  return fresh
}
