import type { Clock } from '../../domain/ports.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { StoredWaveform, WaveformTable } from './waveform-table.ts'

const MICROS_PER_HOUR = 3600 * MICROS_PER_SECOND

/** Looked at with each piece that is written: more than one, so that what has become too old in a pause goes, too. */
const LOOKED_AT_PER_PIECE = 2
/** Looked at when the whole store is pruned: deleting these takes some ten milliseconds. */
const LOOKED_AT_IN_PRUNING = 5000

/** The last hours of waveforms. What is too old goes a little with every commit, so that no commit waits for a great clean-up. */
export class KeptWaveforms {
  readonly #table: WaveformTable
  readonly #hours: number
  readonly #clock: Clock
  #newest: Micros = Number.NEGATIVE_INFINITY

  constructor(table: WaveformTable, hours: number, clock: Clock) {
    this.#table = table
    this.#hours = hours
    this.#clock = clock
  }

  write(pieces: readonly StoredWaveform[]): void {
    if (this.#hours === 0 || pieces.length === 0) return
    const now = this.#clock.now()
    for (const piece of pieces) {
      this.#table.put(piece)
      // A station whose clock shows the year 2211 must not empty the store.
      if (piece.startTime > this.#newest && piece.startTime <= now) this.#newest = piece.startTime
    }
    this.#deleteOld(LOOKED_AT_PER_PIECE * pieces.length)
  }

  /** @param newest newest data time */
  prune(newest: Micros): void {
    this.#newest = Math.max(this.#newest, newest)
    this.#deleteOld(LOOKED_AT_IN_PRUNING)
  }

  read(instrument: InstrumentId, from: Micros, to: Micros): StoredWaveform[] {
    return this.#table.read(instrument, from, to)
  }

  #deleteOld(most: number): void {
    this.#table.deleteOlderThan(this.#newest - this.#hours * MICROS_PER_HOUR, this.#clock.now(), most)
  }
}
