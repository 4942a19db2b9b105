import type { HealthHistory as HealthHistoryAnswer, InstrumentHistory } from '../../contract/health-history.ts'
import type { Clock } from '../../domain/ports.ts'
import { type InstrumentId, rememberingInstrumentIds } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros, sampleOffsetNanos } from '../../domain/time.ts'
import type { TraceRecord } from '../../domain/trace.ts'
import type { Frame, FramePiece } from '../../domain/window.ts'
import type { HealthHour } from '../../io/store/health-table.ts'
import type { MonitorStreams } from '../monitor.ts'
import { Arrivals } from './arrivals.ts'
import { KEPT_MINUTES, MINUTES_PER_HOUR, type Minute, MinuteRing } from './minute-ring.ts'

export interface HealthHistoryOptions {
  readonly clock: Clock
  /** Hz. */
  readonly gridRate: number
  /** What a monitor before this one has saved. */
  readonly saved: readonly HealthHour[]
}

export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND
const MINUTES_PER_CELL = 10
/** Data from further ahead come from a wrong clock. */
const MOST_MINUTES_AHEAD = 10
/** The key of the monitor itself: minutes with a row are those of which it knows. */
const MONITOR = '*' as InstrumentId

type Cells = Omit<InstrumentHistory, 'instrument' | 'startTime' | 'secondsPerCell' | 'knownSince'>

/** How much came of each instrument and how late, minute by minute, over 24 hours; reports, decides nothing. */
export class HealthHistory {
  readonly #options: HealthHistoryOptions
  readonly #rings = new Map<InstrumentId, MinuteRing>()
  readonly #arrivals = new Map<InstrumentId, Arrivals>()
  readonly #changedHours = new Map<InstrumentId, Set<number>>()
  readonly #instrumentOf = rememberingInstrumentIds()
  #newestData = Number.NEGATIVE_INFINITY

  constructor(options: HealthHistoryOptions) {
    this.#options = options
    for (const { instrument, hour, minutes } of options.saved) this.#ring(instrument).restoreHour(hour, minutes)
  }

  record({ records$, frames$ }: Pick<MonitorStreams, 'records$' | 'frames$'>): void {
    records$.subscribe((record) => this.onRecord(record))
    frames$.subscribe((piece) => this.onFrame(piece))
  }

  onRecord({ sourceId, startTime, samples, sampleRate, receivedAt, timingQuality }: TraceRecord): void {
    if (receivedAt === undefined) return
    const instrument = this.#instrumentOf(sourceId)
    let arrivals = this.#arrivals.get(instrument)
    if (arrivals === undefined) {
      arrivals = new Arrivals()
      this.#arrivals.set(instrument, arrivals)
    }
    const minute = minuteOf(receivedAt)
    if (arrivals.minute !== minute) {
      this.#write(instrument, arrivals)
      arrivals.begin(minute)
    }
    const endTime = nanosToMicros(startTime + sampleOffsetNanos(samples.length - 1, sampleRate))
    arrivals.add((receivedAt - endTime) / MICROS_PER_SECOND, timingQuality)
  }

  onFrame(piece: FramePiece): void {
    if (piece.kind === 'gap') return
    const { gridRate } = this.#options
    const rowsPerMinute = Math.round(60 * gridRate)
    const end = piece.firstIndex + rowsOf(piece)
    for (let index = piece.firstIndex; index < end; ) {
      const minute = Math.floor(index / rowsPerMinute)
      const rows = Math.min(end, (minute + 1) * rowsPerMinute) - index
      this.#addRows(piece.instrument, minute, rows)
      index += rows
    }
  }

  /** Hours that have changed since the last call, for the store; call it once a minute. */
  takeChanges(): HealthHour[] {
    const now = minuteOf(this.#options.clock.now())
    this.#addRows(MONITOR, now, 1)
    for (const [instrument, arrivals] of this.#arrivals) this.#write(instrument, arrivals)
    const changes = [...this.#changedHours].flatMap(([instrument, hours]) =>
      [...hours].flatMap((hour) => {
        const minutes = this.#ring(instrument).hour(hour)
        return minutes ? [{ instrument, hour, minutes }] : []
      }),
    )
    this.#changedHours.clear()
    return changes
  }

  ofInstrument(instrument: InstrumentId): InstrumentHistory {
    const first = this.#firstMinute
    for (const [each, arrivals] of this.#arrivals) this.#write(each, arrivals)
    return { instrument, ...this.#span(first, 1), ...this.#cells(instrument, first, 1) }
  }

  /** @param instruments those to tell of */
  ofAll(instruments: readonly InstrumentId[]): HealthHistoryAnswer {
    const first = this.#firstMinute
    for (const [each, arrivals] of this.#arrivals) this.#write(each, arrivals)
    const rows = instruments.map((instrument) => ({ instrument, ...this.#cells(instrument, first, MINUTES_PER_CELL) }))
    return { ...this.#span(first, MINUTES_PER_CELL), instruments: rows }
  }

  /** The last minute is the present one; where the data are older than a day, that of the newest data. */
  get #firstMinute(): number {
    const now = minuteOf(this.#options.clock.now())
    const last = now - this.#newestData > KEPT_MINUTES && Number.isFinite(this.#newestData) ? this.#newestData : now
    return last - KEPT_MINUTES + 1
  }

  #span(first: number, minutesPerCell: number) {
    let since: number | null = null
    for (let minute = first; minute < first + KEPT_MINUTES && since === null; minute++) if (this.#isKnown(minute)) since = minute
    return {
      startTime: formatMicros(first * MICROS_PER_MINUTE),
      secondsPerCell: 60 * minutesPerCell,
      knownSince: since === null ? null : formatMicros(since * MICROS_PER_MINUTE),
    }
  }

  #cells(instrument: InstrumentId, first: number, minutesPerCell: number): Cells {
    const ring = this.#rings.get(instrument)
    const rowsPerMinute = 60 * this.#options.gridRate
    const cells: Cells = { availability: [], medianLatencySeconds: [], maximumLatencySeconds: [], timingQuality: [] }
    for (let start = first; start < first + KEPT_MINUTES; start += minutesPerCell) {
      const known = Array.from({ length: minutesPerCell }, (_, i) => start + i).filter((minute) => this.#isKnown(minute))
      // Data of the last two minutes are still on their way.
      const over = known.filter((minute) => minute < first + KEPT_MINUTES - 2)
      const minutes = (over.length > 0 ? over : known).map((minute) => ring?.at(minute))
      const values = (of: keyof Minute) => minutes.flatMap((minute) => (minute && !Number.isNaN(minute[of]) ? [minute[of]] : []))
      const rows = values('rows').reduce((sum, each) => sum + Math.min(each, rowsPerMinute), 0)
      cells.availability.push(minutes.length === 0 ? null : rounded(rows / (rowsPerMinute * minutes.length)))
      cells.medianLatencySeconds.push(rounded(medianOf(values('medianLatency'))))
      cells.maximumLatencySeconds.push(
        rounded(values('maximumLatency').reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
      )
      cells.timingQuality.push(rounded(values('timingQuality').reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)))
    }
    return cells
  }

  /** The monitor ran then, or data have come since. */
  #isKnown(minute: number): boolean {
    return (this.#rings.get(MONITOR)?.at(minute)?.rows ?? 0) > 0
  }

  #addRows(instrument: InstrumentId, minute: number, rows: number): void {
    if (minute < 0 || minute > minuteOf(this.#options.clock.now()) + MOST_MINUTES_AHEAD) return
    this.#ring(instrument).addRows(minute, rows)
    this.#touch(instrument, minute)
    if (instrument === MONITOR) return
    if (minute > this.#newestData) this.#newestData = minute
    if (!this.#isKnown(minute)) this.#addRows(MONITOR, minute, 1)
  }

  #write(instrument: InstrumentId, arrivals: Arrivals): void {
    if (arrivals.count === 0) return
    const { minute, median, maximum, timingQuality } = arrivals
    this.#ring(instrument).setArrivals(minute, median, maximum, timingQuality)
    this.#touch(instrument, minute)
    if (!this.#isKnown(minute)) this.#addRows(MONITOR, minute, 1)
  }

  #touch(instrument: InstrumentId, minute: number): void {
    const hour = Math.floor(minute / MINUTES_PER_HOUR)
    const hours = this.#changedHours.get(instrument)
    if (hours) hours.add(hour)
    else this.#changedHours.set(instrument, new Set([hour]))
  }

  #ring(instrument: InstrumentId): MinuteRing {
    let ring = this.#rings.get(instrument)
    if (ring === undefined) {
      ring = new MinuteRing()
      this.#rings.set(instrument, ring)
    }
    return ring
  }
}

function minuteOf(time: Micros): number {
  return Math.floor(time / MICROS_PER_MINUTE)
}

function rowsOf({ samples }: Frame): number {
  return samples.length / 3
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** To thousandths; null for what is none. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null
}
