export interface PlanPaceOptions {
  /** Plans some of what waits. @returns what is left */
  readonly plan: () => 'nothing' | 'more' | 'refused'
  /** Whether anybody could be told now. */
  readonly isUseful: () => boolean
}

/** In a storm alerts are planned no more often than this; a single one at once. */
const STORM_MILLIS = 250
/** While nobody can be told, some are planned no more often than this, so that lists show them. */
const LEISURE_MILLIS = 5000
/** What a store refuses is tried again. */
const REFUSED_MILLIS = 5000

/**
 * When it is found out who is told of what: at once if somebody could be told, a turn of the event loop for each batch; otherwise at
 * leisure, since what nobody can be told may as well wait as it is.
 */
export class PlanPace {
  readonly #options: PlanPaceOptions
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #pause = 0
  #isMore = false
  #isAsked = false
  #isStopped = false

  constructor(options: PlanPaceOptions) {
    this.#options = options
  }

  /** Something new waits. */
  wake(): void {
    this.#isMore = true
    if (!this.#isStopped) this.#timer ??= this.#after(this.#pause)
  }

  /** Somebody can be told now: what waits is not put off any longer. */
  hurry(): void {
    if (!this.#isMore || this.#isStopped) return
    clearTimeout(this.#timer)
    this.#timer = this.#after(this.#pause)
  }

  /** Somebody looks at what was planned: some of the rest now, all of it soon. */
  ask(): void {
    this.#isAsked = true
    this.#plan()
  }

  all(): void {
    while (this.#plan() === 'more');
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /** @param millis since the last time */
  #after(millis: number): NodeJS.Timeout {
    return setTimeout(() => this.#planIfUseful(), Math.max(0, this.#last + millis - performance.now()))
  }

  #planIfUseful(): void {
    const isOverdue = performance.now() - this.#last >= LEISURE_MILLIS
    if (this.#isAsked || isOverdue || this.#options.isUseful()) this.#plan()
    else this.#timer = this.#after(LEISURE_MILLIS)
  }

  #plan(): ReturnType<PlanPaceOptions['plan']> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isMore = false
    const left = this.#options.plan()
    this.#last = performance.now()
    this.#pause = { nothing: STORM_MILLIS, more: 0, refused: REFUSED_MILLIS }[left]
    if (left === 'nothing') this.#isAsked = false
    else this.wake()
    return left
  }
}
