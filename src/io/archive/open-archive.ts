import { setImmediate } from 'node:timers/promises'
import type { OnProblem } from '../../domain/problem.ts'
import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'
import { type RecordHeader, shiftRecordTimeInPlace } from '../../miniseed/index.ts'
import { collectFiles, type FoundFile, isSystemError, unreadable } from './collect-files.ts'
import { FilePool } from './file-pool.ts'
import { indexFile } from './index-file.ts'
import { mergeRuns } from './merge-runs.ts'
import type { Run } from './run.ts'
import type { RunRecord } from './run-cursor.ts'
import { type ArchiveStream, StreamTable } from './stream-table.ts'

/** How far `openArchive` has come with reading headers. */
export interface ArchiveProgress {
  readonly files: number
  readonly totalFiles: number
  readonly bytes: number
  readonly totalBytes: number
}

export interface ArchiveOptions {
  /** Gets every stretch of junk, every impossible header, every file that is not miniSEED (NOT_MINISEED) or not readable. */
  readonly onProblem: OnProblem
  readonly onProgress?: (progress: ArchiveProgress) => void
  /** Moves all times; rounded to whole milliseconds, which every record can hold exactly. Default 0. */
  readonly shiftNanos?: Nanos
}

/** One record of an archive. */
export interface ArchiveRecord {
  /** Exactly one miniSEED record; valid until the next step. */
  readonly bytes: Uint8Array
  readonly path: string
  /** Byte offset in the file. */
  readonly offset: number
  readonly sourceId: SourceId
  readonly startTime: Nanos
  /** Time of the last sample. */
  readonly endTime: Nanos
  /** What the bytes say, so that nobody has to read it again. */
  readonly header: RecordHeader
  /** Place in the archive's order, from 0. */
  readonly ordinal: number
}

/** Archived miniSEED as one sequence of records in data-time order. */
export interface Archive {
  /** Sorted by source id. */
  readonly streams: readonly ArchiveStream[]
  /** First sample of all; undefined when there is no record. */
  readonly startTime: Nanos | undefined
  /** Last sample of all; undefined when there is no record. */
  readonly endTime: Nanos | undefined
  /** Of all files, in bytes. */
  readonly byteLength: number
  readonly recordCount: number
  /**
   * All records by end time, then start time, source id, path, offset: whatever the names and the order of files, and whatever
   * the order inside them. Reads synchronously, so whoever iterates sets the pace; several iterations may run at once.
   */
  records(): IterableIterator<ArchiveRecord>
  /** The same from an ordinal on; finding it reads a few dozen headers of each file that overlaps. */
  recordsFrom(ordinal: number): IterableIterator<ArchiveRecord>
  /** Closes the files; iterations must have ended. */
  close(): void
}

const INDEX_CHUNK = 1024 * 1024
/** Between two pauses of the index pass, in which signals are handled and a progress bar is drawn. */
const BYTES_BETWEEN_PAUSES = 4 * 1024 * 1024
const NANOS_PER_MILLI = 1_000_000n

/**
 * Reads the headers of all records under the given files and folders (SDS trees, too) once; memory grows with the number of
 * runs, not of records.
 *
 * @throws {UsageError} when a path does not exist
 */
export async function openArchive(paths: readonly string[], options: ArchiveOptions): Promise<Archive> {
  const files = collectFiles(paths, options.onProblem)
  const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0)
  const pool = new FilePool()
  const streams = new StreamTable()
  const runs: Run[] = []
  const scratch = new Uint8Array(INDEX_CHUNK)
  const progress = new IndexProgress(files, byteLength, options.onProgress)
  for (const [fileIndex, { path }] of files.entries()) {
    try {
      const found = await indexFile(pool, path, fileIndex, {
        scratch,
        onProblem: options.onProblem,
        onHeader: (header) => streams.add(header),
        onChunk: (bytesRead) => progress.at(fileIndex, bytesRead),
      })
      runs.push(...found)
    } catch (error) {
      if (!isSystemError(error)) throw error
      options.onProblem(unreadable(path, error))
    }
  }
  progress.finish()
  return new FileArchive({
    pool,
    runs,
    streams: streams.list(roundToMillis(options.shiftNanos ?? 0n)),
    byteLength,
    shift: roundToMillis(options.shiftNanos ?? 0n),
    onProblem: options.onProblem,
  })
}

interface ArchiveParts {
  readonly pool: FilePool
  readonly runs: readonly Run[]
  readonly streams: readonly ArchiveStream[]
  readonly byteLength: number
  readonly shift: Nanos
  readonly onProblem: OnProblem
}

class FileArchive implements Archive {
  readonly streams: readonly ArchiveStream[]
  readonly startTime: Nanos | undefined
  readonly endTime: Nanos | undefined
  readonly byteLength: number
  readonly recordCount: number
  readonly #parts: ArchiveParts

  constructor(parts: ArchiveParts) {
    this.#parts = parts
    this.byteLength = parts.byteLength
    this.streams = parts.streams
    this.startTime = earliest(parts.streams.map((stream) => stream.startTime))
    this.endTime = latest(parts.streams.map((stream) => stream.endTime))
    this.recordCount = parts.runs.reduce((sum, run) => sum + run.recordCount, 0)
  }

  records(): IterableIterator<ArchiveRecord> {
    return this.recordsFrom(0)
  }

  *recordsFrom(ordinal: number): IterableIterator<ArchiveRecord> {
    const { pool, runs, onProblem } = this.#parts
    let current = ordinal
    for (const record of mergeRuns(pool, runs, ordinal, onProblem)) yield this.#shifted(record, current++)
  }

  close(): void {
    this.#parts.pool.close()
  }

  #shifted(record: RunRecord, ordinal: number): ArchiveRecord {
    const { bytes, path, offset, sourceId, startTime, endTime, header } = record
    const { shift } = this.#parts
    if (shift === 0n) return { bytes, path, offset, sourceId, startTime, endTime, header, ordinal }
    shiftRecordTimeInPlace(bytes, shift)
    const times = { startTime: startTime + shift, endTime: endTime + shift }
    return { bytes, path, offset, sourceId, ...times, header: { ...header, startTime: times.startTime }, ordinal }
  }
}

/** Reports progress and lets the event loop run now and then. */
class IndexProgress {
  readonly #files: readonly FoundFile[]
  readonly #totalBytes: number
  readonly #report: ((progress: ArchiveProgress) => void) | undefined
  #fileIndex = 0
  #bytesBefore = 0
  #lastPause = 0

  constructor(files: readonly FoundFile[], totalBytes: number, report: ((progress: ArchiveProgress) => void) | undefined) {
    this.#files = files
    this.#totalBytes = totalBytes
    this.#report = report
  }

  async at(fileIndex: number, bytesRead: number): Promise<void> {
    for (; this.#fileIndex < fileIndex; this.#fileIndex++) this.#bytesBefore += this.#files[this.#fileIndex]?.byteLength ?? 0
    const bytes = this.#bytesBefore + bytesRead
    if (bytes - this.#lastPause < BYTES_BETWEEN_PAUSES) return
    this.#lastPause = bytes
    this.#report?.({ files: fileIndex, totalFiles: this.#files.length, bytes, totalBytes: this.#totalBytes })
    await setImmediate()
  }

  finish(): void {
    const { length } = this.#files
    this.#report?.({ files: length, totalFiles: length, bytes: this.#totalBytes, totalBytes: this.#totalBytes })
  }
}

function earliest(times: readonly Nanos[]): Nanos | undefined {
  return times.reduce<Nanos | undefined>((first, time) => (first === undefined || time < first ? time : first), undefined)
}

function latest(times: readonly Nanos[]): Nanos | undefined {
  return times.reduce<Nanos | undefined>((last, time) => (last === undefined || time > last ? time : last), undefined)
}

function roundToMillis(nanos: Nanos): Nanos {
  const half = nanos < 0n ? -NANOS_PER_MILLI / 2n : NANOS_PER_MILLI / 2n
  return ((nanos + half) / NANOS_PER_MILLI) * NANOS_PER_MILLI
}
