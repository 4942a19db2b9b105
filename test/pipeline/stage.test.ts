import { concat, from, NEVER, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { stage } from '../../src/pipeline/stage.ts'

/** Sums in pairs: keeps a remainder, so that shared state would show. */
function pairs(log: string[] = []) {
  return stage<number, number>(() => {
    let first: number | undefined
    return {
      push(value, emit) {
        if (first === undefined) first = value
        else {
          emit(first + value)
          first = undefined
        }
      },
      end(emit) {
        if (first !== undefined) emit(first)
      },
      release: () => log.push('released'),
    }
  })
}

function collect(source$: ReturnType<ReturnType<typeof pairs>>) {
  const seen: (number | string)[] = []
  const subscription = source$.subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(`error ${error.message}`),
    complete: () => seen.push('complete'),
  })
  return { seen, subscription }
}

describe('a stage', () => {
  it('hands on what the stage emits', () => {
    expect(collect(of(1, 2, 3, 4).pipe(pairs())).seen).toEqual([3, 7, 'complete'])
  })

  it('gives out what it holds when the source completes', () => {
    expect(collect(of(1, 2, 3).pipe(pairs())).seen).toEqual([3, 3, 'complete'])
  })

  it('passes an error of the source on and holds nothing out', () => {
    const failing$ = concat(
      of(1, 2, 3),
      throwError(() => new Error('cable')),
    )
    expect(collect(failing$.pipe(pairs())).seen).toEqual([3, 'error cable'])
  })

  it('keeps its state per subscription', () => {
    const source = new Subject<number>()
    const paired$ = source.pipe(pairs())
    const one = collect(paired$)
    source.next(1)
    const two = collect(paired$)
    source.next(10)
    source.next(100)
    expect(one.seen).toEqual([11])
    expect(two.seen).toEqual([110])
  })

  it('is released once when it is unsubscribed, completed or failed', () => {
    for (const source$ of [concat(of(1), NEVER), of(1), throwError(() => new Error('x'))]) {
      const log: string[] = []
      const { subscription } = collect(source$.pipe(pairs(log)))
      subscription.unsubscribe()
      expect(log).toEqual(['released'])
    }
  })

  it('is synchronous: what follows from a value is there when next returns', () => {
    const source = new Subject<number>()
    const { seen } = collect(source.pipe(pairs()))
    source.next(1)
    source.next(2)
    expect(seen).toEqual([3])
  })

  it('gives thousands of values without growing the stack', () => {
    const { seen } = collect(from(Array.from({ length: 100_000 }, (_, i) => i)).pipe(pairs()))
    expect(seen).toHaveLength(50_001)
  })
})
