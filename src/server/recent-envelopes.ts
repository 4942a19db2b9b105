import { ENVELOPE_COLUMNS, type Envelope } from '../contract/envelope-frame.ts'
import type { WaveformFrame } from '../contract/waveform-frame.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/** Seconds with data that are kept of each instrument: ten minutes, 19 kB. */
export const KEPT_ENVELOPE_ROWS = 600

/** How far a client has read each instrument: rows since the beginning. */
export type EnvelopeCursors = Map<string, number>

/**
 * The extremes of each second, of the last ten minutes. Clients read with a cursor, so that a slow one costs no memory, none misses a
 * second as long as it comes back in time, and what it did not want before is there when it asks for it.
 */
export class RecentEnvelopes {
  readonly #instruments = new Map<string, EnvelopeRing>()

  /** The frame's samples are looked at, not kept. */
  addFrame(frame: WaveformFrame): void {
    let ring = this.#instruments.get(frame.instrument)
    if (ring === undefined) {
      ring = new EnvelopeRing()
      this.#instruments.set(frame.instrument, ring)
    }
    ring.addFrame(frame)
  }

  /**
   * Whole seconds that a client does not have yet, and moves its cursors behind them.
   *
   * @param mostRows about as many at once
   */
  take(cursors: EnvelopeCursors, isWanted: (instrument: string) => boolean, mostRows: number): Envelope[] {
    const envelopes: Envelope[] = []
    let left = mostRows
    for (const [instrument, ring] of this.#instruments) {
      const cursor = cursors.get(instrument) ?? 0
      if (ring.count <= cursor || !isWanted(instrument)) continue
      if (left <= 0) break
      left -= ring.count - Math.max(cursor, ring.count - KEPT_ENVELOPE_ROWS)
      for (const { startTime, rows } of ring.after(cursor)) envelopes.push({ instrument, startTime, rows })
      cursors.set(instrument, ring.count)
    }
    return envelopes
  }
}

/** Of one instrument; the second that is not over yet is kept apart. */
class EnvelopeRing {
  /** Rows since the beginning; the last `KEPT_ENVELOPE_ROWS` are there. */
  count = 0
  /** Start of each row, seconds since 1970. */
  readonly #seconds = new Float64Array(KEPT_ENVELOPE_ROWS)
  readonly #rows = new Float32Array(KEPT_ENVELOPE_ROWS * ENVELOPE_COLUMNS)
  readonly #open = new Float64Array(ENVELOPE_COLUMNS)
  #openSecond = Number.NaN

  addFrame({ startTime, rate, samples }: WaveformFrame): void {
    const open = this.#open
    const rows = samples.length / 3
    const period = MICROS_PER_SECOND / rate
    for (let row = 0; row < rows; ) {
      const time = startTime + row * period
      const second = Math.floor(time / MICROS_PER_SECOND)
      if (second !== this.#openSecond) this.#begin(second)
      const nextSecond = (second + 1) * MICROS_PER_SECOND
      const end = Math.min(rows, row + Math.ceil((nextSecond - time) / period))
      for (let i = 3 * row; i < 3 * end; i += 3) {
        for (let component = 0; component < 3; component++) {
          const value = samples[i + component] as number
          if (value < open[2 * component]!) open[2 * component] = value
          if (value > open[2 * component + 1]!) open[2 * component + 1] = value
        }
      }
      row = end
      if (startTime + row * period >= nextSecond) this.#close()
    }
  }

  /** Runs of consecutive seconds, oldest first. */
  after(cursor: number): { startTime: number; rows: Float32Array }[] {
    const runs: { startTime: number; rows: Float32Array }[] = []
    for (let first = Math.max(cursor, this.count - KEPT_ENVELOPE_ROWS); first < this.count; ) {
      const start = this.#secondOf(first)
      let end = first + 1
      while (end < this.count && this.#secondOf(end) === start + end - first) end++
      const rows = new Float32Array((end - first) * ENVELOPE_COLUMNS)
      for (let i = first; i < end; i++) rows.set(this.#rowAt(i), (i - first) * ENVELOPE_COLUMNS)
      runs.push({ startTime: start * MICROS_PER_SECOND, rows })
      first = end
    }
    return runs
  }

  #begin(second: number): void {
    // A gap has cut the last one short.
    this.#close()
    this.#openSecond = second
    for (let i = 0; i < ENVELOPE_COLUMNS; i += 2) {
      this.#open[i] = Number.POSITIVE_INFINITY
      this.#open[i + 1] = Number.NEGATIVE_INFINITY
    }
  }

  #close(): void {
    if (Number.isNaN(this.#openSecond)) return
    const open = this.#open
    // No number at all among the samples.
    for (let i = 0; i < ENVELOPE_COLUMNS; i += 2) if (open[i]! > open[i + 1]!) open.fill(Number.NaN, i, i + 2)
    const slot = this.count % KEPT_ENVELOPE_ROWS
    this.#seconds[slot] = this.#openSecond
    this.#rows.set(open, slot * ENVELOPE_COLUMNS)
    this.#openSecond = Number.NaN
    this.count++
  }

  #secondOf(row: number): number {
    return this.#seconds[row % KEPT_ENVELOPE_ROWS] as number
  }

  #rowAt(row: number): Float32Array {
    const slot = row % KEPT_ENVELOPE_ROWS
    return this.#rows.subarray(slot * ENVELOPE_COLUMNS, (slot + 1) * ENVELOPE_COLUMNS)
  }
}
