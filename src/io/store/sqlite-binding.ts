import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { StoreError } from '../../domain/errors.ts'

/**
 * SQLite is the one native part. Two versions of one package stand under two names: `better-sqlite3` (13) carries its binaries but
 * needs Node 22.14 and crashes the process below it; `better-sqlite3-node20` (12) downloads a binary or compiles.
 */
export type SqliteDatabase = BetterSqlite3.Database
export type SqliteConstructor = typeof BetterSqlite3

export type RequirePackage = (name: string) => unknown

const CARRIES_BINARIES = 'better-sqlite3'
const MAY_COMPILE = 'better-sqlite3-node20'

let loaded: SqliteConstructor | undefined

/**
 * The SQLite package that works on this Node.
 *
 * @throws {StoreError} when none does; says how to get one
 */
export function sqlite(): SqliteConstructor {
  loaded ??= loadSqlite(createRequire(import.meta.url), process.versions.node)
  return loaded
}

/** @param requirePackage throws when the package is not installed */
export function loadSqlite(requirePackage: RequirePackage, nodeVersion: string): SqliteConstructor {
  const failures: string[] = []
  for (const name of packagesFor(nodeVersion)) {
    try {
      const Database = requirePackage(name) as SqliteConstructor
      // The binary is loaded by the first database, not by the package.
      new Database(':memory:').close()
      return Database
    } catch (error) {
      failures.push(`${name}: ${firstLine(error)}`)
    }
  }
  const message = [
    `store: expected a SQLite binary for Node ${nodeVersion}, got none (${failures.join('; ')}).`,
    'Either use Node 22.14 or newer, where none needs compiling, and run `npm ci` again;',
    'or get a compiler (Debian, Ubuntu: apt-get install python3 make g++; macOS: xcode-select --install)',
    `and run \`npm rebuild ${MAY_COMPILE}\`.`,
  ].join('\n')
  throw new StoreError(message, { operation: 'load', node: nodeVersion })
}

function packagesFor(nodeVersion: string): string[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const isNewEnough = major > 22 || (major === 22 && minor >= 14)
  return isNewEnough ? [CARRIES_BINARIES, MAY_COMPILE] : [MAY_COMPILE]
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string
}
