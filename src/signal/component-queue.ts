import type { SourceId } from '../domain/source-id.ts'
import type { GapCause } from '../domain/trace.ts'

type QueueItem =
  | { readonly kind: 'run'; readonly start: number; readonly samples: Float64Array }
  | { readonly kind: 'gap'; readonly cause: GapCause }

export interface ComponentQueueState {
  readonly sourceId: SourceId | undefined
  readonly isFilled: boolean
  readonly end: number
  readonly items: readonly QueueItem[]
}

/** Grid samples of one component that wait for the other two: runs and the gaps between them. */
export class ComponentQueue {
  /** Zeros stand in for the component until its own samples are due. */
  isFilled: boolean
  #sourceId: SourceId | undefined
  #items: QueueItem[]
  /** Samples of the head run that are no longer needed. */
  #skipped = 0
  /** Grid index after the newest sample ever added. */
  #end: number

  constructor(initial?: ComponentQueueState) {
    this.isFilled = initial?.isFilled ?? false
    this.#sourceId = initial?.sourceId
    this.#items = [...(initial?.items ?? [])]
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
    return head?.kind === 'run' ? head.start + head.samples.length : Number.NEGATIVE_INFINITY
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

  addRun(start: number, samples: Float64Array): void {
    this.#items.push({ kind: 'run', start, samples })
    this.#end = start + samples.length
  }

  addGap(cause: GapCause): void {
    if (this.#items.at(-1)?.kind !== 'gap') this.#items.push({ kind: 'gap', cause })
  }

  removeGap(): void {
    if (this.#items[0]?.kind === 'gap') this.#removeHead()
  }

  clear(): void {
    this.#items = []
    this.#skipped = 0
    this.#end = Number.NEGATIVE_INFINITY
    this.isFilled = false
  }

  /** Drops samples before a grid index; a filled component also forgets the gaps that made it so. */
  discardBefore(index: number): void {
    for (let head = this.#items[0]; head; head = this.#items[0]) {
      if (head.kind === 'gap') {
        if (!this.isFilled) return
      } else if (head.start + head.samples.length > index) {
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
    const { samples } = head
    const end = to - head.start
    for (let i = from - head.start, at = column; i < end; i++, at += columns) rows[at] = samples[i]!
  }

  snapshot(): ComponentQueueState {
    const items = this.#items.map((item, i): QueueItem => {
      if (item.kind === 'gap') return item
      const skipped = i === 0 ? this.#skipped : 0
      return { kind: 'run', start: item.start + skipped, samples: item.samples.slice(skipped) }
    })
    return { sourceId: this.#sourceId, isFilled: this.isFilled, end: this.#end, items }
  }

  #removeHead(): void {
    this.#items.shift()
    this.#skipped = 0
  }
}
