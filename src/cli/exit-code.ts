import { MonitorError } from '../domain/errors.ts'

/** Exit codes of every command: 0 ok, 2 usage or configuration, 3 connection, 4 model, 5 store; 1 is a defect of ours. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  CONFIG: 2,
  USAGE: 2,
  DATASET: 2,
  SEEDLINK_CONNECTION: 3,
  SEEDLINK_PROTOCOL: 3,
  ALERT_DELIVERY: 3,
  MODEL_FORMAT: 4,
  ENGINE: 4,
  STORE: 5,
}

export function exitCodeOf(error: unknown): number {
  return error instanceof MonitorError ? (EXIT_CODES[error.code] ?? 1) : 1
}
