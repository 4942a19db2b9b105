import { COMPONENTS, type FramePiece } from '../domain/window.ts'

/** Rows without an interruption; plain data. */
export interface RowStretch {
  /** Grid index of the first row. */
  readonly firstIndex: number
  /** Row-major [rows, 3], source units. */
  readonly samples: Float64Array
}

/** What a restart brings back; plain data. */
export interface RecentRowsState {
  readonly stretches: readonly RowStretch[]
  readonly isInterrupted: boolean
  readonly reached: number
}

const COLUMNS = COMPONENTS.length
/** A window of 25 s at 40 Hz, and some. */
const INITIAL_ROWS = 1200

/** An instrument's newest rows, of which any window can be had that no gap interrupts. */
export class RecentRows {
  #stretches: Stretch[]
  #isInterrupted: boolean
  #reached: number

  constructor(initial?: RecentRowsState) {
    this.#stretches = (initial?.stretches ?? []).map((stretch) => new Stretch(stretch))
    this.#isInterrupted = initial?.isInterrupted ?? true
    this.#reached = initial?.reached ?? Number.NEGATIVE_INFINITY
  }

  push(piece: FramePiece): void {
    if (piece.kind === 'gap') {
      this.#isInterrupted = true
      return
    }
    const last = this.#stretches.at(-1)
    if (last && !this.#isInterrupted && last.endIndex === piece.firstIndex) last.append(piece.samples)
    else this.#stretches.push(new Stretch(piece))
    this.#isInterrupted = false
  }

  /** @param firstIndex nobody will ask for rows before it; smaller than the last time where a clock was set back */
  forgetBefore(firstIndex: number): void {
    if (firstIndex < this.#reached) this.#forgetFuture()
    this.#reached = firstIndex
    const current = this.#stretches.findIndex(({ endIndex }) => endIndex > firstIndex)
    if (current !== 0) this.#stretches.splice(0, current < 0 ? this.#stretches.length : current)
    this.#stretches[0]?.forgetBefore(firstIndex)
  }

  /**
   * Copies the rows of a window.
   *
   * @param firstIndex grid index of its first row
   * @param window row-major [windowLength, 3], source units; overwritten
   * @returns false, and nothing is copied, when some of its rows are not there or a gap interrupts them
   */
  copyTo(firstIndex: number, window: Float64Array): boolean {
    const endIndex = firstIndex + window.length / COLUMNS
    const stretch = this.#stretches.find((each) => each.firstIndex <= firstIndex && each.endIndex >= endIndex)
    if (stretch) window.set(stretch.rows(firstIndex, endIndex))
    return stretch !== undefined
  }

  snapshot(): RecentRowsState {
    const stretches = this.#stretches.map(({ firstIndex, samples }) => ({ firstIndex, samples: samples.slice() }))
    return { stretches, isInterrupted: this.#isInterrupted, reached: this.#reached }
  }

  /** What came before the newest step back in time. */
  #forgetFuture(): void {
    const isStepBack = ({ firstIndex }: Stretch, at: number) => at > 0 && firstIndex < this.#stretches[at - 1]!.endIndex
    this.#stretches.splice(0, Math.max(0, this.#stretches.findLastIndex(isStepBack)))
  }
}

/** Grows at its end and is forgotten from its beginning, in memory that is used again. */
class Stretch {
  firstIndex: number
  #memory: Float64Array
  #from = 0
  #to: number

  constructor({ firstIndex, samples }: RowStretch) {
    this.firstIndex = firstIndex
    this.#memory = new Float64Array(Math.max(INITIAL_ROWS * COLUMNS, samples.length))
    this.#memory.set(samples)
    this.#to = samples.length
  }

  get endIndex(): number {
    return this.firstIndex + (this.#to - this.#from) / COLUMNS
  }

  get samples(): Float64Array {
    return this.#memory.subarray(this.#from, this.#to)
  }

  rows(firstIndex: number, endIndex: number): Float64Array {
    return this.samples.subarray((firstIndex - this.firstIndex) * COLUMNS, (endIndex - this.firstIndex) * COLUMNS)
  }

  append(samples: Float64Array): void {
    if (this.#to + samples.length > this.#memory.length) this.#makeRoom(samples.length)
    this.#memory.set(samples, this.#to)
    this.#to += samples.length
  }

  forgetBefore(firstIndex: number): void {
    const rows = Math.max(0, firstIndex - this.firstIndex)
    this.#from += rows * COLUMNS
    this.firstIndex += rows
  }

  #makeRoom(more: number): void {
    const { samples } = this
    const needed = samples.length + more
    if (needed <= this.#memory.length) this.#memory.copyWithin(0, this.#from, this.#to)
    else {
      this.#memory = new Float64Array(needed * 2)
      this.#memory.set(samples)
    }
    this.#to = samples.length
    this.#from = 0
  }
}
