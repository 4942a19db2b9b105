import type { LogLevel } from '../../contract/health-history.ts'

/** Of the contract, whose list would bring a library into the page. */
export const LOG_LEVELS: readonly LogLevel[] = ['info', 'warning', 'error']
