import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'
import { parseHeader, shiftRecordTime } from '../../miniseed/index.ts'
import type { DrilledRecord } from './server-drill.ts'
import { formatOf, isV3Ready } from './server-record-format.ts'
import type { SourceRecord } from './server-source.ts'

/** A record as clients get it: shifted in time, with its number. */
export interface PlayedRecord {
  /** Valid until the next one. */
  readonly bytes: Uint8Array
  readonly sourceId: SourceId
  /** v4 format and subformat: `2D`, `3D`, `3L`. */
  readonly format: string
  /** v3 clients can take it as it is. */
  readonly isV3Ready: boolean
  readonly startTime: Nanos
  readonly endTime: Nanos
  /** First of the numbers the record owns, counted from the beginning of the archive; `numberOf` tells what clients see. */
  readonly sequence: number
  readonly position: number
  readonly samples: number
  readonly drill: DrilledRecord | undefined
}

/** @param shift added to its times, beside what a drill adds */
export function playRecord(record: SourceRecord, shift: Nanos, sequence: number, position: number): PlayedRecord {
  const { bytes, sourceId, startTime, endTime, drill } = record
  const header = record.header ?? parseHeader(bytes)
  const move = shift + (drill?.clockShift ?? 0n)
  return {
    bytes: move === 0n ? bytes : shiftRecordTime(bytes, move),
    sourceId,
    format: formatOf(header),
    isV3Ready: isV3Ready(header),
    startTime: startTime + move,
    endTime: endTime + move,
    sequence,
    position,
    samples: header.sampleCount,
    drill,
  }
}
