import type { OnProblem } from '../../domain/problem.ts'

/** Passes each problem on once, however often the same place is read: training opens its datasets for several splits. */
export function reportOnce(onProblem: OnProblem): OnProblem {
  const reported = new Set<string>()
  return (problem) => {
    const key = `${problem.code} ${problem.where ?? ''} ${problem.message}`
    if (reported.has(key)) return
    reported.add(key)
    onProblem(problem)
  }
}
