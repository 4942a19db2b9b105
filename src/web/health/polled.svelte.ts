import { untrack } from 'svelte'
import { ApiError } from '../api/api.ts'

export type PollState<Answer> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'known'; readonly answer: Answer }
  /** This monitor has no such thing. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly message: string }

/** An answer of the API that is asked for again and again while a page is shown. */
export class Polled<Answer> {
  /** The last answer stays while the next one is asked for. */
  state = $state.raw<PollState<Answer>>({ kind: 'loading' })
  readonly #ask: () => Promise<Answer>

  constructor(ask: () => Promise<Answer>) {
    this.#ask = ask
  }

  get answer(): Answer | undefined {
    return this.state.kind === 'known' ? this.state.answer : undefined
  }

  async refresh(): Promise<void> {
    try {
      this.state = { kind: 'known', answer: await this.#ask() }
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NOT_FOUND') this.state = { kind: 'absent' }
      // While the monitor is away, what was known last is more use than nothing: the status bar says that it is away.
      else if (this.state.kind !== 'known')
        this.state = { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
    }
  }

  /**
   * Call it in an `$effect`. Nothing is asked for while the page is hidden.
   *
   * @returns ends it
   */
  every(seconds: number): () => void {
    // What the question depends on must not make it asked more often.
    untrack(() => void this.refresh())
    const timer = setInterval(() => {
      if (!document.hidden) void this.refresh()
    }, seconds * 1000)
    return () => clearInterval(timer)
  }
}
