/**
 * Bad data is a value: counted, shown, and the stream goes on. `code` is the stable name a metric and the dashboard count by.
 */
export interface Problem {
  readonly code: string
  /** What failed: expected X, got Y. */
  readonly message: string
  /** File and byte offset, or server and sequence. */
  readonly where?: string
  readonly sourceId?: string
}

export type OnProblem = (problem: Problem) => void
