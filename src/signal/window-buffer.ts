import { gridIndexToMicros } from '../domain/grid.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { COMPONENTS, type Frame, type FramePiece, type WindowPiece } from '../domain/window.ts'

export interface WindowBufferOptions {
  /** Rows of a window. Default 501. */
  readonly windowLength?: number
  /** Rows between the starts of two windows. Default 20 (1 s). */
  readonly stride?: number
  /** Rate of the grid, Hz. Default 20. */
  readonly gridRate?: number
}

/** What a restart brings back; plain data. */
export interface WindowBufferState {
  /** Grid index of the window's first row. */
  readonly start: number
  /** Grid index of the next row. */
  readonly nextIndex: number
  /** The window's rows so far, row-major. */
  readonly rows: Float64Array
}

const COLUMNS = COMPONENTS.length

/**
 * Cuts an instrument's frames into windows whose starts are multiples of the stride on the absolute grid, so that the same
 * windows come out wherever the data began. A window never spans a gap.
 */
export class WindowBuffer {
  readonly #instrument: InstrumentId
  readonly #windowLength: number
  readonly #stride: number
  readonly #gridRate: number
  /** The window being filled, and the one given out last: swapped, so that a receiver keeps its window until the next one. */
  #rows: Float64Array
  #otherRows: Float64Array
  #filled = 0
  #start = 0
  #nextIndex: number | undefined

  constructor(instrument: InstrumentId, options: WindowBufferOptions = {}, initial?: WindowBufferState) {
    const { windowLength = 501, stride = 20, gridRate = 20 } = options
    this.#instrument = instrument
    this.#windowLength = windowLength
    this.#stride = stride
    this.#gridRate = gridRate
    this.#rows = new Float64Array(windowLength * COLUMNS)
    this.#otherRows = new Float64Array(windowLength * COLUMNS)
    if (initial) {
      this.#start = initial.start
      this.#nextIndex = initial.nextIndex
      this.#rows.set(initial.rows)
      this.#filled = initial.rows.length / COLUMNS
    }
  }

  /** @param emit gets each window as soon as its last row is there; gaps are passed on */
  push(piece: FramePiece, emit: (piece: WindowPiece) => void): void {
    if (piece.kind === 'gap') {
      this.#nextIndex = undefined
      emit(piece)
      return
    }
    if (this.#nextIndex !== piece.firstIndex) this.#begin(piece, emit)
    const count = piece.samples.length / COLUMNS
    let row = 0
    while (row < count) {
      row += Math.min(count - row, Math.max(0, this.#start - (piece.firstIndex + row)))
      const rows = Math.min(count - row, this.#windowLength - this.#filled)
      this.#rows.set(piece.samples.subarray(row * COLUMNS, (row + rows) * COLUMNS), this.#filled * COLUMNS)
      this.#filled += rows
      row += rows
      this.#nextIndex = piece.firstIndex + row
      if (this.#filled === this.#windowLength) this.#emitWindow(emit)
    }
  }

  /** @returns undefined after a gap and before the first frame */
  snapshot(): WindowBufferState | undefined {
    if (this.#nextIndex === undefined) return undefined
    return { start: this.#start, nextIndex: this.#nextIndex, rows: this.#rows.slice(0, this.#filled * COLUMNS) }
  }

  #begin(frame: Frame, emit: (piece: WindowPiece) => void): void {
    // The assembler says when frames are interrupted; an unannounced jump must not join two times in one window either.
    if (this.#nextIndex !== undefined) emit({ kind: 'gap', instrument: this.#instrument, cause: 'reset' })
    this.#start = Math.ceil(frame.firstIndex / this.#stride) * this.#stride
    this.#filled = 0
  }

  #emitWindow(emit: (piece: WindowPiece) => void): void {
    const samples = this.#rows
    const firstIndex = this.#start
    this.#start += this.#stride
    this.#filled = Math.max(0, this.#windowLength - this.#stride)
    // What the next window shares is taken before the receiver gets this one: it may change it.
    this.#otherRows.set(samples.subarray(samples.length - this.#filled * COLUMNS))
    this.#rows = this.#otherRows
    this.#otherRows = samples
    const startTime = gridIndexToMicros(firstIndex, this.#gridRate)
    emit({ kind: 'window', instrument: this.#instrument, firstIndex, startTime, samples })
  }
}
