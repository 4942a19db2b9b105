import type { HealthHistory as HealthHistoryAnswer, InstrumentHistory } from '../../contract/health-history.ts'
import type { Clock } from '../../domain/ports.ts'
import { type InstrumentId, rememberingInstrumentIds } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros, sampleOffsetNanos } from '../../domain/time.ts'
import type { TraceRecord } from '../../domain/trace.ts'
import type { Frame, FramePiece } from '../../domain/window.ts'
import type { HealthHour } from '../../io/store/health-table.ts'
import type { MonitorStreams } from '../monitor.ts'
import { Arrivals } from './arrivals.ts'
import { KEPT_MINUTES, MINUTES_PER_HOUR, MinuteRing } from './minute-ring.ts'

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

const NOTHING_KNOWN = new MinuteRing()

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
    const span = this.#span(1)
    return { instrument, ...span.wire, ...this.#cells(instrument, span.cells) }
  }

  /** @param instruments those to tell of */
  ofAll(instruments: readonly InstrumentId[]): HealthHistoryAnswer {
    const span = this.#span(MINUTES_PER_CELL)
    return {
      ...span.wire,
      instruments: instruments.map((instrument) => ({ instrument, ...this.#cells(instrument, span.cells) })),
    }
  }

  /** The last 24 hours in cells, each with its minutes that are known. They end now; where the data are older than a day, with those. */
  #span(minutesPerCell: number) {
    for (const [instrument, arrivals] of this.#arrivals) this.#write(instrument, arrivals)
    const now = minuteOf(this.#options.clock.now())
    const last = Number.isFinite(this.#newestData) && now - this.#newestData > KEPT_MINUTES ? this.#newestData : now
    const first = last - KEPT_MINUTES + 1
    const cells = Array.from({ length: KEPT_MINUTES / minutesPerCell }, (_, cell) => {
      const minutes = Array.from({ length: minutesPerCell }, (_, i) => first + cell * minutesPerCell + i)
      const known = minutes.filter((minute) => this.#isKnown(minute))
      // Data of the last two minutes are still on their way.
      const over = known.filter((minute) => minute < last - 1)
      return over.length > 0 ? over : known
    })
    const since = cells.find(({ length }) => length > 0)?.[0]
    const wire = {
      startTime: formatMicros(first * MICROS_PER_MINUTE),
      secondsPerCell: 60 * minutesPerCell,
      knownSince: since === undefined ? null : formatMicros(since * MICROS_PER_MINUTE),
    }
    return { wire, cells }
  }

  /** @param known minutes of each cell */
  #cells(instrument: InstrumentId, known: readonly (readonly number[])[]): Cells {
    const ring = this.#rings.get(instrument) ?? NOTHING_KNOWN
    const rowsPerMinute = 60 * this.#options.gridRate
    const cells: Cells = { availability: [], medianLatencySeconds: [], maximumLatencySeconds: [], timingQuality: [] }
    for (const minutes of known) {
      const { rows, medianLatency, maximumLatency, timingQuality } = ring.together(minutes, rowsPerMinute)
      cells.availability.push(rounded(rows / (rowsPerMinute * minutes.length)))
      cells.medianLatencySeconds.push(rounded(medianLatency))
      cells.maximumLatencySeconds.push(rounded(maximumLatency))
      cells.timingQuality.push(rounded(timingQuality))
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

/** To thousandths; null for what is none. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null
}
