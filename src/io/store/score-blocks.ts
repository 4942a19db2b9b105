import type { InstrumentId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { Arrival, WindowArrival } from '../../domain/window.ts'
import { ArrivalTable } from './arrival-table.ts'
import type { Expendable } from './expendable.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** One score on its way into the store. */
export interface StoredScore {
  readonly instrument: InstrumentId
  /** End of the scored window. */
  readonly endTime: Micros
  /** 0–1, a float32. */
  readonly score: number
  readonly arrival?: Arrival
}

/** Scores without a hole: score i belongs to the window that ends at endTime + i · stride. */
export interface ScoreRun {
  readonly endTime: Micros
  readonly strideSeconds: number
  readonly scores: Float32Array
}

/** 4000 bytes: with its keys a row just fills a page of SQLite (4096 bytes), one for 1000 s at a stride of a second. */
export const SCORES_PER_BLOCK = 1000

interface Block {
  readonly instrument: InstrumentId
  readonly start: Micros
  readonly scores: Float32Array
  /** Scores up to here are written; the rest is still empty. */
  length: number
  isChanged: boolean
}

interface BlockRow {
  start: number
  stride: number
  scores: Uint8Array
}

/**
 * Scores in packed blocks, exact (float32 as the network gives them). The block that grows is kept in memory, so that appending
 * needs no reading.
 */
export class ScoreBlocks implements Expendable {
  readonly what = 'scores'
  readonly #stride: number
  readonly #open = new Map<InstrumentId, Block>()
  readonly #changed: Block[] = []
  readonly #select
  readonly #upsert
  readonly #range
  readonly #first
  readonly #firstOf
  readonly #deleteOlder
  readonly #deleteOldest
  readonly #arrivals: ArrivalTable

  /** @param strideSeconds of scores to be written; scores of other strides can still be read */
  constructor(database: SqliteDatabase, strideSeconds: number) {
    this.#stride = Math.round(strideSeconds * MICROS_PER_SECOND)
    this.#arrivals = new ArrivalTable(database)
    this.#select = database.prepare<[string, number, number], { scores: Uint8Array }>(
      'SELECT scores FROM scores WHERE instrument = ? AND stride = ? AND start = ?',
    )
    this.#upsert = database.prepare<[string, number, number, Uint8Array]>(
      `INSERT INTO scores (instrument, stride, start, scores) VALUES (?, ?, ?, ?)
       ON CONFLICT (instrument, stride, start) DO UPDATE SET scores = excluded.scores`,
    )
    this.#range = database.prepare<[string, number, number], BlockRow>(
      `SELECT start, stride, scores FROM scores
       WHERE instrument = ? AND start <= ? AND start + stride * ${SCORES_PER_BLOCK} > ? ORDER BY stride, start`,
    )
    this.#first = database.prepare<[], BlockRow>('SELECT start, stride, scores FROM scores ORDER BY start LIMIT 1')
    this.#firstOf = database.prepare<[string], BlockRow>(
      'SELECT start, stride, scores FROM scores WHERE instrument = ? ORDER BY stride, start LIMIT 1',
    )
    this.#deleteOlder = database.prepare<[number, number]>(
      `DELETE FROM scores WHERE start <= ? AND start + stride * ${SCORES_PER_BLOCK} <= ?`,
    )
    this.#deleteOldest = database.prepare<[number]>(
      'DELETE FROM scores WHERE rowid IN (SELECT rowid FROM scores ORDER BY start LIMIT ?)',
    )
  }

  /** Writes the scores' blocks; inside the caller's transaction. After a rollback call `forget`. */
  write(scores: readonly StoredScore[]): void {
    for (const { instrument, endTime, score, arrival } of scores) {
      const phase = endTime % this.#stride
      const index = Math.floor(endTime / this.#stride)
      const slot = index % SCORES_PER_BLOCK
      const block = this.#blockAt(instrument, (index - slot) * this.#stride + phase)
      block.scores[slot] = score
      block.length = Math.max(block.length, slot + 1)
      if (!block.isChanged) this.#changed.push(block)
      block.isChanged = true
      if (arrival) this.#arrivals.write(instrument, endTime, arrival)
    }
    for (const block of this.#changed) {
      block.isChanged = false
      this.#upsert.run(block.instrument, this.#stride, block.start, bytesOf(block.scores.subarray(0, block.length)))
    }
    this.#changed.length = 0
  }

  /** The memory no longer agrees with the file. */
  forget(): void {
    this.#open.clear()
    this.#changed.length = 0
  }

  /** Scores of windows that end in [from, to], oldest first; a hole, another stride or another phase begins a new run. */
  read(instrument: InstrumentId, from: Micros, to: Micros): ScoreRun[] {
    const runs = new RunBuilder()
    for (const block of this.#range.iterate(instrument, to, from)) {
      const { values, first, end } = within(block, from, to)
      const { start, stride } = block
      for (let i = first; i < end; i++) runs.add(start + i * stride, stride, values[i] as number)
    }
    return runs.take()
  }

  /** Arrivals found in windows that end in [from, to], oldest first. */
  arrivals(instrument: InstrumentId, from: Micros, to: Micros): WindowArrival[] {
    return this.#arrivals.read(instrument, from, to)
  }

  /** Scores of windows that end in [from, to], in no order that matters; a tenth of the time that `read` takes. */
  forEach(instrument: InstrumentId, from: Micros, to: Micros, take: (score: number) => void): void {
    for (const block of this.#range.iterate(instrument, to, from)) {
      const { values, first, end } = within(block, from, to)
      for (let i = first; i < end; i++) {
        const score = values[i] as number
        if (!Number.isNaN(score)) take(score)
      }
    }
  }

  /** When the first window ends that is stored, of an instrument or of all; undefined when there is none. */
  firstTime(instrument: InstrumentId | undefined): Micros | undefined {
    const block = instrument === undefined ? this.#first.get() : this.#firstOf.get(instrument)
    if (!block) return undefined
    const index = scoresOf(block.scores).findIndex((score) => !Number.isNaN(score))
    return block.start + Math.max(0, index) * block.stride
  }

  /** Removes blocks that end before this time. */
  deleteOlderThan(time: Micros): void {
    this.#deleteOlder.run(time, time)
    this.#arrivals.deleteOlderThan(time)
  }

  /** @returns how many blocks went */
  deleteOldest(blocks: number): number {
    const { changes } = this.#deleteOldest.run(blocks)
    const first = this.firstTime(undefined)
    if (first !== undefined) this.#arrivals.deleteOlderThan(first)
    return changes
  }

  #blockAt(instrument: InstrumentId, start: Micros): Block {
    const open = this.#open.get(instrument)
    if (open?.start === start) return open
    // Where times jump away and come back inside one batch, the block is not in the file yet.
    const unwritten = this.#changed.find((block) => block.instrument === instrument && block.start === start)
    if (unwritten) {
      this.#open.set(instrument, unwritten)
      return unwritten
    }
    const stored = this.#select.get(instrument, this.#stride, start)
    const scores = new Float32Array(SCORES_PER_BLOCK).fill(Number.NaN)
    const known = stored ? scoresOf(stored.scores) : new Float32Array(0)
    scores.set(known)
    const block = { instrument, start, scores, length: known.length, isChanged: false }
    this.#open.set(instrument, block)
    return block
  }
}

/** Which scores of a block lie in [from, to]. */
function within({ start, stride, scores }: BlockRow, from: Micros, to: Micros) {
  const values = scoresOf(scores)
  const first = Math.max(0, Math.ceil((from - start) / stride))
  return { values, first, end: Math.min(values.length, Math.floor((to - start) / stride) + 1) }
}

class RunBuilder {
  readonly #runs: ScoreRun[] = []
  #scores: number[] = []
  #start = 0
  #stride = 0

  add(time: Micros, stride: number, score: number): void {
    if (Number.isNaN(score)) return
    if (this.#scores.length === 0 || stride !== this.#stride || time !== this.#start + this.#scores.length * stride) {
      this.#close()
      this.#start = time
      this.#stride = stride
    }
    this.#scores.push(score)
  }

  take(): ScoreRun[] {
    this.#close()
    return this.#runs
  }

  #close(): void {
    if (this.#scores.length === 0) return
    this.#runs.push({
      endTime: this.#start,
      strideSeconds: this.#stride / MICROS_PER_SECOND,
      scores: Float32Array.from(this.#scores),
    })
    this.#scores = []
  }
}

// Typed arrays are little-endian on every machine that Node runs on but s390x.
function bytesOf(scores: Float32Array): Uint8Array {
  return new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength)
}

function scoresOf(bytes: Uint8Array): Float32Array {
  // A copy: the bytes of a blob need not be aligned.
  return new Float32Array(bytes.slice().buffer)
}
