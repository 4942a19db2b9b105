import type { OnProblem } from '../../domain/problem.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { DiskReserve } from './disk-reserve.ts'
import type { ScoreBlocks } from './score-blocks.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

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

/** Blocks that go in one step: about 400 kB. Small, since on a full disk deleting needs some room of its own. */
const STEP_BLOCKS = 100

/**
 * Keeps the store within its days and its megabytes. Scores are all that grows without end; of them the oldest go first, and it is
 * said. Freed pages are used again, the file does not shrink.
 */
export class SpaceKeeper {
  readonly #database: SqliteDatabase
  readonly #scores: ScoreBlocks
  readonly #reserve: DiskReserve
  readonly #limits: SpaceLimits
  readonly #pageSize: number
  readonly #deleteOldest: (blocks: number) => number

  constructor(database: SqliteDatabase, scores: ScoreBlocks, reserve: DiskReserve, limits: SpaceLimits) {
    this.#database = database
    this.#scores = scores
    this.#reserve = reserve
    this.#limits = limits
    this.#pageSize = this.#pragma('page_size')
    this.#deleteOldest = database.transaction((blocks: number) => scores.deleteOldest(blocks))
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
    let blocks = 0
    while (this.usedBytes > LOW_WATER * this.#maximumBytes) {
      const gone = this.#deleteOldest(STEP_BLOCKS)
      if (gone === 0) break
      blocks += gone
    }
    this.#report(blocks, `the limit of ${this.#limits.maximumMegabytes} MB is near`)
  }

  /** @returns whether trying again may help */
  makeRoom(): boolean {
    return this.#removeScores() || (this.#reserve.release() && this.#stopGrowing() && this.#removeScores())
  }

  #removeScores(): boolean {
    try {
      const blocks = this.#deleteOldest(STEP_BLOCKS)
      this.#report(blocks, 'the disk is full or the limit is reached')
      return blocks > 0
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

  #report(blocks: number, why: string): void {
    if (blocks === 0) return
    const message = `store: ${why}: removed the ${blocks} oldest blocks of scores; detection goes on`
    this.#limits.onProblem({ code: 'store-full', message })
  }

  #pragma(name: string): number {
    return this.#database.pragma(name, { simple: true }) as number
  }
}
