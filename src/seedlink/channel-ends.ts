import type { SourceId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'

/** Channels remembered; a server that invents names cannot make it grow. */
const MAX_CHANNELS = 65_536
/** A later start than this counts as skipped; sample clocks jitter, and a gap of a second in the records is the merger's business. */
const TOLERANCE_MICROS = 1_000_000

/** What a server left out when the link came back: it had forgotten the number asked for, or began to count anew. */
export interface SkippedBacklog {
  readonly sourceId: SourceId
  /** When the first missing sample was due. */
  readonly from: Micros
  /** Start of the first record that came instead. */
  readonly to: Micros
}

/**
 * How far each channel was received, by sample times. Sequence numbers cannot tell whether a resume lost something: they
 * wrap, start again and have gaps of their own. The first record of a channel on a new connection can.
 */
export class ChannelEnds {
  readonly #next: Map<SourceId, Micros>
  #fresh = new Set<SourceId>()
  #isFirstConnection: boolean

  /** @param initial by channel, when its next sample is due, as `snapshot` gave it before a restart */
  constructor(initial: Iterable<readonly [SourceId, Micros]> = []) {
    this.#next = new Map(initial)
    this.#isFirstConnection = this.#next.size === 0
  }

  /** From here on the first record of each channel is compared with the last one of the connection before. */
  beginConnection(): void {
    this.#fresh = this.#isFirstConnection ? new Set() : new Set(this.#next.keys())
    this.#isFirstConnection = false
  }

  /**
   * @param next when the sample after the record is due
   * @returns what lies between the connection before and this record, on the first record of a channel
   */
  note(sourceId: SourceId, start: Micros, next: Micros): SkippedBacklog | undefined {
    const expected = this.#next.get(sourceId)
    if (expected === undefined ? this.#next.size < MAX_CHANNELS : next > expected) this.#next.set(sourceId, next)
    if (!this.#fresh.delete(sourceId) || expected === undefined || start <= expected + TOLERANCE_MICROS) return undefined
    return { sourceId, from: expected, to: start }
  }

  /** A copy, for saving. */
  snapshot(): Map<SourceId, Micros> {
    return new Map(this.#next)
  }
}
