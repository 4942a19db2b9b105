import type { OnProblem } from '../../domain/problem.ts'
import type { FilePool } from './file-pool.ts'
import { compareRecords, type RecordKey } from './record-order.ts'
import { MARK_STRIDE, type Run } from './run.ts'
import { type ReadContext, RunCursor, type RunRecord } from './run-cursor.ts'
import { markBefore, seekTime } from './seek-runs.ts'

/** A run and the next of its records: its key only while the run has not been opened. */
interface Head {
  readonly run: Run
  cursor: RunCursor | undefined
  key: RecordKey | RunRecord
}

/** All read buffers of one merge together, in bytes. */
const BUFFER_BUDGET = 16 * 1024 * 1024
const SMALLEST_CHUNK = 4 * 1024
const LARGEST_CHUNK = 256 * 1024

/**
 * Merges runs into one sequence in the archive's order, from an ordinal on. A run is opened when its first record is due and
 * dropped after its last, so that only those that overlap in time hold a buffer.
 */
export function* mergeRuns(
  pool: FilePool,
  runs: readonly Run[],
  ordinal: number,
  onProblem: OnProblem,
): Generator<RunRecord, void, undefined> {
  const chunk = Math.floor(BUFFER_BUDGET / Math.max(1, runs.length))
  const scratch = new Uint8Array(Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, chunk)))
  const context = { pool, scratch, onProblem }
  const { heap, passed } = ordinal === 0 ? { heap: unopened(runs), passed: 0 } : positioned(context, runs, ordinal)
  let toSkip = ordinal - passed
  for (let head = heap.top(); head !== undefined; head = heap.top()) {
    const record = head.cursor === undefined ? open(context, head) : (head.key as RunRecord)
    if (record !== undefined && toSkip === 0) yield record
    else if (record !== undefined) toSkip -= 1
    const next = head.cursor?.next()
    if (next === undefined) heap.removeTop()
    else {
      head.key = next
      heap.sinkTop()
    }
  }
}

function unopened(runs: readonly Run[]): HeadHeap {
  return new HeadHeap(runs.map((run) => ({ run, cursor: undefined, key: run.first })))
}

function open(context: ReadContext, head: Head): RunRecord | undefined {
  head.cursor = new RunCursor(context, head.run, 0)
  return head.cursor.next()
}

/** Every run at its first record that does not end before the time the marks give, and how many records lie before. */
function positioned(context: ReadContext, runs: readonly Run[], ordinal: number): { heap: HeadHeap; passed: number } {
  const time = seekTime(runs, ordinal)
  const heads: Head[] = []
  let passed = 0
  for (const run of runs) {
    if (run.lastEndTime < time) {
      passed += run.recordCount
      continue
    }
    if (run.first.endTime >= time) {
      heads.push({ run, cursor: undefined, key: run.first })
      continue
    }
    const mark = markBefore(run, time)
    const cursor = new RunCursor(context, run, mark)
    let record = cursor.next()
    passed += mark * MARK_STRIDE
    for (; record !== undefined && record.endTime < time; record = cursor.next()) passed += 1
    if (record !== undefined) heads.push({ run, cursor, key: record })
  }
  return { heap: new HeadHeap(heads), passed }
}

/** Binary heap, smallest key on top. */
class HeadHeap {
  readonly #heads: Head[]

  constructor(heads: Head[]) {
    this.#heads = heads
    for (let index = (heads.length >> 1) - 1; index >= 0; index--) this.#sink(index)
  }

  top(): Head | undefined {
    return this.#heads[0]
  }

  removeTop(): void {
    const last = this.#heads.pop()
    if (last === undefined || this.#heads.length === 0) return
    this.#heads[0] = last
    this.#sink(0)
  }

  /** To be called after the top's key has grown. */
  sinkTop(): void {
    this.#sink(0)
  }

  #sink(start: number): void {
    const heads = this.#heads
    let index = start
    for (;;) {
      const smallest = this.#smallestOf(index, 2 * index + 1, 2 * index + 2)
      if (smallest === index) return
      const head = heads[index]!
      heads[index] = heads[smallest]!
      heads[smallest] = head
      index = smallest
    }
  }

  #smallestOf(parent: number, left: number, right: number): number {
    const heads = this.#heads
    let smallest = parent
    if (left < heads.length && compareRecords(heads[left]!.key, heads[smallest]!.key) < 0) smallest = left
    if (right < heads.length && compareRecords(heads[right]!.key, heads[smallest]!.key) < 0) smallest = right
    return smallest
  }
}
