import { endTimeOf, parseHeader } from '../../miniseed/index.ts'
import type { RecordSource, SourceRecord } from './server-source.ts'

/**
 * Records in memory as a source for the server: of any miniSEED version, in any order, which becomes that of their last samples.
 *
 * @param records exactly one record each; not copied
 * @throws {MiniseedFormatError} for bytes that are no record
 */
export function recordList(records: Iterable<Uint8Array>): RecordSource {
  const sorted: readonly SourceRecord[] = Array.from(records, (bytes) => {
    const header = parseHeader(bytes)
    return { bytes, header, sourceId: header.sourceId, startTime: header.startTime, endTime: endTimeOf(header) }
  })
    .sort((a, b) => compare(a.endTime, b.endTime) || compare(a.sourceId, b.sourceId) || compare(a.startTime, b.startTime))
    .map((record, ordinal) => ({ ...record, ordinal }))
  return {
    recordCount: sorted.length,
    *recordsFrom(ordinal) {
      for (let i = ordinal; i < sorted.length; i++) yield sorted[i] as SourceRecord
    },
  }
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
