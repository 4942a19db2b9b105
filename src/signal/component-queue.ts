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
  readonly items: readonly (SavedRun | QueuedGap)[]
  /** Absent where states were stored before there was such a thing, as is `setBack`. */
  readonly following?: { readonly limit: number; readonly allowance: number } | undefined
}

interface SavedRun {
  readonly kind: 'run'
  readonly start: number
  readonly samples: Float64Array
  readonly setBack?: number
}

/** Samples from grid index `start` to `end` - 1. */
interface QueuedRun {
  readonly kind: 'run'
  readonly start: number
  readonly end: number
  /** By how many samples the clock was set back before it; 0 when it was not. */
  setBack: number
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
  /** Sum of what the clock was set back by before runs that wait. */
  #setBack = 0
  /** While samples may still be given up (`#allowance`), runs from this grid index on are: see `follow`. */
  #limit: number
  #allowance: number

  constructor(initial?: ComponentQueueState) {
    this.isFilled = initial?.isFilled ?? false
    this.#sourceId = initial?.sourceId
    this.#end = Number.NEGATIVE_INFINITY
    for (const item of initial?.items ?? []) {
      if (item.kind === 'run') this.#add(item.start, item.samples, item.setBack ?? 0)
      else this.#items.push(item)
    }
    this.#end = initial?.end ?? Number.NEGATIVE_INFINITY
    this.#limit = initial?.following?.limit ?? 0
    this.#allowance = initial?.following?.allowance ?? 0
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

  /** Grid index after the newest sample that waits, by a clock that nobody set back while it waits. */
  get newestEnd(): number {
    return this.isEmpty ? Number.NEGATIVE_INFINITY : this.#end + this.#setBack
  }

  /** The head run is the first after the clock was set back. */
  get isSetBack(): boolean {
    const head = this.#items[0]
    return head?.kind === 'run' && head.setBack > 0
  }

  /** The first channel to ask owns the place. */
  belongsTo(sourceId: SourceId): boolean {
    this.#sourceId ??= sourceId
    return this.#sourceId === sourceId
  }

  /** The samples are copied. A run before samples already seen says that the clock was set back. */
  addRun(start: number, samples: Float64Array): void {
    this.#add(start, samples, Math.max(0, this.#end - start))
  }

  addGap(cause: GapCause): void {
    if (this.#items.at(-1)?.kind !== 'gap') this.#items.push({ kind: 'gap', cause })
  }

  removeGap(): void {
    if (this.#items[0]?.kind === 'gap') this.#removeHead()
  }

  /** The head run is in the time that counts. */
  acceptSetBack(): void {
    const head = this.#items[0]
    if (head?.kind !== 'run') return
    this.#setBack -= head.setBack
    head.setBack = 0
  }

  /**
   * Another component's clock was set back: gives up what lies at `limit` and later until this one's own clock is, too, but no
   * more than `allowance` samples.
   */
  follow(limit: number, allowance: number): void {
    this.#limit = limit
    this.#allowance = allowance
  }

  /**
   * Drops samples before a grid index, as far as the place where the clock was set back.
   *
   * @param isBroken whether frames are interrupted anyway: gaps on the way go, too, as those of a filled component always do
   */
  discardBefore(index: number, isBroken: boolean): void {
    for (let head = this.#items[0]; head; head = this.#items[0]) {
      if (head.kind === 'gap') {
        if (!isBroken && !this.isFilled) return
      } else if (head.setBack > 0) {
        this.#allowance = 0
        return
      } else if (!this.#isLeft(head) && head.end > index) {
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
      const samples = this.#samples.slice(from, to)
      return { kind: 'run' as const, start: item.start + skipped, samples, setBack: item.setBack }
    })
    const following = { limit: this.#limit, allowance: this.#allowance }
    return { sourceId: this.#sourceId, isFilled: this.isFilled, end: this.#end, items, following }
  }

  #add(start: number, samples: Float64Array, setBack: number): void {
    this.#reserve(samples.length)
    this.#samples.set(samples, this.#to)
    this.#to += samples.length
    this.#end = start + samples.length
    this.#setBack += setBack
    this.#items.push({ kind: 'run', start, end: this.#end, setBack })
  }

  /** Whether a run is of the time that another component's clock has left; the first that is not ends the waiting. */
  #isLeft(run: QueuedRun): boolean {
    if (this.#allowance === 0) return false
    this.#allowance = run.start < this.#limit ? 0 : Math.max(0, this.#allowance - (run.end - run.start))
    return this.#allowance > 0
  }

  #removeHead(): void {
    const head = this.#items.shift()
    this.#skipped = 0
    if (head?.kind !== 'run') return
    this.#from += head.end - head.start
    this.#setBack -= head.setBack
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
