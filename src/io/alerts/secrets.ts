import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SECRET_PLACEHOLDER } from '../../contract/alert-config.ts'
import { ConfigError } from '../../domain/errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where secrets come from. */
export interface SecretSources {
  readonly environment: Environment
  /** Relative files start here. */
  readonly folder: string
}

/**
 * A copy with every `${ENV:NAME}` and `${FILE:path}` in its texts replaced. Resolved as late as this, secrets are in no configuration
 * object that somebody could print.
 *
 * @throws {ConfigError} naming the variable or file that is missing
 */
export function withSecrets<T>(value: T, sources: SecretSources): T {
  if (typeof value === 'string') return replaced(value, sources) as T
  if (Array.isArray(value)) return value.map((item: unknown) => withSecrets(item, sources)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]: [string, unknown]) => [key, withSecrets(part, sources)])) as T
}

/** What is missing: `NAME in the environment`, `a readable file path`. */
export function missingSecrets(text: string, sources: SecretSources): string[] {
  return [...text.matchAll(SECRET_PLACEHOLDER)].flatMap(([, kind, name = '']) => {
    if (secretOf(kind as SecretKind, name, sources)) return []
    return [kind === 'ENV' ? `${name} in the environment` : `a file with the secret at ${name}`]
  })
}

type SecretKind = 'ENV' | 'FILE'

function replaced(text: string, sources: SecretSources): string {
  return text.replace(SECRET_PLACEHOLDER, (_all, kind: SecretKind, name: string) => {
    const secret = secretOf(kind, name, sources)
    if (secret) return secret
    throw new ConfigError(
      `hooks: expected ${kind === 'ENV' ? `${name} in the environment` : `a secret in ${name}`}, got nothing`,
      { name },
    )
  })
}

function secretOf(kind: SecretKind, name: string, { environment, folder }: SecretSources): string | undefined {
  if (kind === 'ENV') return environment[name]
  try {
    return readFileSync(resolve(folder, name), 'utf8').trim()
  } catch {
    return undefined
  }
}
