import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { UsageError } from '../domain/errors.ts'

/** One user without a file: both variables or none. */
export const SERVE_USER_VARIABLE = 'QUAKEWIRE_SERVE_USER'
export const SERVE_PASSWORD_VARIABLE = 'QUAKEWIRE_SERVE_PASSWORD'

/** Says whether user and password belong together. */
export type Authenticate = (user: string, password: string) => boolean

/**
 * Who may stream: from a file of `user:password` lines (`#` begins a comment line) and from the environment. Passwords are kept as
 * digests only and compared in constant time; no message shows one.
 *
 * @returns undefined when neither names anybody: the server is open to all
 * @throws {UsageError} when the file cannot be read, has a line that is none, or names nobody
 */
export function loadUsers(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Authenticate | undefined {
  const users = new Map(file === undefined ? [] : usersIn(file))
  const user = environment[SERVE_USER_VARIABLE]
  const password = environment[SERVE_PASSWORD_VARIABLE]
  if ((user === undefined) !== (password === undefined)) {
    throw new UsageError(`serve: expected ${SERVE_USER_VARIABLE} and ${SERVE_PASSWORD_VARIABLE}, got one of them`)
  }
  if (user !== undefined && password !== undefined) users.set(user, digest(password))
  if (users.size === 0) return undefined
  // A name that is unknown takes as long as one that is not.
  const nobody = digest('')
  return (name, secret) => timingSafeEqual(digest(secret), users.get(name) ?? nobody) && users.has(name)
}

function usersIn(file: string): [string, Buffer][] {
  const users = readLines(file).flatMap((line, index): [string, Buffer][] => {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return []
    const colon = text.indexOf(':')
    if (colon < 1 || colon === text.length - 1 || /\s/.test(text)) {
      throw new UsageError(`serve: expected user:password without blanks, got something else (${file}:${index + 1})`)
    }
    return [[text.slice(0, colon), digest(text.slice(colon + 1))]]
  })
  if (users.length === 0) throw new UsageError(`serve: expected at least one user:password line, got none (${file})`)
  return users
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    throw new UsageError(`serve: expected a readable file of users, got none (${file})`, {}, error)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
