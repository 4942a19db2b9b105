import type { OnProblem } from '../domain/problem.ts'
import type { SourceId } from '../domain/source-id.ts'
import { formatNanos, type Nanos, sampleOffsetNanos } from '../domain/time.ts'
import type { GapCause, TracePiece, TraceRecord } from '../domain/trace.ts'
import { endTimeOf, type HeldRecord, HeldRecords } from './held-records.ts'
import { type MergeCounters, NO_COUNTS } from './merge-counters.ts'
import { isSameRate, nominalRate } from './sample-rate.ts'
import { SuspectRecords } from './suspect-records.ts'

export interface TraceMergerOptions {
  /** How long, in data time, records behind a hole wait for it to be filled, s. Default 10. */
  readonly horizonSeconds?: number
  /** Records further than this from the newest data have an absurd time, s. Default one day. */
  readonly absurdSeconds?: number
  readonly onProblem?: OnProblem
  /** A record that was not used, and why; repeated data are no loss and not told. */
  readonly onRejected?: (sourceId: SourceId, record: HeldRecord, code: MergeRejection) => void
}

/** `LATE` from before the current segment: its gap was given up, or it is told again · `TIME_ABSURD` · `RATE_ABSURD`. */
export type MergeRejection = 'LATE' | 'TIME_ABSURD' | 'RATE_ABSURD'

/** What a restart brings back; plain data. */
export interface TraceMergerState {
  readonly segment: SegmentPosition | undefined
  readonly held: readonly HeldRecord[]
  readonly suspects: readonly HeldRecord[]
  readonly counters: MergeCounters
}

/** Sample i of the segment is at anchorTime + i / sampleRate; `nextIndex` is the first not yet passed on. */
export interface SegmentPosition {
  readonly anchorTime: Nanos
  readonly sampleRate: number
  readonly nextIndex: number
}

/** In samples: up to here a record continues the segment. */
const CONTIGUOUS = 0.5
/** In samples: between contiguous and here the clock has drifted; beyond, a sample is missing or doubled. */
const TEAR = 0.75
/** In samples: what nanosecond times leave over. */
const ROUNDING = 1e-3
/** Hz; beyond, a header is wrong and its times overflow. */
const MIN_RATE = 1e-5
const MAX_RATE = 1e7
/** More than this many horizons' worth of samples behind a hole: conflicting overlaps; the hole is given up. */
const HELD_HORIZONS = 4

/**
 * Merges the records of one channel into contiguous segments and gaps.
 *
 * A segment is anchored at its first record's start. Each record is placed at a sample index counted from that anchor, so jitter
 * below half a sample changes nothing and drift adds up: beyond half a sample it is a gap (`tear`).
 * - A record that continues the segment is passed on at once.
 * - A record after a hole waits until the hole is filled, or until the channel's newest data are the horizon past that record's
 *   start; then the gap is declared (`missing`) and data go on. (The windows after a gap fill for longer than the horizon, so
 *   this delays no score.) A record thus arrives in time when nothing newer than its start + horizon came before it.
 * - Overlaps: the earlier-starting record wins, then the longer, then the bytewise smaller. Dropped samples are counted.
 * - Another sample rate (by more than 1e-4) is a gap (`rate`).
 * - Records more than a day from the newest data are set aside. When they continue one another for as long as the horizon, they
 *   go on after a gap (`missing` forwards, `reset` backwards): neither a long outage nor a clock that was set loses data or
 *   stalls the channel. One alone that is as long goes on (forwards) when what follows is later still, or nothing follows: archives hold
 *   such. Otherwise they are dropped, each a Problem (`TIME_ABSURD`). A clock set back by less than a day looks like data sent
 *   again: dropped until it catches up.
 *
 * The output does not depend on the order of arrival of records that arrive in time, except where zero delay forbids it:
 * 1. A record that continues the segment has been passed on when an overlapping record with *other sample values* arrives that
 *    would have won (an earlier start, or the same start and longer or smaller). It keeps its place, the newcomer gives what is left.
 * 2. The first record of a channel is passed on at once; records before it are late.
 * Overlaps that repeat the same values, as servers produce, are never affected. Memory is bounded by the horizon.
 */
export class TraceMerger {
  readonly counters: MergeCounters
  readonly #sourceId: SourceId
  readonly #horizonNanos: Nanos
  readonly #horizonSeconds: number
  readonly #absurdNanos: Nanos
  readonly #onProblem: OnProblem | undefined
  readonly #onRejected: TraceMergerOptions['onRejected']
  readonly #held: HeldRecords
  readonly #suspects: SuspectRecords
  #anchorTime: Nanos = 0n
  #sampleRate = 0
  /** Samples passed on since the anchor; meaningless while #sampleRate is 0: nothing has come yet. */
  #nextIndex = 0

  constructor(sourceId: SourceId, options: TraceMergerOptions = {}, initial?: TraceMergerState) {
    const { horizonSeconds = 10, absurdSeconds = 86_400, onProblem } = options
    this.#sourceId = sourceId
    this.#horizonSeconds = horizonSeconds
    this.#horizonNanos = secondsToNanos(horizonSeconds)
    this.#absurdNanos = secondsToNanos(absurdSeconds)
    this.#onProblem = onProblem
    this.#onRejected = options.onRejected
    this.#held = new HeldRecords(initial?.held)
    this.#suspects = new SuspectRecords(this.#horizonNanos, initial?.suspects)
    this.counters = { ...(initial?.counters ?? NO_COUNTS) }
    if (initial?.segment) {
      this.#anchorTime = initial.segment.anchorTime
      this.#sampleRate = initial.segment.sampleRate
      this.#nextIndex = initial.segment.nextIndex
    }
  }

  /** @returns what can be passed on now, in order; segments share the record's samples unless the record had to wait */
  push(record: TraceRecord): TracePiece[] {
    const pieces: TracePiece[] = []
    this.counters.records++
    if (this.#isSound(record)) this.#take(record, pieces)
    return pieces
  }

  /** End of the stream: what waits behind a hole comes out, with the gaps before it; absurd times nobody confirmed do not. */
  flush(): TracePiece[] {
    const pieces: TracePiece[] = []
    this.#release(pieces)
    if (this.#suspects.standAlone(this.#expectedTime())) this.#believe(pieces)
    this.#dropSuspects()
    return pieces
  }

  snapshot(): TraceMergerState {
    const segment = { anchorTime: this.#anchorTime, sampleRate: this.#sampleRate, nextIndex: this.#nextIndex }
    return {
      segment: this.#sampleRate > 0 ? segment : undefined,
      held: this.#held.snapshot(),
      suspects: this.#suspects.snapshot(),
      counters: { ...this.counters },
    }
  }

  #isSound(record: TraceRecord): boolean {
    if (record.samples.length === 0) return false
    if (record.sampleRate >= MIN_RATE && record.sampleRate <= MAX_RATE) return true
    const message = `merge: expected a sample rate from ${MIN_RATE} to ${MAX_RATE} Hz, got ${record.sampleRate}; the record is dropped`
    this.#onProblem?.({ code: 'RATE_ABSURD', message, sourceId: this.#sourceId })
    this.#onRejected?.(this.#sourceId, record, 'RATE_ABSURD')
    return false
  }

  #isAbsurd(record: TraceRecord): boolean {
    if (this.#sampleRate === 0) return false
    const newest = this.#held.endTime ?? this.#expectedTime()
    const distance = record.startTime - newest
    return distance > this.#absurdNanos || -distance > this.#absurdNanos
  }

  #take(record: TraceRecord, pieces: TracePiece[]): void {
    if (!this.#isAbsurd(record)) {
      this.#dropSuspects()
      this.#accept(record, pieces)
    } else if (this.#suspects.standAlone(this.#expectedTime(), record)) {
      this.#believe(pieces)
      this.#take(record, pieces)
    } else this.#suspect(record, pieces)
  }

  #suspect(record: TraceRecord, pieces: TracePiece[]): void {
    if (!this.#suspects.areContinuedBy(record)) this.#dropSuspects()
    this.#suspects.add(record)
    if (this.#suspects.areBelieved) this.#believe(pieces)
  }

  #believe(pieces: TracePiece[]): void {
    this.#release(pieces)
    const [first, ...others] = this.#suspects.takeAll()
    if (!first) return
    this.#gap(first.startTime < this.#expectedTime() ? 'reset' : 'missing', first.startTime, pieces)
    this.#begin(first, pieces)
    for (const other of others) this.#accept(other, pieces)
  }

  #dropSuspects(): void {
    for (const record of this.#suspects.takeAll()) {
      this.counters.absurd++
      this.#onRejected?.(this.#sourceId, record, 'TIME_ABSURD')
      const [expected, got] = [formatNanos(this.#expectedTime()), formatNanos(record.startTime)]
      const message = `merge: expected a time near ${expected}, got ${got}; the record is dropped`
      this.#onProblem?.({ code: 'TIME_ABSURD', message, sourceId: this.#sourceId })
    }
  }

  #accept(record: HeldRecord, pieces: TracePiece[]): void {
    if (this.#held.count === 0 && this.#place(record, false, pieces)) return
    if (this.#isPassed(record)) this.#drop(record)
    else this.#hold(record, pieces)
  }

  #hold(record: HeldRecord, pieces: TracePiece[]): void {
    const before = this.#held.count
    const at = this.#held.add(record)
    if (at === undefined) this.counters.duplicates++
    else if (at < before) this.counters.reordered++
    for (let first = this.#held.first; first; first = this.#held.first) {
      if (!this.#place(first, this.#isDue(first), pieces)) return
      this.#held.removeFirst()
    }
  }

  #release(pieces: TracePiece[]): void {
    for (let record = this.#held.first; record; record = this.#held.first) {
      this.#place(record, true, pieces)
      this.#held.removeFirst()
    }
  }

  #isDue(record: HeldRecord): boolean {
    const newest = this.#held.endTime ?? record.startTime
    if (newest - record.startTime >= this.#horizonNanos) return true
    return this.#held.sampleCount > HELD_HORIZONS * this.#horizonSeconds * Math.max(record.sampleRate, 1)
  }

  #isPassed(record: HeldRecord): boolean {
    return endTimeOf(record) - this.#expectedTime() < secondsToNanos(CONTIGUOUS / record.sampleRate)
  }

  /**
   * Passes on what is new of a record.
   *
   * @param isDue whether a hole before it is given up
   * @returns false when the record has to wait behind a hole
   */
  #place(record: HeldRecord, isDue: boolean, pieces: TracePiece[]): boolean {
    if (this.#sampleRate === 0) {
      this.#begin(record, pieces)
      return true
    }
    const rate = nominalRate(record.sampleRate)
    const ahead = (Number(record.startTime - this.#expectedTime()) * rate) / 1e9
    if (ahead > TEAR && !isDue) return false
    if (this.#isPassed(record)) {
      this.#drop(record)
      return true
    }
    const isOtherRate = !isSameRate(record.sampleRate, this.#sampleRate)
    const isTear = Math.abs(ahead) > CONTIGUOUS && Math.abs(ahead) <= TEAR
    if (isOtherRate || isTear || ahead > TEAR) {
      // What overlaps is dropped first, so that time never runs backwards.
      const rest = this.#trimmed(record, Math.ceil(Math.max(0, -ahead - ROUNDING)))
      if (rest.samples.length === 0) return true
      this.#gap(isOtherRate ? 'rate' : isTear ? 'tear' : 'missing', rest.startTime, pieces)
      this.#begin(rest, pieces)
    } else this.#append(this.#trimmed(record, Math.max(0, Math.round(-ahead))), pieces)
    return true
  }

  #trimmed(record: HeldRecord, count: number): HeldRecord {
    if (count === 0) return record
    this.counters.overlapSamples += count
    const startTime = record.startTime + sampleOffsetNanos(count, record.sampleRate)
    return { startTime, sampleRate: record.sampleRate, samples: record.samples.subarray(count) }
  }

  #begin(record: HeldRecord, pieces: TracePiece[]): void {
    this.#anchorTime = record.startTime
    this.#sampleRate = nominalRate(record.sampleRate)
    this.#nextIndex = 0
    this.#append(record, pieces)
  }

  #append({ samples }: HeldRecord, pieces: TracePiece[]): void {
    if (samples.length === 0) return
    pieces.push({
      kind: 'segment',
      sourceId: this.#sourceId,
      startTime: this.#expectedTime(),
      sampleRate: this.#sampleRate,
      samples,
    })
    this.#nextIndex += samples.length
  }

  #gap(cause: GapCause, endTime: Nanos, pieces: TracePiece[]): void {
    this.counters.gaps++
    pieces.push({ kind: 'gap', sourceId: this.#sourceId, startTime: this.#expectedTime(), endTime, cause })
  }

  #drop(record: HeldRecord): void {
    if (record.startTime < this.#anchorTime - secondsToNanos(CONTIGUOUS / record.sampleRate)) {
      this.counters.late++
      this.#onRejected?.(this.#sourceId, record, 'LATE')
    } else this.counters.duplicates++
  }

  /** When the next sample of the segment is due. */
  #expectedTime(): Nanos {
    return this.#anchorTime + sampleOffsetNanos(this.#nextIndex, this.#sampleRate)
  }
}

function secondsToNanos(seconds: number): Nanos {
  return BigInt(Math.round(seconds * 1e9))
}
