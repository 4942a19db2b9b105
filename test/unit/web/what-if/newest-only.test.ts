import { describe, expect, it } from 'vitest'
import { NewestOnly } from '../../../../src/web/what-if/newest-only.ts'

/** Answers when told to. */
class Oracle {
  readonly asked: number[] = []
  readonly answers: [number, boolean][] = []
  readonly failures: unknown[] = []
  #settle: ((isFailure: boolean) => void) | undefined
  readonly queue = new NewestOnly<number, number>(
    (question) => {
      this.asked.push(question)
      return new Promise((resolve, reject) => {
        this.#settle = (isFailure) => (isFailure ? reject(new Error('no')) : resolve(question * 10))
      })
    },
    (answer, _question, isNewest) => this.answers.push([answer, isNewest]),
    (error) => this.failures.push(error),
  )

  async settle(isFailure = false): Promise<void> {
    this.#settle?.(isFailure)
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
}

describe('asking only what is newest', () => {
  it('asks one question at a time, and of those that wait only the last', async () => {
    const oracle = new Oracle()
    for (const question of [1, 2, 3, 4]) void oracle.queue.put(question)
    expect(oracle.asked).toEqual([1])
    await oracle.settle()
    expect(oracle.asked).toEqual([1, 4])
    await oracle.settle()
    expect(oracle.answers).toEqual([
      [10, false],
      [40, true],
    ])
    void oracle.queue.put(5)
    expect(oracle.asked).toEqual([1, 4, 5])
  })

  it('goes on after a failure', async () => {
    const oracle = new Oracle()
    void oracle.queue.put(1)
    void oracle.queue.put(2)
    await oracle.settle(true)
    expect(oracle.failures).toHaveLength(1)
    await oracle.settle()
    expect(oracle.answers).toEqual([[20, true]])
  })
})
