import type { Problem } from '../domain/problem.ts'

/** Counts problems by code and keeps the first of each to show. */
export class ProblemCounter {
  readonly #counts = new Map<string, number>()
  readonly #first = new Map<string, Problem>()

  readonly add = (problem: Problem): void => {
    this.#counts.set(problem.code, (this.#counts.get(problem.code) ?? 0) + 1)
    if (!this.#first.has(problem.code)) this.#first.set(problem.code, problem)
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** `CODE × n: message of the first (where)`, one line per code. */
  lines(): string[] {
    return [...this.#counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, count]) => {
        const { message = '', where } = this.#first.get(code) ?? {}
        return `${code} × ${count}: ${message}${where === undefined ? '' : ` (${where})`}`
      })
  }
}
