import { sourceIdFromNslc } from '../../src/domain/source-id.ts'
import { type Nanos, parseIsoNanos } from '../../src/domain/time.ts'
import type { RecordSource, SourceRecord } from '../../src/io/seedlink/server-source.ts'
import { type EncodeOptions, encodeRecords, endTimeOf, parseHeader } from '../../src/miniseed/index.ts'

/** A source whose records lie in memory, in the order of their ends as an archive gives them. */
export class MemorySource implements RecordSource {
  readonly records: readonly SourceRecord[]

  constructor(records: readonly Uint8Array[]) {
    this.records = records
      .map((bytes) => ({ bytes, header: parseHeader(bytes) }))
      .map(({ bytes, header }) => ({
        bytes,
        sourceId: header.sourceId,
        startTime: header.startTime,
        endTime: endTimeOf(header),
      }))
      .sort((a, b) => Number(a.endTime - b.endTime) || (a.sourceId < b.sourceId ? -1 : 1))
      .map((record, ordinal) => ({ ...record, ordinal }))
  }

  get recordCount(): number {
    return this.records.length
  }

  *recordsFrom(ordinal: number): IterableIterator<SourceRecord> {
    yield* this.records.slice(ordinal)
  }
}

export const ARCHIVE_START = parseIsoNanos('2024-03-01T00:00:00Z') as Nanos

export interface SyntheticChannel extends EncodeOptions {
  /** `NET.STA.LOC.CHA`. */
  readonly nslc: string
  readonly seconds?: number
  readonly sampleRate?: number
  readonly startTime?: Nanos
}

/** Records of a channel that moves like a slow random walk, the same every time. */
export function syntheticRecords(channel: SyntheticChannel): Uint8Array[] {
  const { nslc, seconds = 60, sampleRate = 100, startTime = ARCHIVE_START, ...options } = channel
  const [network = '', station = '', location = '', code = ''] = nslc.split('.')
  const samples = new Int32Array(Math.round(seconds * sampleRate))
  let state = [...nslc].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) >>> 0
  let level = 0
  for (let index = 0; index < samples.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    level += (state >>> 24) - 128
    samples[index] = level
  }
  return encodeRecords(sourceIdFromNslc(network, station, location, code), startTime, sampleRate, samples, options)
}

/** Two stations with three channels each, and one with long records of both versions: what the tests serve. */
export function syntheticNetwork(seconds = 60): MemorySource {
  const ordinary = ['AAA', 'BBB'].flatMap((station) =>
    ['HHZ', 'HHN', 'HHE'].flatMap((code) => syntheticRecords({ nslc: `XX.${station}.00.${code}`, seconds })),
  )
  const long = [
    ...syntheticRecords({ nslc: 'XX.CCC.00.HHZ', seconds, recordLength: 4096 }),
    ...syntheticRecords({ nslc: 'XX.CCC.10.BHZ', seconds, sampleRate: 20, formatVersion: 3, recordLength: 2048 }),
    ...syntheticRecords({ nslc: 'XX.CCC..SHZ', seconds, sampleRate: 50, recordLength: 128 }),
  ]
  return new MemorySource([...ordinary, ...long])
}
