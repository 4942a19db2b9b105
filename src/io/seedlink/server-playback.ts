import type { OnProblem } from '../../domain/problem.ts'
import type { SourceId } from '../../domain/source-id.ts'
import { type Micros, microsToNanos, NANOS_PER_SECOND, type Nanos } from '../../domain/time.ts'
import { parseHeader, type RecordHeader, shiftRecordTime } from '../../miniseed/index.ts'
import type { StationHolding } from '../../seedlink/server-holdings.ts'
import { V3_RECORD_BYTES } from '../../seedlink/server-packet.ts'
import { isSelected, streamNameOf } from '../../seedlink/server-selector.ts'
import type { StartPoint, Subscription } from '../../seedlink/server-subscription.ts'
import { sequencesFor, Timeline, unwrapSequence } from '../../seedlink/server-timeline.ts'
import type { AlarmClock } from './server-clock.ts'
import type { RecordSource, SourceRecord } from './server-source.ts'

export interface PlaybackOptions {
  /** Data seconds per wall second; Infinity: everything is there at once. */
  readonly speed: number
  /** Shift all times so that playback begins at the present. */
  readonly isNow: boolean
  /** Start again at the end, with later times and higher numbers. */
  readonly isLoop: boolean
  readonly clock: AlarmClock
  readonly onProblem: OnProblem
}

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
  /** First of the numbers the record owns. */
  readonly sequence: number
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
  readonly #timeline: Timeline
  readonly #stations = new Map<string, IndexedStation>()
  #startTime = 0n
  /** From the start of one pass to the start of the next. */
  #period = NANOS_PER_SECOND
  /** Set by `start`: wall time, archive time at that moment, and what is added to all times. */
  #started: { readonly at: Micros; readonly dataTime: Nanos; readonly shift: Nanos } | undefined

  /** Reads all record headers once. */
  constructor(source: RecordSource, options: PlaybackOptions) {
    this.#source = source
    this.#options = options
    this.#timeline = new Timeline(source.recordCount)
    this.#index()
  }

  get isEndless(): boolean {
    return this.#options.isLoop && this.#timeline.recordCount > 0
  }

  get isPaced(): boolean {
    return Number.isFinite(this.#options.speed)
  }

  /** Positions in all passes together. */
  get length(): number {
    return this.isEndless ? Number.POSITIVE_INFINITY : this.#timeline.recordCount
  }

  /** What STATION is checked against and INFO shows: the whole archive, whatever was played of it. */
  stations(): StationHolding[] {
    const shift = this.#shift()
    return [...this.#stations.values()].map(({ streams, ...station }) => ({
      ...station,
      streams: [...streams.values()].map((stream) => ({
        ...stream,
        startTime: stream.startTime + shift,
        endTime: stream.endTime + shift,
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
    return pass * this.#timeline.recordCount + this.#timeline.countAvailableAt(time)
  }

  /** Wall time at which a position becomes available. */
  wakeTimeOf(position: number): Micros {
    const started = this.#started
    if (!started) return this.#options.clock.now()
    const { pass, ordinal } = this.#split(position)
    const time = this.#timeline.availableAt(ordinal) + BigInt(pass) * this.#period
    return started.at + Math.ceil(Number(time - started.dataTime) / 1000 / this.#options.speed)
  }

  /**
   * Number at which a subscription begins.
   *
   * @param joined position at which its client joined
   */
  startSequence({ start, begin }: Subscription, joined: number): number {
    const sequence = this.#sequenceOfStart(start, this.#sequenceAt(joined))
    return begin === undefined ? sequence : Math.max(sequence, this.#sequenceAt(this.#positionAt(begin)))
  }

  /** Position at which a subscription is complete; `length` when only the archive's end ends it. */
  stopPosition(subscription: Subscription): number {
    const { end, isDialUp } = subscription
    // A record that begins inside the window ends at most the longest record's duration behind it.
    const byWindow = end === undefined ? this.length : this.#positionAt(end + this.#longestRecord(subscription))
    return Math.min(this.length, byWindow, isDialUp ? this.availableCount() : this.length)
  }

  /** The position that owns a number. */
  positionOf(sequence: number): number {
    const perPass = this.#timeline.sequenceCount
    const pass = this.isEndless ? Math.floor((sequence - 1) / perPass) : 0
    return pass * this.#timeline.recordCount + this.#timeline.ordinalOf(sequence - pass * perPass)
  }

  /** Records from a position on, available or not; the caller looks at `availableCount`. */
  *recordsFrom(position: number): Generator<PlayedRecord, void, undefined> {
    let { pass, ordinal } = this.#split(position)
    do {
      const shift = this.#shift() + BigInt(pass) * this.#period
      for (const record of this.#source.recordsFrom(ordinal)) yield this.#play(record, pass, shift)
      pass += 1
      ordinal = 0
    } while (this.isEndless)
  }

  #play(record: SourceRecord, pass: number, shift: Nanos): PlayedRecord {
    const header = parseHeader(record.bytes)
    return {
      bytes: shift === 0n ? record.bytes : shiftRecordTime(record.bytes, shift),
      sourceId: record.sourceId,
      format: formatOf(header),
      isV3Ready: isV3Ready(header),
      startTime: record.startTime + shift,
      endTime: record.endTime + shift,
      sequence: pass * this.#timeline.sequenceCount + this.#timeline.sequenceOf(record.ordinal),
    }
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
        const sequence = start.isModular ? unwrapSequence(start.sequence, next) : start.sequence
        // A number that was never given: live is all that is left, as every server does.
        return sequence > this.#lastValidSequence(next) ? next : Math.max(1, sequence)
      }
    }
  }

  /** One more than the numbers of the first pass, or of what was played: what a client that got everything asks for. */
  #lastValidSequence(next: number): number {
    const played = this.isEndless && !this.isPaced ? Number.MAX_SAFE_INTEGER : next
    return Math.max(this.#timeline.sequenceCount + 1, played)
  }

  /** @returns the position at which the playback starts */
  #start(points: readonly StartPoint[]): number {
    const ordinal = this.#resumeOrdinal(points)
    const resumeTime = ordinal === 0 ? this.#startTime : this.#timeline.availableAt(ordinal - 1)
    const dataTime = resumeTime > this.#startTime ? resumeTime : this.#startTime
    const at = this.#options.clock.now()
    this.#started = { at, dataTime, shift: this.#shiftFrom(dataTime, at) }
    return ordinal
  }

  #resumeOrdinal(points: readonly StartPoint[]): number {
    const sequences = points.flatMap((point) => (point.kind === 'sequence' ? [point.sequence] : []))
    const isResume = sequences.length > 0 && points.every(({ kind }) => kind === 'sequence' || kind === 'next')
    const first = Math.min(...sequences)
    return isResume && first <= this.#timeline.sequenceCount + 1 ? this.#timeline.ordinalOf(first) : 0
  }

  #sequenceAt(position: number): number {
    const { pass, ordinal } = this.#split(position)
    return pass * this.#timeline.sequenceCount + this.#timeline.sequenceOf(ordinal)
  }

  #split(position: number): { pass: number; ordinal: number } {
    const pass = this.isEndless ? Math.floor(position / this.#timeline.recordCount) : 0
    return { pass, ordinal: position - pass * this.#timeline.recordCount }
  }

  /** The first position from which on a record may end after the time. */
  #positionAt(clientTime: Nanos): number {
    const { pass, time } = this.#locate(clientTime - this.#shift())
    return pass * this.#timeline.recordCount + this.#timeline.countAvailableAt(time)
  }

  /** Of the streams that a subscription selects. */
  #longestRecord({ stations, selectors }: Subscription): Nanos {
    let longest = 0n
    for (const station of this.#stations.values()) {
      if (!stations.test(station.stationId)) continue
      for (const { sourceId, format, longestRecord } of station.streams.values()) {
        if (longestRecord > longest && isSelected(streamNameOf(sourceId, format), selectors)) longest = longestRecord
      }
    }
    return longest
  }

  /** Time that runs through all passes → the pass and the archive's own time. */
  #locate(time: Nanos): { pass: number; time: Nanos } {
    const passes = (time - this.#startTime) / this.#period
    const pass = this.isEndless && passes > 0n ? passes : 0n
    return { pass: Number(pass), time: time - pass * this.#period }
  }

  #shift(): Nanos {
    return this.#started?.shift ?? this.#shiftFrom(this.#startTime, this.#options.clock.now())
  }

  #shiftFrom(dataTime: Nanos, now: Micros): Nanos {
    if (!this.#options.isNow) return 0n
    return ((microsToNanos(now) - dataTime) / NANOS_PER_SECOND) * NANOS_PER_SECOND
  }

  #index(): void {
    let endTime: Nanos | undefined
    let startTime: Nanos | undefined
    for (const record of this.#source.recordsFrom(0)) {
      const header = parseHeader(record.bytes)
      const sequences = sequencesFor(isV3Ready(header), header.sampleCount)
      this.#hold(record, formatOf(header), this.#timeline.sequenceCount + 1, sequences)
      this.#timeline.add(record.endTime, sequences)
      if (startTime === undefined || record.startTime < startTime) startTime = record.startTime
      if (endTime === undefined || record.endTime > endTime) endTime = record.endTime
    }
    this.#startTime = startTime ?? 0n
    const length = (endTime ?? 0n) - this.#startTime
    this.#period = ((length + NANOS_PER_SECOND - 1n) / NANOS_PER_SECOND + 1n) * NANOS_PER_SECOND
  }

  #hold(record: SourceRecord, format: string, sequence: number, sequences: number): void {
    const { stationId } = streamNameOf(record.sourceId, format)
    const station = this.#stations.get(stationId) ?? { stationId, firstSequence: sequence, lastSequence: 0, streams: new Map() }
    this.#stations.set(stationId, station)
    station.lastSequence = sequence + sequences - 1
    const key = `${record.sourceId} ${format}`
    const { sourceId, startTime, endTime } = record
    const stream = station.streams.get(key) ?? { sourceId, format, startTime, endTime, longestRecord: 0n }
    station.streams.set(key, stream)
    if (startTime < stream.startTime) stream.startTime = startTime
    if (endTime > stream.endTime) stream.endTime = endTime
    if (endTime - startTime > stream.longestRecord) stream.longestRecord = endTime - startTime
  }
}

interface IndexedStation {
  readonly stationId: string
  readonly firstSequence: number
  lastSequence: number
  /** By source id and format. */
  readonly streams: Map<string, IndexedStream>
}

interface IndexedStream {
  readonly sourceId: SourceId
  readonly format: string
  startTime: Nanos
  endTime: Nanos
  /** From its first to its last sample. */
  longestRecord: Nanos
}

function isV3Ready({ formatVersion, byteLength }: RecordHeader): boolean {
  return formatVersion === 2 && byteLength === V3_RECORD_BYTES
}

function formatOf(header: RecordHeader): string {
  return `${header.formatVersion}${header.sampleRate > 0 ? 'D' : 'L'}`
}
