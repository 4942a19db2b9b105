/** Codes of SeedLink 4.0 § Error replies. */
export type ErrorCode = 'UNSUPPORTED' | 'UNEXPECTED' | 'UNAUTHORIZED' | 'LIMIT' | 'ARGUMENTS' | 'AUTH' | 'INTERNAL'

export interface ErrorReply {
  readonly kind: 'error'
  readonly code: ErrorCode
  readonly text: string
}

export function error(code: ErrorCode, text: string): ErrorReply {
  return { kind: 'error', code, text }
}

/**
 * How errors are spelt: `coded` is v4's `ERROR CODE text`; v3 has a bare `ERROR`, and after CAPABILITIES EXTREPLY the `extended`
 * form, which is one line in spite of the CR in it.
 */
export type ErrorStyle = 'bare' | 'extended' | 'coded'

export function formatError({ code, text }: ErrorReply, style: ErrorStyle): string {
  if (style === 'bare') return 'ERROR\r\n'
  return `ERROR${style === 'coded' ? ' ' : '\r'}${code} ${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}\r\n`
}
