import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'
import type { RecordHeader } from '../../miniseed/index.ts'
import type { DrilledRecord } from './server-drill.ts'

/** Where the server's records come from: an archive, or an array in a test. */
export interface RecordSource {
  readonly recordCount: number
  /** All records in the order of their release, which is data-time order unless a drill is going on; the same order every time, from the given ordinal (0 = first). Several may run at once. */
  recordsFrom(ordinal: number): IterableIterator<SourceRecord>
}

export interface SourceRecord {
  /** Exactly one miniSEED record of any version and length; valid until the iterator's next step. */
  readonly bytes: Uint8Array
  readonly sourceId: SourceId
  readonly startTime: Nanos
  /** Time of the last sample. */
  readonly endTime: Nanos
  readonly ordinal: number
  /** What the bytes say, where the source has read it already. */
  readonly header?: RecordHeader | undefined
  /** Data time at which it can be sent, never less than that of the record before; `endTime` where nothing is said. */
  readonly releaseTime?: Nanos
  readonly drill?: DrilledRecord
}
