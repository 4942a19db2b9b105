import type { SourceId } from '../domain/source-id.ts'
import { type Micros, type Nanos, nanosToMicros, sampleOffsetNanos } from '../domain/time.ts'
import type { GapCause, Segment, TracePiece } from '../domain/trace.ts'
import type { TraceGap, TraceGapCause } from '../domain/trace-gap.ts'
import { addToChecksum, NO_SAMPLES } from './sample-checksum.ts'

/** A stretch of a channel, for the comparison with what was accepted. */
export interface Stretch {
  readonly startTime: Nanos
  readonly sampleRate: number
  readonly samples: { readonly length: number }
}

/** What a restart brings back; plain data. */
export interface ChannelLedgerState {
  readonly intervals: readonly Interval[]
  readonly nextTime: Nanos | undefined
  readonly samples: number
  readonly checksum: number
  readonly gaps: readonly TraceGap[]
  readonly gapCounts: Readonly<Record<string, number>>
  readonly losses: readonly Loss[]
  readonly reaches: readonly (readonly [origin: string, end: Nanos])[]
  readonly redundant: number
}

/** What is known of a channel, in short. */
export interface ChannelAccount {
  readonly sourceId: SourceId
  /** Samples accepted, each once. */
  readonly samples: number
  /** Of their values, in the order in which they were accepted. */
  readonly checksum: number
  /** Records that another server had brought already. */
  readonly redundant: number
  readonly gaps: Readonly<Record<string, number>>
}

interface Interval {
  readonly start: Nanos
  end: Nanos
}

/** Data that came, or were there, and were not used. A moment when `end` is `start`. */
interface Loss {
  readonly start: Micros
  readonly end: Micros
  readonly cause: TraceGapCause
}

/** Stretches between gaps that are remembered: older repetitions are left to the merger. */
const MOST_INTERVALS = 64
const MOST_LOSSES = 64
/** Gaps whose cause may still become known. */
const MOST_GAPS = 64
/** A damaged record’s time is believed this near to what is due. */
const BELIEVED_MICROS = 3_600_000_000
/** Further behind what the same server brought before, ns: its clock was set back; nothing is concluded from that. */
const ONE_DAY: Nanos = 86_400_000_000_000n
/** Between a time and another years away lies any time. */
const LONGEST_HOLE_MICROS = nanosToMicros(ONE_DAY)

/**
 * The accounts of one channel: what was accepted, where it has holes, and why. Fed with what the merger gives, so that it holds
 * exactly what the pipeline saw; costs a multiplication per sample.
 */
export class ChannelLedger {
  readonly #sourceId: SourceId
  readonly #intervals: Interval[]
  #nextTime: Nanos | undefined
  #samples: number
  #checksum: number
  #redundant: number
  #gaps: TraceGap[]
  readonly #gapCounts: Map<string, number>
  #losses: Loss[]
  /** How far each server ever came. */
  readonly #reaches: Map<string, Nanos>
  #mergerCause: GapCause = 'missing'

  constructor(sourceId: SourceId, initial?: ChannelLedgerState) {
    this.#sourceId = sourceId
    this.#intervals = (initial?.intervals ?? []).map((interval) => ({ ...interval }))
    this.#nextTime = initial?.nextTime
    this.#samples = initial?.samples ?? 0
    this.#checksum = initial?.checksum ?? NO_SAMPLES
    this.#redundant = initial?.redundant ?? 0
    this.#gaps = [...(initial?.gaps ?? [])]
    this.#gapCounts = new Map(Object.entries(initial?.gapCounts ?? {}))
    this.#losses = [...(initial?.losses ?? [])]
    this.#reaches = new Map(initial?.reaches)
  }

  /** When the first sample that is not yet accepted is due. */
  get nextTime(): Nanos | undefined {
    return this.#nextTime
  }

  /** Of the oldest stretch that is remembered. */
  get firstTime(): Nanos | undefined {
    return this.#intervals[0]?.start
  }

  get account(): ChannelAccount {
    const gaps = Object.fromEntries(this.#gapCounts)
    return { sourceId: this.#sourceId, samples: this.#samples, checksum: this.#checksum, redundant: this.#redundant, gaps }
  }

  /** What the merger passes on. @returns the gap that has become known */
  onTrace(piece: TracePiece): TraceGap | undefined {
    if (piece.kind === 'gap') {
      this.#mergerCause = piece.cause
      return undefined
    }
    return this.#accept(piece)
  }

  /**
   * A record from one of several servers of a channel.
   *
   * @returns `redundant` when others have brought all of it, `late` when they are days ahead and went on without it
   */
  compare(stretch: Stretch, origin: string): 'new' | 'redundant' | 'late' {
    const end = endOf(stretch)
    const reach = this.#reaches.get(origin)
    if (reach === undefined || end > reach) this.#reaches.set(origin, end)
    // A server that jumps back in its own time is the merger's business: its clock may have been wrong before.
    if (reach !== undefined && reach - stretch.startTime > ONE_DAY) return 'new'
    if (this.#covers(stretch, end)) {
      this.#redundant++
      return 'redundant'
    }
    return this.#nextTime !== undefined && this.#nextTime - end > ONE_DAY ? 'late' : 'new'
  }

  /**
   * Data at a time are lost for a reason. When the gap is known already, it gets its cause: what was here and was lost tells more
   * than what was not here.
   *
   * @returns the gap that was told before with another cause
   */
  onLoss(cause: TraceGapCause, start: Micros, end: Micros = start): TraceGap | undefined {
    const told = this.#explain(cause, start, end)
    if (told) return told
    this.#losses.push({ cause, start, end })
    if (this.#losses.length > MOST_LOSSES) this.#losses.shift()
    return undefined
  }

  /** A record the merger did not use. @returns as `onLoss`; nothing when its data had been accepted before */
  onRejected(stretch: Stretch, code: string): TraceGap | undefined {
    const end = endOf(stretch)
    if (this.#covers(stretch, end)) return undefined
    const cause: TraceGapCause = `rejected:${code}`
    const [from, to] = [nanosToMicros(stretch.startTime), nanosToMicros(end)]
    // Its time says nothing about where it belongs, unless there is a hole just there: where data were expected, presumably.
    if (code !== 'LATE') return this.#explain(cause, from, to, LONGEST_HOLE_MICROS) ?? this.onLossNear(cause)
    // Before all that was accepted there is no hole that could have the cause: it is one of its own.
    if (this.firstTime !== undefined && end <= this.firstTime + halfSampleOf(stretch.sampleRate)) {
      return this.#tell({ sourceId: this.#sourceId, startTime: from, endTime: to, cause })
    }
    return this.onLoss(cause, from, to)
  }

  /** As `onLoss`, for data with a time that need not be right: when it is far from what was due next, that was lost. */
  onLossNear(cause: TraceGapCause, start?: Micros): TraceGap | undefined {
    if (this.#nextTime === undefined) return undefined
    const due = nanosToMicros(this.#nextTime)
    return this.onLoss(cause, start !== undefined && Math.abs(start - due) < BELIEVED_MICROS ? start : due)
  }

  snapshot(): ChannelLedgerState {
    return {
      intervals: this.#intervals.map((interval) => ({ ...interval })),
      nextTime: this.#nextTime,
      samples: this.#samples,
      checksum: this.#checksum,
      gaps: [...this.#gaps],
      gapCounts: Object.fromEntries(this.#gapCounts),
      losses: [...this.#losses],
      reaches: [...this.#reaches],
      redundant: this.#redundant,
    }
  }

  /** Gives a known gap its cause. @returns the gap, undefined when there is none there */
  #explain(cause: TraceGapCause, start: Micros, end: Micros, longest = Number.POSITIVE_INFINITY): TraceGap | undefined {
    const isOpen = (known: TraceGapCause) => known === 'notReceived' || (known === 'skippedByServer' && cause !== known)
    const isThere = (gap: TraceGap) => start < gap.endTime && end >= gap.startTime && gap.endTime - gap.startTime <= longest
    const at = this.#gaps.findLastIndex((gap) => isOpen(gap.cause) && isThere(gap))
    const gap = this.#gaps[at]
    if (gap === undefined) return undefined
    const told: TraceGap = { ...gap, cause }
    this.#gaps[at] = told
    this.#count(gap.cause, -1)
    this.#count(cause, 1)
    return told
  }

  #accept({ startTime, sampleRate, samples }: Segment): TraceGap | undefined {
    const end = startTime + sampleOffsetNanos(samples.length, sampleRate)
    const gap = this.#gapBefore(startTime, sampleRate)
    const last = this.#intervals.at(-1)
    if (last && gap === undefined) last.end = end
    else {
      this.#intervals.push({ start: startTime, end })
      if (this.#intervals.length > MOST_INTERVALS) this.#intervals.shift()
    }
    this.#nextTime = end
    this.#samples += samples.length
    this.#checksum = addToChecksum(this.#checksum, samples)
    return gap
  }

  /** Told by the merger or, when data begin anew after an end of data, seen from the times. */
  #gapBefore(startTime: Nanos, sampleRate: number): TraceGap | undefined {
    const due = this.#nextTime
    const mergerCause = this.#mergerCause
    this.#mergerCause = 'missing'
    if (due === undefined) return undefined
    const halfSample = halfSampleOf(sampleRate)
    const distance = startTime - due
    if (mergerCause === 'missing' && distance <= halfSample && distance >= -halfSample) return undefined
    const [start, end] = [nanosToMicros(due), nanosToMicros(startTime)]
    const slack = Number(halfSample / 1000n)
    const cause = mergerCause === 'missing' ? this.#causeOf(start - slack, end) : CAUSE_OF[mergerCause]
    this.#losses = this.#losses.filter((loss) => loss.end >= end)
    return this.#tell({ sourceId: this.#sourceId, startTime: start, endTime: end, cause })
  }

  #tell(gap: TraceGap): TraceGap {
    this.#gaps.push(gap)
    if (this.#gaps.length > MOST_GAPS) this.#gaps.shift()
    this.#count(gap.cause, 1)
    return gap
  }

  #causeOf(start: Micros, end: Micros): TraceGapCause {
    const causes = this.#losses.filter((loss) => loss.start < end && loss.end >= start).map(({ cause }) => cause)
    // What was here and was lost tells more than what was not here.
    return causes.find((cause) => cause !== 'skippedByServer') ?? causes[0] ?? 'notReceived'
  }

  #covers({ startTime, sampleRate }: Stretch, end: Nanos): boolean {
    const slack = halfSampleOf(sampleRate)
    return this.#intervals.some((interval) => startTime >= interval.start - slack && end <= interval.end + slack)
  }

  #count(cause: TraceGapCause, change: 1 | -1): void {
    const count = (this.#gapCounts.get(cause) ?? 0) + change
    if (count === 0) this.#gapCounts.delete(cause)
    else this.#gapCounts.set(cause, count)
  }
}

const CAUSE_OF: Readonly<Record<GapCause, TraceGapCause>> = {
  missing: 'notReceived',
  tear: 'timeTear',
  reset: 'timeReset',
  rate: 'rateChange',
}

function endOf({ startTime, sampleRate, samples }: Stretch): Nanos {
  return startTime + sampleOffsetNanos(samples.length, sampleRate)
}

function halfSampleOf(sampleRate: number): Nanos {
  return BigInt(Math.round(5e8 / sampleRate))
}
