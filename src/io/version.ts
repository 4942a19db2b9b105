import { readFileSync } from 'node:fs'

/** The version in package.json, from the sources and from the built package alike. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version
}
