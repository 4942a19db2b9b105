import { Observable, type OperatorFunction, type Subscriber } from 'rxjs'

/**
 * Runs one chain of operators for each key, so that no key ever sees another's state. A chain begins with its key's first value
 * and lives as long as the stream. Chains subscribe at once and hand on synchronously.
 *
 * What `groupBy` and `mergeMap` do, without a subject and its list of observers on each value's way.
 *
 * @param restored keys that had values before a restart; asked at the end of the source, which ends their chains, too
 */
export function perKey<In, Key, Out>(
  keyOf: (value: In) => Key,
  chain: (values$: Observable<In>, key: Key) => Observable<Out>,
  restored: () => readonly Key[] = () => [],
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable((subscriber) => {
      const inlets = new Map<Key, Subscriber<In>>()
      const fail = (error: unknown) => subscriber.error(error)
      const open = (key: Key): Subscriber<In> => {
        const values$ = new Observable<In>((inlet) => {
          inlets.set(key, inlet)
        })
        subscriber.add(chain(values$, key).subscribe({ next: (out) => subscriber.next(out), error: fail }))
        return inlets.get(key)!
      }
      subscriber.add(
        source.subscribe({
          next: (value) => {
            const key = keyOf(value)
            const inlet = inlets.get(key) ?? open(key)
            inlet.next(value)
          },
          error: (error) => {
            for (const inlet of inlets.values()) inlet.error(error)
            fail(error)
          },
          complete: () => {
            for (const key of restored()) if (!inlets.has(key)) open(key)
            for (const inlet of inlets.values()) inlet.complete()
            subscriber.complete()
          },
        }),
      )
    })
}
