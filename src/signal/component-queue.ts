import type { SourceId } from '../domain/source-id.ts'
import type { GapCause } from '../domain/trace.ts'

interface QueuedGap {
  readonly kind: 'gap'
  readonly cause: GapCause
}

export interface ComponentQueueState {
  readonly sourceId: SourceId | undefined
  readonly isFilled: boolean
  readonly end: number
  readonly items: readonly ({ readonly kind: 'run'; readonly start: number; readonly samples: Float64Array } | QueuedGap)[]
}

/** Samples from grid index `start` to `end` - 1. */
interface QueuedRun {
  readonly kind: 'run'
  readonly start: number
  readonly end: number
}

/** Samples that wait for the other components usually come from a few records. */
const INITIAL_LENGTH = 256

/** Grid samples of one component that wait for the other two: runs and the gaps between them. */
export class ComponentQueue {
  /** Zeros stand in for the component until its own samples are due. */
  isFilled: boolean
  #sourceId: SourceId | undefined
  readonly #items: (QueuedRun | QueuedGap)[] = []
  /** The samples of all runs, one after the other, from #from to #to - 1. */
  #samples = new Float64Array(INITIAL_LENGTH)
  #from = 0
  #to = 0
  /** Samples of the head run that are no longer needed. */
  #skipped = 0
  /** Grid index after the newest sample ever added. */
  #end: number

  constructor(initial?: ComponentQueueState) {
    this.isFilled = initial?.isFilled ?? false
    this.#sourceId = initial?.sourceId
    for (const item of initial?.items ?? []) {
      if (item.kind === 'run') this.addRun(item.start, item.samples)
      else this.#items.push(item)
    }
    this.#end = initial?.end ?? Number.NEGATIVE_INFINITY
  }

  get sourceId(): SourceId | undefined {
    return this.#sourceId
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  get gapAtHead(): GapCause | undefined {
    const head = this.#items[0]
    return head?.kind === 'gap' ? head.cause : undefined
  }

  /** Grid index of the first sample of the head run that is still needed; infinite when there is none. */
  get start(): number {
    const head = this.#items[0]
    return head?.kind === 'run' ? head.start + this.#skipped : Number.POSITIVE_INFINITY
  }

  /** Grid index after the last sample of the head run. */
  get end(): number {
    const head = this.#items[0]
    return head?.kind === 'run' ? head.end : Number.NEGATIVE_INFINITY
  }

  /** Grid index after the newest sample that waits. */
  get newestEnd(): number {
    return this.isEmpty ? Number.NEGATIVE_INFINITY : this.#end
  }

  /** The first channel to ask owns the place. */
  belongsTo(sourceId: SourceId): boolean {
    this.#sourceId ??= sourceId
    return this.#sourceId === sourceId
  }

  /** Whether a run that starts here would lie before samples already seen. */
  isBefore(start: number): boolean {
    return start < this.#end
  }

  /** The samples are copied. */
  addRun(start: number, samples: Float64Array): void {
    this.#reserve(samples.length)
    this.#samples.set(samples, this.#to)
    this.#to += samples.length
    this.#end = start + samples.length
    this.#items.push({ kind: 'run', start, end: this.#end })
  }

  addGap(cause: GapCause): void {
    if (this.#items.at(-1)?.kind !== 'gap') this.#items.push({ kind: 'gap', cause })
  }

  removeGap(): void {
    if (this.#items[0]?.kind === 'gap') this.#removeHead()
  }

  clear(): void {
    this.#items.length = 0
    this.#from = 0
    this.#to = 0
    this.#skipped = 0
    this.#end = Number.NEGATIVE_INFINITY
    this.isFilled = false
  }

  /** Drops samples before a grid index; a filled component also forgets the gaps that made it so. */
  discardBefore(index: number): void {
    for (let head = this.#items[0]; head; head = this.#items[0]) {
      if (head.kind === 'gap') {
        if (!this.isFilled) return
      } else if (head.end > index) {
        this.#skipped = Math.max(this.#skipped, index - head.start)
        return
      }
      this.#removeHead()
    }
  }

  /** Copies the samples from..to of the head run into one column of a row-major matrix. */
  copyTo(rows: Float64Array, from: number, to: number, column: number, columns: number): void {
    const head = this.#items[0]
    if (head?.kind !== 'run') return
    const samples = this.#samples
    const behind = this.#from - head.start
    for (let i = from + behind, at = column; i < to + behind; i++, at += columns) rows[at] = samples[i]!
  }

  snapshot(): ComponentQueueState {
    let to = this.#from
    const items = this.#items.map((item, i) => {
      if (item.kind === 'gap') return item
      const skipped = i === 0 ? this.#skipped : 0
      const from = to + skipped
      to += item.end - item.start
      return { kind: 'run' as const, start: item.start + skipped, samples: this.#samples.slice(from, to) }
    })
    return { sourceId: this.#sourceId, isFilled: this.isFilled, end: this.#end, items }
  }

  #removeHead(): void {
    const head = this.#items.shift()
    this.#skipped = 0
    if (head?.kind === 'run') this.#from += head.end - head.start
  }

  /** Room for `count` more: those that are no longer needed go, and what is left moves to the front or to more memory. */
  #reserve(count: number): void {
    if (this.#to + count <= this.#samples.length) return
    const needed = this.#to - this.#from + count
    const waiting = this.#samples.subarray(this.#from, this.#to)
    const { length } = this.#samples
    if (needed > length) this.#samples = new Float64Array(Math.max(needed, 2 * length))
    this.#samples.set(waiting)
    this.#to -= this.#from
    this.#from = 0
  }
}
