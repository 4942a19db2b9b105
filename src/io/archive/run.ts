import type { Nanos } from '../../domain/time.ts'
import type { RecordKey } from './record-order.ts'

/** Records between two marks of a run: what a jump into it has to read over at most. Costs half a byte per record. */
export const MARK_STRIDE = 32

/**
 * Records of one file in ascending order, the unit that is merged. Most files are one run or a few (one per channel); where a file
 * is in disorder, a stretch of it is one run with the place of each record.
 */
export interface Run {
  readonly path: string
  readonly recordCount: number
  /** Key of the first record. */
  readonly first: RecordKey
  /** End time of the last record. */
  readonly lastEndTime: Nanos
  /** End times of the records 0, 32, 64, … */
  readonly markEndTimes: BigInt64Array
  /** Byte offsets of the same records. */
  readonly markOffsets: Float64Array
  /** Undefined when the records lie one after the other in the file. */
  readonly places: RecordPlaces | undefined
}

/** Where each record of a run lies in the file, in the run's order. */
export interface RecordPlaces {
  /** Byte offset that `offsets` count from. */
  readonly base: number
  readonly offsets: Uint32Array
  readonly lengths: Uint32Array
}

/** A record as the index sees it. */
export interface IndexedRecord extends RecordKey {
  readonly byteLength: number
}

/** @param records in ascending order and in the file's order */
export function consecutiveRun(path: string, records: readonly IndexedRecord[]): Run {
  return describeRun(path, records, undefined)
}

/** @param records in the file's order, within 4 GiB */
export function scatteredRun(
  path: string,
  records: readonly IndexedRecord[],
  compare: (a: RecordKey, b: RecordKey) => number,
): Run {
  const base = records[0]?.offset ?? 0
  const sorted = [...records].sort(compare)
  return describeRun(path, sorted, {
    base,
    offsets: Uint32Array.from(sorted, ({ offset }) => offset - base),
    lengths: Uint32Array.from(sorted, ({ byteLength }) => byteLength),
  })
}

function describeRun(path: string, records: readonly IndexedRecord[], places: RecordPlaces | undefined): Run {
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined) throw new TypeError(`archive: expected a run of records in ${path}, got none`)
  const marked = records.filter((_, index) => index % MARK_STRIDE === 0)
  return {
    path,
    recordCount: records.length,
    first,
    lastEndTime: last.endTime,
    markEndTimes: BigInt64Array.from(marked, ({ endTime }) => endTime),
    markOffsets: Float64Array.from(marked, ({ offset }) => offset),
    places,
  }
}
