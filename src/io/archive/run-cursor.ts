import { MonitorError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { endTimeOf, parseHeader, type RecordHeader } from '../../miniseed/index.ts'
import { isSystemError } from './collect-files.ts'
import type { FilePool } from './file-pool.ts'
import { type FileRecord, FileRecords } from './file-records.ts'
import type { RecordKey } from './record-order.ts'
import { MARK_STRIDE, type RecordPlaces, type Run } from './run.ts'

/** A record of a run, in its place. */
export interface RunRecord extends RecordKey {
  /** Valid until the next record of the run. */
  readonly bytes: Uint8Array
  readonly path: string
  readonly header: RecordHeader
}

/** What all cursors of one iteration share. */
export interface ReadContext {
  readonly pool: FilePool
  /** Chunks are read into it. */
  readonly scratch: Uint8Array
  /** Gets a file that changed since it was indexed; everything else was said then. */
  readonly onProblem: OnProblem
}

/** Walks a run from one of its marks on. */
export class RunCursor {
  readonly #context: ReadContext
  readonly #run: Run
  readonly #inFileOrder: FileRecords
  #scattered = new Uint8Array(0)
  #index: number

  constructor(context: ReadContext, run: Run, mark: number) {
    this.#context = context
    this.#run = run
    this.#index = mark * MARK_STRIDE
    const { pool, scratch } = context
    this.#inFileOrder = new FileRecords(pool, run.path, { start: run.markOffsets[mark] ?? 0, scratch, onProblem() {} })
  }

  /** @returns undefined at the end of the run, or when its file has changed */
  next(): RunRecord | undefined {
    const { path, places, recordCount, first } = this.#run
    if (this.#index >= recordCount) return undefined
    const record = this.#readOrReport(places)
    this.#index = record === undefined ? recordCount : this.#index + 1
    if (record === undefined) return undefined
    const { header, bytes, offset } = record
    const { startTime, sourceId } = header
    return { bytes, path, header, endTime: endTimeOf(header), startTime, sourceId, fileIndex: first.fileIndex, offset }
  }

  #readOrReport(places: RecordPlaces | undefined): FileRecord | undefined {
    let reason = 'fewer records'
    try {
      const record = places === undefined ? this.#readOn() : this.#readAt(places)
      if (record !== undefined) return record
    } catch (error) {
      if (!(error instanceof MonitorError) && !isSystemError(error)) throw error
      reason = error.message
    }
    const message = `file of the archive: expected it unchanged since it was indexed, got ${reason}`
    this.#context.onProblem({ code: 'ARCHIVE_CHANGED', message, where: this.#run.path })
    return undefined
  }

  #readOn(): FileRecord | undefined {
    let record = this.#inFileOrder.next()
    while (record === 'more') record = this.#inFileOrder.next()
    return record
  }

  #readAt({ base, offsets, lengths }: RecordPlaces): FileRecord | undefined {
    const offset = base + (offsets[this.#index] ?? 0)
    const length = lengths[this.#index] ?? 0
    if (this.#scattered.length < length) this.#scattered = new Uint8Array(length)
    const bytes = this.#scattered.subarray(0, length)
    if (this.#context.pool.read(this.#run.path, bytes, offset) < length) return undefined
    return { bytes, offset, header: parseHeader(bytes) }
  }
}
