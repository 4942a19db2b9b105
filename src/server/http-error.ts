import { MonitorError } from '../domain/errors.ts'

export type HttpErrorCode = 'BAD_REQUEST' | 'UNAUTHORISED' | 'FOREIGN_ORIGIN' | 'NOT_FOUND' | 'CONFLICT'

/** What a client did wrong. */
export class HttpError extends MonitorError {
  readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** @throws {HttpError} NOT_FOUND */
export function unknownDetection(id: string): never {
  throw new HttpError('NOT_FOUND', `detection: expected a known id, got ${id}`)
}

/** The one table of error code → HTTP status; what is not in it is our fault (500). */
const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  USAGE: 400,
  UNAUTHORISED: 401,
  FOREIGN_ORIGIN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  // Of a file that somebody asks us to change.
  CONFIG: 409,
  STORE: 503,
}

export interface HttpFailure {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** How an error is told to a client; only errors of ours say more than that something failed. */
export function failureOf(error: unknown): HttpFailure {
  if (error instanceof MonitorError) {
    return { status: STATUS[error.code] ?? 500, code: error.code, message: error.message }
  }
  const { statusCode = 500, message } = error as { statusCode?: number; message: string }
  // Fastify's own: a body that is no JSON, too large, …
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, code: 'BAD_REQUEST', message }
  return { status: 500, code: 'INTERNAL', message: 'the monitor failed to answer; its log says why' }
}
