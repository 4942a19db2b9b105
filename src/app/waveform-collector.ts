import { gridIndexToMicros } from '../domain/grid.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { FramePiece } from '../domain/window.ts'
import { LONGEST_WAVEFORM_SECONDS, type StoredWaveform } from '../io/store/waveform-table.ts'

/** A piece that grows. */
interface OpenPiece {
  firstIndex: number
  rows: number
  readonly samples: Float32Array
  /** Where this instrument's pieces end, so that not all of them end together: rows after a multiple of the length. */
  readonly phase: number
}

/** A store that refuses may leave about two minutes of each instrument waiting, and of all of them together so much more. */
const WAITING_PER_INSTRUMENT = 2
const SPARE_PIECES = 500

/**
 * Frames on their way into the store, a minute to a row: a row for every few seconds would cost ten times as much, nearly all of it
 * for pages of the index. The minute that is not over is lost when the process is killed.
 */
export class WaveformCollector {
  readonly #gridRate: number
  readonly #rowsPerPiece: number
  readonly #open = new Map<InstrumentId, OpenPiece>()
  #waiting: StoredWaveform[] = []

  /** @param gridRate Hz */
  constructor(gridRate: number) {
    this.#gridRate = gridRate
    this.#rowsPerPiece = Math.floor(LONGEST_WAVEFORM_SECONDS * gridRate)
  }

  /** Pieces that are over; they go on waiting until `clear`. */
  get waiting(): readonly StoredWaveform[] {
    return this.#waiting
  }

  /** The samples are copied. */
  add(frame: FramePiece): void {
    if (frame.kind === 'gap') return
    const { instrument, firstIndex, samples } = frame
    const piece = this.#pieceOf(instrument)
    if (firstIndex !== piece.firstIndex + piece.rows) this.#end(instrument, piece)
    for (let row = 0; row < samples.length / 3; ) {
      if (piece.rows === 0) piece.firstIndex = firstIndex + row
      const left = this.#rowsPerPiece - ((firstIndex + row + piece.phase) % this.#rowsPerPiece)
      const rows = Math.min(samples.length / 3 - row, left)
      piece.samples.set(samples.subarray(3 * row, 3 * (row + rows)), 3 * piece.rows)
      piece.rows += rows
      row += rows
      if (rows === left) this.#end(instrument, piece)
    }
  }

  /** Ends all pieces, however short. */
  endPieces(): void {
    for (const [instrument, piece] of this.#open) this.#end(instrument, piece)
  }

  /** What waited is stored. */
  clear(): void {
    this.#waiting = []
  }

  #end(instrument: InstrumentId, piece: OpenPiece): void {
    if (piece.rows === 0) return
    const startTime = gridIndexToMicros(piece.firstIndex, this.#gridRate)
    this.#waiting.push({ instrument, startTime, rate: this.#gridRate, samples: piece.samples.slice(0, 3 * piece.rows) })
    piece.rows = 0
    if (this.#waiting.length > WAITING_PER_INSTRUMENT * this.#open.size + SPARE_PIECES) this.#waiting.shift()
  }

  #pieceOf(instrument: InstrumentId): OpenPiece {
    const known = this.#open.get(instrument)
    if (known) return known
    const samples = new Float32Array(3 * this.#rowsPerPiece)
    const piece = { firstIndex: 0, rows: 0, samples, phase: hashOf(instrument) % this.#rowsPerPiece }
    this.#open.set(instrument, piece)
    return piece
  }
}

/** Any number, the same for the same text. */
function hashOf(text: string): number {
  let hash = 7
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003
  return hash
}
