import { Observable, type OperatorFunction } from 'rxjs'

/** What one subscription of an operator keeps: takes values, hands on any number of values, synchronously. */
export interface Stage<In, Out> {
  push(value: In, emit: (out: Out) => void): void
  /** The source has completed: what is held back comes out now. */
  end?(emit: (out: Out) => void): void
  /** Unsubscribed, completed or failed. */
  release?(): void
}

/**
 * Turns a pure, stateful class into an operator: one fresh stage per subscription, its state never shared.
 *
 * Typed arrays and lists of results are handed on one by one through `emit`, without an inner observable per value: this is
 * the hot path of the monitor.
 */
export function stage<In, Out>(create: () => Stage<In, Out>): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      const current = create()
      const emit = (out: Out) => subscriber.next(out)
      subscriber.add(() => current.release?.())
      subscriber.add(
        source.subscribe({
          next: (value) => current.push(value, emit),
          error: (error) => subscriber.error(error),
          complete: () => {
            current.end?.(emit)
            subscriber.complete()
          },
        }),
      )
    })
}
