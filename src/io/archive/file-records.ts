import { MonitorError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { parseHeader, type RecordHeader, RecordReader, type RecordSlice } from '../../miniseed/index.ts'
import type { FilePool } from './file-pool.ts'

/** A record of a file with its header. */
export interface FileRecord {
  /** Valid until the next one. */
  readonly bytes: Uint8Array
  readonly offset: number
  readonly header: RecordHeader
}

export interface FileRecordsOptions {
  readonly onProblem: OnProblem
  /** Where in the file to begin: 0, or the offset of a record. */
  readonly start: number
  /** Chunks are read into it; may be shared, it is copied from at once. */
  readonly scratch: Uint8Array
}

/** The records of one file from an offset on, in the file's order. Records whose header is impossible are problems, not records. */
export class FileRecords {
  readonly #reader: RecordReader
  #position: number

  readonly #pool: FilePool
  readonly #path: string
  readonly #options: FileRecordsOptions
  #isFinished = false

  constructor(pool: FilePool, path: string, options: FileRecordsOptions) {
    this.#pool = pool
    this.#path = path
    this.#options = options
    this.#position = options.start
    this.#reader = new RecordReader({ origin: path, onProblem: options.onProblem })
  }

  /** Bytes read so far. */
  get bytesRead(): number {
    return this.#position - this.#options.start
  }

  /** @returns `more` when it has read a chunk and found no record yet (so that the caller may pause), undefined at the end */
  next(): FileRecord | 'more' | undefined {
    for (let slice = this.#reader.next(); slice !== undefined; slice = this.#reader.next()) {
      const record = this.#parse(slice)
      if (record !== undefined) return record
    }
    if (this.#isFinished) return undefined
    const { scratch } = this.#options
    const length = this.#pool.read(this.#path, scratch, this.#position)
    this.#position += length
    this.#reader.push(scratch.subarray(0, length))
    if (length < scratch.length) {
      this.#isFinished = true
      this.#reader.finish()
    }
    return 'more'
  }

  #parse({ bytes, offset }: RecordSlice): FileRecord | undefined {
    const place = this.#options.start + offset
    try {
      return { bytes, offset: place, header: parseHeader(bytes) }
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error
      this.#options.onProblem({ code: error.code, message: error.message, where: `${this.#path} byte ${place}` })
      return undefined
    }
  }
}
