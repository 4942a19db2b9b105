import type { InstrumentId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { Expendable } from './expendable.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** Contiguous three-component samples of one instrument on the grid of the model. */
export interface StoredWaveform {
  readonly instrument: InstrumentId
  /** Time of the first row. */
  readonly startTime: Micros
  /** Hz. */
  readonly rate: number
  /** Row-major [rows, 3] in the order Z, N, E, source units; float32 in the store. */
  readonly samples: Float32Array
}

/** A reader looks so far back for the piece that holds its first sample. */
export const LONGEST_WAVEFORM_SECONDS = 60

/** Pieces from another time than any monitor lives in, by a clock that was far ahead. */
const FUTURE_MICROS = 86_400 * MICROS_PER_SECOND

interface Piece {
  start: number
  rate: number
  samples: Uint8Array
}

/**
 * What the network saw, for scrolling back: pieces as they were stored, uncompressed (deflating took ten times as long as all the
 * rest of storing them, for a quarter less).
 */
export class WaveformTable implements Expendable {
  readonly what = 'waveforms'
  readonly #upsert
  readonly #range
  readonly #deleteOlder
  readonly #deleteOldest

  constructor(database: SqliteDatabase) {
    this.#upsert = database.prepare<[string, number, number, Uint8Array]>(
      `INSERT INTO waveforms (instrument, start, rate, samples) VALUES (?, ?, ?, ?)
       ON CONFLICT (instrument, start) DO UPDATE SET rate = excluded.rate, samples = excluded.samples`,
    )
    this.#range = database.prepare<[string, number, number], Piece>(
      'SELECT start, rate, samples FROM waveforms WHERE instrument = ? AND start > ? AND start <= ? ORDER BY start',
    )
    // By order of arrival, which needs no index of its own.
    this.#deleteOlder = database.prepare<[number, number, number]>(
      `DELETE FROM waveforms WHERE number IN (SELECT number FROM waveforms ORDER BY number LIMIT ?) AND (start < ? OR start > ?)`,
    )
    this.#deleteOldest = database.prepare<[number]>(
      'DELETE FROM waveforms WHERE number IN (SELECT number FROM waveforms ORDER BY number LIMIT ?)',
    )
  }

  /** At most `LONGEST_WAVEFORM_SECONDS` long. */
  put({ instrument, startTime, rate, samples }: StoredWaveform): void {
    this.#upsert.run(instrument, startTime, rate, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
  }

  /** Samples in [from, to], oldest first; a gap or another rate begins a new run. What was stored twice is there once. */
  read(instrument: InstrumentId, from: Micros, to: Micros): StoredWaveform[] {
    const runs = new RunBuilder(instrument, from, to)
    const reach = from - LONGEST_WAVEFORM_SECONDS * MICROS_PER_SECOND
    for (const { start, rate, samples } of this.#range.iterate(instrument, reach, to)) {
      // A copy: the bytes of a blob need not be aligned.
      runs.add(start, rate, new Float32Array(Uint8Array.from(samples).buffer))
    }
    return runs.take()
  }

  /**
   * Looks at the pieces that came first.
   *
   * @param most so many of them
   * @returns how many went
   */
  deleteOlderThan(time: Micros, now: Micros, most: number): number {
    return this.#deleteOlder.run(most, time, now + FUTURE_MICROS).changes
  }

  deleteOldest(pieces: number): number {
    return this.#deleteOldest.run(pieces).changes
  }
}

class RunBuilder {
  readonly #runs: StoredWaveform[] = []
  readonly #instrument: InstrumentId
  readonly #from: Micros
  readonly #to: Micros
  #parts: Float32Array[] = []
  #start = 0
  #rate = 0
  #rows = 0

  constructor(instrument: InstrumentId, from: Micros, to: Micros) {
    this.#instrument = instrument
    this.#from = from
    this.#to = to
  }

  add(start: Micros, rate: number, samples: Float32Array): void {
    const period = MICROS_PER_SECOND / rate
    const isSameRate = this.#rows > 0 && rate === this.#rate
    const due = this.#start + this.#rows * period
    const first = Math.max(0, Math.ceil((this.#from - start) / period), isSameRate ? Math.round((due - start) / period) : 0)
    const end = Math.min(samples.length / 3, Math.floor((this.#to - start) / period) + 1)
    if (end <= first) return
    const time = start + first * period
    if (!isSameRate || Math.abs(time - due) > period / 2) {
      this.#close()
      this.#start = time
      this.#rate = rate
    }
    this.#parts.push(samples.subarray(3 * first, 3 * end))
    this.#rows += end - first
  }

  take(): StoredWaveform[] {
    this.#close()
    return this.#runs
  }

  #close(): void {
    if (this.#rows === 0) return
    const samples = new Float32Array(3 * this.#rows)
    let at = 0
    for (const part of this.#parts) {
      samples.set(part, at)
      at += part.length
    }
    this.#runs.push({ instrument: this.#instrument, startTime: this.#start, rate: this.#rate, samples })
    this.#parts = []
    this.#rows = 0
  }
}
