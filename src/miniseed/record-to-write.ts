import type { SourceId } from '../domain/source-id.ts'
import type { Nanos } from '../domain/time.ts'
import type { ByteOrder } from './record-header.ts'

/** Everything the header writers need about one record. */
export interface RecordToWrite {
  readonly sourceId: SourceId
  readonly startTime: Nanos
  readonly sampleRate: number
  readonly sampleCount: number
  readonly encoding: number
  readonly byteOrder: ByteOrder
  readonly sequenceNumber: number
  readonly publicationVersion: number
  readonly timingQuality: number | undefined
}
