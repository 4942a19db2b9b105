/** One thing wrong with a configuration file. */
export interface ConfigFault {
  /** Keys from the root; numbers are list positions. */
  readonly keys: readonly PropertyKey[]
  /** Line in the file, from 1; where the path ends when the key itself is missing. */
  readonly line?: number
  readonly expected: string
  readonly got: string
}

const LONGEST_GOT = 60

/** `stations.yaml:14 servers[0].stations[2]: expected …, got …` */
export function formatFault(file: string, { keys, line, expected, got }: ConfigFault): string {
  const path = formatPath(keys)
  return `${file}:${line ?? 1}${path && ` ${path}`}: expected ${expected}, got ${got}`
}

export function formatPath(keys: readonly PropertyKey[]): string {
  return keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')
}

/** Whatever somebody wrote there by mistake is not for a log. */
const SECRET_KEYS: ReadonlySet<PropertyKey> = new Set(['secret', 'password', 'token', 'user'])

/**
 * A value as a message shows it: JSON, cut short, without the password of a url and without secrets.
 *
 * @param key it stands under
 */
export function showValue(value: unknown, key?: PropertyKey): string {
  if (value === undefined) return 'nothing'
  if (key !== undefined && SECRET_KEYS.has(key)) return 'something else'
  const withoutSecrets = (each: string, part: unknown) => (SECRET_KEYS.has(each) ? '…' : part)
  const text = (JSON.stringify(value, withoutSecrets) ?? String(value)).replace(/\/\/[^/@"]*@/g, '//…@')
  return text.length > LONGEST_GOT ? `${text.slice(0, LONGEST_GOT - 1)}…` : text
}
