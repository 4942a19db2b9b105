import { type Micros, microsToNanos, NANOS_PER_SECOND, type Nanos } from '../../domain/time.ts'
import type { Pattern } from '../../seedlink/server-glob.ts'
import type { StationHolding } from '../../seedlink/server-holdings.ts'
import type { StartPoint, Subscription } from '../../seedlink/server-subscription.ts'
import { unwrapSequence } from '../../seedlink/server-timeline.ts'
import { type ArchiveIndex, indexArchive } from './server-archive-index.ts'
import type { AlarmClock } from './server-clock.ts'
import { type PlayedRecord, playRecord } from './server-played-record.ts'
import type { RecordSource, SourceRecord } from './server-source.ts'

/** A loop ends here, as does miniSEED 2. */
const LAST_TIME = microsToNanos(Date.UTC(2100, 0) * 1000)

export interface PlaybackOptions {
  /** Data seconds per wall second; Infinity: everything is there at once. */
  readonly speed: number
  /** Shift all times so that playback begins at the present. */
  readonly isNow: boolean
  /** Start again at the end, with later times and higher numbers. */
  readonly isLoop: boolean
  readonly clock: AlarmClock
  /** Number of the archive's first record. Default 1. */
  readonly firstNumber?: number
}

/**
 * An archive played against the clock. Positions count records from 0; with `isLoop` they go on through the next passes.
 *
 * The clock stands until `start`, that is until the first client streams: a monitor that connects sees the archive from its first record
 * however long the server has been waiting. Data time then runs at `speed` × wall time, and a record is available once its last
 * sample's time is reached.
 */
export class Playback {
  readonly #source: RecordSource
  readonly #options: PlaybackOptions
  readonly #archive: ArchiveIndex
  /** Set by `start`: wall time, archive time at that moment, and what is added to all times. */
  #started: { readonly at: Micros; readonly dataTime: Nanos; readonly shift: Nanos } | undefined
  /** What clients see is so much more than the number counted from the beginning of the archive. */
  #numberOffset: number
  /** Lower numbers are gone (by a drill). */
  #firstHeld = 1

  /** Reads all record headers once. */
  constructor(source: RecordSource, options: PlaybackOptions) {
    this.#source = source
    this.#options = options
    this.#archive = indexArchive(source)
    this.#numberOffset = (options.firstNumber ?? 1) - 1
  }

  /** A number as clients see it. */
  numberOf(sequence: number): number {
    return sequence + this.#numberOffset
  }

  /** From now on the record at a position has this number, and all others follow from it. */
  renumber(position: number, firstNumber: number): void {
    this.#numberOffset = firstNumber - this.#sequenceAt(position)
  }

  /** Forgets all records before a position. */
  wipeBefore(position: number): void {
    this.#firstHeld = this.#sequenceAt(position)
  }

  /** Number of the record at a position, as clients see it. */
  numberAt(position: number): number {
    return this.numberOf(this.#sequenceAt(position))
  }

  /** Data time, as clients see it, at which a position becomes available. */
  releaseTimeOf(position: number): Nanos {
    const { pass, ordinal } = this.#split(position)
    return this.#archive.timeline.availableAt(ordinal) + BigInt(pass) * this.#archive.period + this.#shift()
  }

  /** Lowest number, as clients see it, that can still be asked for. */
  get firstHeldNumber(): number {
    return this.numberOf(this.#firstHeld)
  }

  get isPaced(): boolean {
    return Number.isFinite(this.#options.speed)
  }

  /** Positions in all passes together. */
  get length(): number {
    return this.#passes() * this.#archive.timeline.recordCount
  }

  /** True when a station of the archive matches. */
  knowsStation(pattern: Pattern): boolean {
    return this.#archive.stations.some(({ stationId }) => pattern.test(stationId))
  }

  /** What INFO shows: the whole archive, whatever was played of it. */
  stations(): StationHolding[] {
    const shift = this.#shift()
    return this.#archive.stations.map(({ streams, ...station }) => ({
      ...station,
      firstSequence: this.numberOf(Math.max(station.firstSequence, this.#firstHeld)),
      lastSequence: this.numberOf(station.lastSequence),
      streams: streams.map((stream) => ({
        ...shiftedSpan(stream, shift),
        gaps: stream.gaps.map((gap) => shiftedSpan(gap, shift)),
      })),
    }))
  }

  /**
   * The position at which a client joins that names none; the first client sets the clock going. One that resumes by number after
   * a restart of the server finds the playback where it left, not at the beginning.
   */
  join(subscriptions: readonly Subscription[]): number {
    // A dial-up client asks for what is there; the playback does not start for it.
    const isFirst = !this.#started && subscriptions.some(({ isDialUp }) => !isDialUp)
    const first = isFirst ? this.#start(subscriptions.map(({ start }) => start)) : this.availableCount()
    return this.isPaced ? first : 0
  }

  /** How many positions can be sent now. */
  availableCount(): number {
    if (!this.isPaced) return this.length
    if (!this.#started) return 0
    const { at, dataTime } = this.#started
    const elapsed = Math.round((this.#options.clock.now() - at) * this.#options.speed)
    const { pass, time } = this.#locate(dataTime + microsToNanos(elapsed))
    return pass * this.#archive.timeline.recordCount + this.#archive.timeline.countAvailableAt(time)
  }

  /** Wall time at which a position becomes available. */
  wakeTimeOf(position: number): Micros {
    const started = this.#started
    if (!started) return this.#options.clock.now()
    const { pass, ordinal } = this.#split(position)
    const time = this.#archive.timeline.availableAt(ordinal) + BigInt(pass) * this.#archive.period
    return started.at + Math.ceil(Number(time - started.dataTime) / 1000 / this.#options.speed)
  }

  /**
   * Number at which a subscription begins.
   *
   * @param joined position at which its client joined
   */
  startSequence({ start, begin }: Subscription, joined: number): number {
    const sequence = Math.max(this.#firstHeld, this.#sequenceOfStart(start, this.#sequenceAt(joined)))
    return begin === undefined ? sequence : Math.max(sequence, this.#sequenceAt(this.#positionAt(begin)))
  }

  /** Position at which a subscription is complete: `length` when only the archive's end ends it, 0 when nothing can ever come. */
  stopPosition(subscription: Subscription): number {
    const { end, isDialUp } = subscription
    if (!this.#archive.holds(subscription)) return 0
    // A record that begins inside the window ends at most the longest record's duration behind it.
    const byWindow = end === undefined ? this.length : this.#positionAt(end + this.#archive.longestRecord(subscription))
    return Math.min(this.length, byWindow, isDialUp ? this.availableCount() : this.length)
  }

  /** The position that owns a number. */
  positionOf(sequence: number): number {
    const perPass = this.#archive.timeline.sequenceCount
    const pass = this.#passOf((sequence - 1) / perPass)
    return pass * this.#archive.timeline.recordCount + this.#archive.timeline.ordinalOf(sequence - pass * perPass)
  }

  /** Records from a position on, available or not; the caller looks at `availableCount`. */
  *recordsFrom(position: number): Generator<PlayedRecord, void, undefined> {
    let { pass, ordinal } = this.#split(position)
    for (; pass < this.#passes(); pass += 1, ordinal = 0) {
      const shift = this.#shift() + BigInt(pass) * this.#archive.period
      for (const record of this.#source.recordsFrom(ordinal)) yield this.#play(record, pass, shift)
    }
  }

  #play(record: SourceRecord, pass: number, shift: Nanos): PlayedRecord {
    const { timeline } = this.#archive
    const sequence = pass * timeline.sequenceCount + timeline.sequenceOf(record.ordinal)
    return playRecord(record, shift, sequence, pass * timeline.recordCount + record.ordinal)
  }

  #sequenceOfStart(start: StartPoint, next: number): number {
    switch (start.kind) {
      case 'first':
        return 1
      case 'next':
        return next
      case 'time':
        return this.#sequenceAt(this.#positionAt(start.time))
      case 'sequence': {
        const sequence = this.#sequenceOfNumber(start, next)
        // A number that was never given: live is all that is left, as every server does.
        return sequence > this.#lastValidSequence(next) ? next : Math.max(1, sequence)
      }
    }
  }

  /** A client's number, counted from the beginning of the archive. */
  #sequenceOfNumber({ sequence, isModular }: Extract<StartPoint, { kind: 'sequence' }>, next: number): number {
    // Without a playhead all numbers of the first pass have been given.
    const reference = this.isPaced ? next : this.#archive.timeline.sequenceCount + 1
    return (isModular ? unwrapSequence(sequence, this.numberOf(reference)) : sequence) - this.#numberOffset
  }

  /** One more than the numbers of the first pass, or of what was played: what a client that got everything asks for. */
  #lastValidSequence(next: number): number {
    const played = this.isPaced ? next : this.#passes() * this.#archive.timeline.sequenceCount + 1
    return Math.max(this.#archive.timeline.sequenceCount + 1, played)
  }

  /** @returns the position at which the playback starts */
  #start(points: readonly StartPoint[]): number {
    const ordinal = this.#resumeOrdinal(points)
    const resumeTime = ordinal === 0 ? this.#archive.startTime : this.#archive.timeline.availableAt(ordinal - 1)
    const dataTime = resumeTime > this.#archive.startTime ? resumeTime : this.#archive.startTime
    const at = this.#options.clock.now()
    this.#started = { at, dataTime, shift: this.#shiftFrom(dataTime, at) }
    return ordinal
  }

  #resumeOrdinal(points: readonly StartPoint[]): number {
    const { timeline } = this.#archive
    const next = timeline.sequenceCount + 1
    const sequences = points.flatMap((point) => (point.kind === 'sequence' ? [this.#sequenceOfNumber(point, next)] : []))
    const isResume = sequences.length > 0 && points.every(({ kind }) => kind === 'sequence' || kind === 'next')
    const first = Math.min(...sequences)
    return isResume && first <= next ? timeline.ordinalOf(first) : 0
  }

  #sequenceAt(position: number): number {
    const { pass, ordinal } = this.#split(position)
    return pass * this.#archive.timeline.sequenceCount + this.#archive.timeline.sequenceOf(ordinal)
  }

  #split(position: number): { pass: number; ordinal: number } {
    const pass = this.#passOf(position / this.#archive.timeline.recordCount)
    return { pass, ordinal: position - pass * this.#archive.timeline.recordCount }
  }

  /** The first position from which on a record may end after the time. */
  #positionAt(clientTime: Nanos): number {
    const { pass, time } = this.#locate(clientTime - this.#shift())
    return pass * this.#archive.timeline.recordCount + this.#archive.timeline.countAvailableAt(time)
  }

  /** Time that runs through all passes → the pass and the archive's own time. */
  #locate(time: Nanos): { pass: number; time: Nanos } {
    const pass = this.#passOf(Number((time - this.#archive.startTime) / this.#archive.period))
    return { pass, time: time - BigInt(pass) * this.#archive.period }
  }

  /** The pass that a share of whole passes falls into. */
  #passOf(passes: number): number {
    return Math.min(Math.max(0, Math.floor(passes) || 0), this.#passes() - 1)
  }

  #passes(): number {
    if (!this.#options.isLoop) return 1
    const { endTime, period } = this.#archive
    const room = LAST_TIME - endTime - this.#shift()
    return room > 0n ? 1 + Number(room / period) : 1
  }

  #shift(): Nanos {
    return this.#started?.shift ?? this.#shiftFrom(this.#archive.startTime, this.#options.clock.now())
  }

  #shiftFrom(dataTime: Nanos, now: Micros): Nanos {
    if (!this.#options.isNow) return 0n
    return ((microsToNanos(now) - dataTime) / NANOS_PER_SECOND) * NANOS_PER_SECOND
  }
}

function shiftedSpan<T extends { readonly startTime: Nanos; readonly endTime: Nanos }>(span: T, shift: Nanos): T {
  return { ...span, startTime: span.startTime + shift, endTime: span.endTime + shift }
}
