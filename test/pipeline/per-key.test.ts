import { map, Observable, of, Subject, scan } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { perKey } from '../../src/pipeline/per-key.ts'

interface Value {
  readonly key: string
  readonly size: number
}

/** Running totals, each with its key. */
const totals = perKey<Value, string, string>(
  ({ key }) => key,
  (values$, key) =>
    values$.pipe(
      scan((sum, { size }) => sum + size, 0),
      map((sum) => `${key}${sum}`),
    ),
)

function collect<T>(source$: Observable<T>) {
  const seen: (T | string)[] = []
  const subscription = source$.subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(`error ${error.message}`),
    complete: () => seen.push('complete'),
  })
  return { seen, subscription }
}

const a = (size: number) => ({ key: 'a', size })
const b = (size: number) => ({ key: 'b', size })

describe('perKey', () => {
  it('gives each key a chain of its own and keeps the order of arrival', () => {
    expect(collect(of(a(1), b(10), a(2), b(20)).pipe(totals)).seen).toEqual(['a1', 'b10', 'a3', 'b30', 'complete'])
  })

  it('hands each value through before the next one comes', () => {
    const source = new Subject<Value>()
    const { seen } = collect(source.pipe(totals))
    source.next(a(1))
    expect(seen).toEqual(['a1'])
  })

  it('lets every chain give out what it holds when the source completes', () => {
    const counted$ = of(a(1), b(1), a(1)).pipe(
      perKey(
        ({ key }) => key,
        (values$, key) =>
          new Observable<string>((subscriber) => {
            let count = 0
            return values$.subscribe({ next: () => count++, complete: () => subscriber.next(`${key}${count}`) })
          }),
      ),
    )
    expect(collect(counted$).seen).toEqual(['a2', 'b1', 'complete'])
  })

  it('keeps its chains per subscription', () => {
    const source = new Subject<Value>()
    const totals$ = source.pipe(totals)
    const one = collect(totals$)
    source.next(a(1))
    const two = collect(totals$)
    source.next(a(1))
    expect([one.seen, two.seen]).toEqual([['a1', 'a2'], ['a1']])
  })

  it('tells chains and subscriber of an error of the source', () => {
    const told: string[] = []
    const source = new Subject<Value>()
    const heard$ = source.pipe(
      perKey(
        ({ key }) => key,
        (values$, key) =>
          new Observable<Value>((subscriber) =>
            values$.subscribe({ next: (value) => subscriber.next(value), error: () => told.push(key) }),
          ),
      ),
    )
    const { seen } = collect(heard$)
    source.next(a(1))
    source.next(b(1))
    source.error(new Error('cable'))
    expect(told).toEqual(['a', 'b'])
    expect(seen).toEqual([a(1), b(1), 'error cable'])
  })

  it('passes the error of a chain on and lets go of source and chains', () => {
    const source = new Subject<Value>()
    const failing = (value: Value) => {
      if (value.size < 0) throw new Error('negative')
      return value.size
    }
    const { seen } = collect(
      source.pipe(
        perKey(
          ({ key }) => key,
          (values$) => values$.pipe(map(failing)),
        ),
      ),
    )
    source.next(a(1))
    source.next(b(-1))
    source.next(a(2))
    expect(seen).toEqual([1, 'error negative'])
    expect(source.observed).toBe(false)
  })

  it('lets go of its chains when it is unsubscribed', () => {
    const released: string[] = []
    const source = new Subject<Value>()
    const held$ = source.pipe(
      perKey(
        ({ key }) => key,
        (values$, key) =>
          new Observable<Value>((subscriber) => {
            subscriber.add(() => released.push(key))
            subscriber.add(values$.subscribe(subscriber))
          }),
      ),
    )
    const { subscription } = collect(held$)
    source.next(a(1))
    source.next(b(1))
    subscription.unsubscribe()
    expect(released).toEqual(['a', 'b'])
    expect(source.observed).toBe(false)
  })
})
