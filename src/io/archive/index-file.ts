import type { Problem } from '../../domain/problem.ts'
import { endTimeOf, type RecordHeader } from '../../miniseed/index.ts'
import type { FilePool } from './file-pool.ts'
import { type FileRecord, FileRecords } from './file-records.ts'
import { compareRecords } from './record-order.ts'
import { consecutiveRun, type IndexedRecord, type Run, scatteredRun } from './run.ts'

/** A file without any record in its first bytes is no miniSEED; SEED volumes may begin with long control headers. */
const MOST_BYTES_WITHOUT_RECORD = 8 * 1024 * 1024
/** Records whose keys are in memory at once while a file is indexed. */
const BLOCK_LENGTH = 16_384
/** Offsets inside a run in disorder are 32 bits wide. */
const BLOCK_BYTES = 2 ** 31
/** Ascending runs shorter than this on average are not worth a reader each: the block is in disorder. */
const SHORT_RUN = 32

export interface IndexFileOptions {
  /** Chunks are read into it. */
  readonly scratch: Uint8Array
  onProblem(problem: Problem): void
  onHeader(header: RecordHeader): void
  /** Called between chunks with the bytes read so far, for progress and for letting others run. */
  onChunk(bytesRead: number): Promise<void>
}

/**
 * Splits a file into runs of ascending records in one pass over its headers; keeps a few numbers per run (8 bytes per record where
 * the file is in disorder). A file without a single record is one Problem, NOT_MINISEED.
 */
export async function indexFile(pool: FilePool, path: string, fileIndex: number, options: IndexFileOptions): Promise<Run[]> {
  const problems = new HeldProblems(options.onProblem)
  const records = new FileRecords(pool, path, {
    start: 0,
    scratch: options.scratch,
    onProblem: (problem) => problems.add(problem),
  })
  const runs: Run[] = []
  let block: IndexedRecord[] = []
  for (let record = records.next(); record !== undefined; record = records.next()) {
    if (record === 'more') {
      if (!problems.isReleased && records.bytesRead > MOST_BYTES_WITHOUT_RECORD) break
      await options.onChunk(records.bytesRead)
      continue
    }
    problems.release()
    options.onHeader(record.header)
    const indexed = indexedRecord(record, fileIndex)
    const isFull = block.length >= BLOCK_LENGTH || indexed.offset - (block[0]?.offset ?? indexed.offset) >= BLOCK_BYTES
    if (isFull) {
      runs.push(...runsOf(path, block))
      block = []
    }
    block.push(indexed)
  }
  if (problems.isReleased) return [...runs, ...runsOf(path, block)]
  options.onProblem(notMiniseed(path, records.bytesRead))
  return []
}

function runsOf(path: string, block: readonly IndexedRecord[]): Run[] {
  const starts = block.flatMap((record, index) => {
    const before = block[index - 1]
    return before === undefined || compareRecords(before, record) > 0 ? [index] : []
  })
  const isInDisorder = starts.length > 2 && starts.length * SHORT_RUN > block.length
  if (isInDisorder) return [scatteredRun(path, block, compareRecords)]
  return starts.map((start, index) => consecutiveRun(path, block.slice(start, starts[index + 1])))
}

function indexedRecord({ header, offset }: FileRecord, fileIndex: number): IndexedRecord {
  const { startTime, sourceId, byteLength } = header
  return { endTime: endTimeOf(header), startTime, sourceId, fileIndex, offset, byteLength }
}

/** Holds problems back until the file is known to be miniSEED and its first bytes are worth reporting. */
class HeldProblems {
  isReleased = false
  readonly #held: Problem[] = []
  readonly #onProblem: (problem: Problem) => void

  constructor(onProblem: (problem: Problem) => void) {
    this.#onProblem = onProblem
  }

  add(problem: Problem): void {
    if (this.isReleased) this.#onProblem(problem)
    else this.#held.push(problem)
  }

  release(): void {
    if (this.isReleased) return
    this.isReleased = true
    for (const problem of this.#held) this.#onProblem(problem)
  }
}

function notMiniseed(path: string, bytesRead: number): Problem {
  return {
    code: 'NOT_MINISEED',
    message: `file of the archive: expected miniSEED records, got none in ${bytesRead} bytes`,
    where: path,
  }
}
