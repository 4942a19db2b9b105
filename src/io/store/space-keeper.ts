import type { OnProblem } from '../../domain/problem.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { DiskReserve } from './disk-reserve.ts'
import type { Expendable } from './expendable.ts'
import type { ScoreBlocks } from './score-blocks.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'
import type { WaveformTable } from './waveform-table.ts'

export interface SpaceLimits {
  readonly keepScoresDays: number
  readonly maximumMegabytes: number
  readonly onProblem: OnProblem
}

const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND
const BYTES_PER_MEGABYTE = 1_000_000

/** Pruning starts above this part of the limit, so that a commit hardly ever meets it … */
const HIGH_WATER = 0.95
/** … and goes down to this one, so that it is not needed at every turn. */
const LOW_WATER = 0.9

/** Rows that go in one step: some 100 to 400 kB. Small, since on a full disk deleting needs some room of its own. */
const STEP_ROWS = 100

/**
 * Keeps the store within its days and its megabytes. Waveforms and scores are all that grows without end; the oldest waveforms go
 * first, then the oldest scores, and it is said. Freed pages are used again, the file does not shrink.
 */
export class SpaceKeeper {
  readonly #database: SqliteDatabase
  readonly #scores: ScoreBlocks
  readonly #reserve: DiskReserve
  readonly #limits: SpaceLimits
  readonly #pageSize: number
  /** In the order in which they go. */
  readonly #expendables: readonly Expendable[]
  readonly #deleteOldest: (from: Expendable, rows: number) => number
  #hasToldOfWaveforms = false

  constructor(
    database: SqliteDatabase,
    { waveforms, scores }: { readonly waveforms: WaveformTable; readonly scores: ScoreBlocks },
    reserve: DiskReserve,
    limits: SpaceLimits,
  ) {
    this.#database = database
    this.#scores = scores
    this.#expendables = [waveforms, scores]
    this.#reserve = reserve
    this.#limits = limits
    this.#pageSize = this.#pragma('page_size')
    this.#deleteOldest = database.transaction((from: Expendable, rows: number) => from.deleteOldest(rows))
    this.#growIfRoom()
  }

  get usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pageSize
  }

  /** @param newestDataTime days count back from here */
  prune(newestDataTime: Micros): void {
    this.#scores.deleteOlderThan(newestDataTime - this.#limits.keepScoresDays * MICROS_PER_DAY)
    this.#growIfRoom()
    if (this.usedBytes <= HIGH_WATER * this.#maximumBytes) return
    for (const expendable of this.#expendables) {
      let rows = 0
      while (this.usedBytes > LOW_WATER * this.#maximumBytes) {
        const gone = this.#deleteOldest(expendable, STEP_ROWS)
        if (gone === 0) break
        rows += gone
      }
      this.#report(expendable, rows, `the limit of ${this.#limits.maximumMegabytes} MB is near`)
    }
  }

  /** @returns whether trying again may help */
  makeRoom(): boolean {
    return this.#removeOldest() || (this.#reserve.release() && this.#stopGrowing() && this.#removeOldest())
  }

  #removeOldest(): boolean {
    try {
      return this.#expendables.some((expendable) => {
        const rows = this.#deleteOldest(expendable, STEP_ROWS)
        this.#report(expendable, rows, 'the disk is full or the limit is reached')
        return rows > 0
      })
    } catch {
      // Not even room to delete; when nothing else helps, the caller reports the first error.
      return false
    }
  }

  /** What the reserve gave back is for the log; the database must not grow into it, but use its own pages again. */
  #stopGrowing(): boolean {
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)')
      this.#limitPages(this.#pragma('page_count'))
      return true
    } catch {
      return false
    }
  }

  /** Lets the database grow up to its limit as long as the disk has room for more than that. */
  #growIfRoom(): void {
    this.#limitPages(this.#reserve.keep() ? Math.floor(this.#maximumBytes / this.#pageSize) : this.#pragma('page_count'))
  }

  #limitPages(pages: number): void {
    this.#database.pragma(`max_page_count = ${pages}`)
  }

  get #maximumBytes(): number {
    return this.#limits.maximumMegabytes * BYTES_PER_MEGABYTE
  }

  /** A store that is smaller than its hours of waveforms is full at all times: that is said once. */
  #report({ what }: Expendable, rows: number, why: string): void {
    if (rows === 0 || (what === 'waveforms' && this.#hasToldOfWaveforms)) return
    this.#hasToldOfWaveforms ||= what === 'waveforms'
    const advice =
      what === 'waveforms'
        ? '; fewer hours of them are kept than store.waveforms says, which is not told again'
        : '; detection goes on'
    this.#limits.onProblem({
      code: 'store-full',
      message: `store: ${why}: removed the ${rows} oldest blocks of ${what}${advice}`,
    })
  }

  #pragma(name: string): number {
    return this.#database.pragma(name, { simple: true }) as number
  }
}
