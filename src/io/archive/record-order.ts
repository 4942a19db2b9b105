import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'

/** What decides the place of a record in the archive. */
export interface RecordKey {
  readonly endTime: Nanos
  readonly startTime: Nanos
  readonly sourceId: SourceId
  /** Place of the file among the files sorted by path. */
  readonly fileIndex: number
  /** Byte offset in the file. */
  readonly offset: number
}

/**
 * Data-time order: a record comes when it is complete, that is by its last sample's time, then by first sample's, source id, path
 * and offset. A total order: the same archive gives the same sequence every time.
 */
export function compareRecords(a: RecordKey, b: RecordKey): number {
  if (a.endTime !== b.endTime) return a.endTime < b.endTime ? -1 : 1
  if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1
  if (a.sourceId !== b.sourceId) return a.sourceId < b.sourceId ? -1 : 1
  return a.fileIndex - b.fileIndex || a.offset - b.offset
}
