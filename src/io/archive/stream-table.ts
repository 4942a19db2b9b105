import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'
import { endTimeOf, type RecordHeader } from '../../miniseed/index.ts'

/** What an archive holds of one channel. */
export interface ArchiveStream {
  readonly sourceId: SourceId
  /** Time of the first sample. */
  readonly startTime: Nanos
  /** Time of the last sample. */
  readonly endTime: Nanos
  /** Hz, of the earliest record; 0 for text. */
  readonly sampleRate: number
  readonly records: number
  readonly samples: number
}

/** Adds up records by channel. */
export class StreamTable {
  readonly #streams = new Map<SourceId, { -readonly [Key in keyof ArchiveStream]: ArchiveStream[Key] }>()

  add(header: RecordHeader): void {
    const { sourceId, startTime, sampleRate, sampleCount } = header
    const endTime = endTimeOf(header)
    const stream = this.#streams.get(sourceId)
    if (stream === undefined) {
      this.#streams.set(sourceId, { sourceId, startTime, endTime, sampleRate, records: 1, samples: sampleCount })
      return
    }
    stream.records += 1
    stream.samples += sampleCount
    if (endTime > stream.endTime) stream.endTime = endTime
    if (startTime < stream.startTime) {
      stream.startTime = startTime
      stream.sampleRate = sampleRate
    }
  }

  /** Sorted by source id; all times moved by `shift`. */
  list(shift: Nanos): ArchiveStream[] {
    return [...this.#streams.values()]
      .map((stream) => ({ ...stream, startTime: stream.startTime + shift, endTime: stream.endTime + shift }))
      .sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
  }
}
