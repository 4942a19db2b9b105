import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../domain/errors.ts'
import type { OnProblem, Problem } from '../../domain/problem.ts'

/** A file to index; `byteLength` as of now. */
export interface FoundFile {
  readonly path: string
  readonly byteLength: number
}

/**
 * All files under the given paths (files, folders to any depth), sorted by path. A file or folder that is reached twice, by name,
 * through a folder, a link, is there once.
 *
 * @throws {UsageError} when a path that the user gave does not exist
 */
export function collectFiles(paths: readonly string[], onProblem: OnProblem): FoundFile[] {
  const seen = new Set<string>()
  const found: FoundFile[] = []
  for (const path of paths) {
    try {
      statSync(path)
    } catch (cause) {
      throw new UsageError(`archive: expected a file or folder, got nothing readable at ${path}`, { path }, cause)
    }
  }
  for (const path of [...paths].sort(byCodeUnits)) visit(path, seen, found, onProblem)
  return found.sort((a, b) => byCodeUnits(a.path, b.path))
}

function visit(path: string, seen: Set<string>, found: FoundFile[], onProblem: OnProblem): void {
  try {
    const stats = statSync(path, { bigint: true })
    const identity = stats.ino === 0n ? realpathSync(path) : `${stats.dev}:${stats.ino}`
    if (seen.has(identity)) return
    seen.add(identity)
    if (stats.isFile()) found.push({ path, byteLength: Number(stats.size) })
    else if (stats.isDirectory())
      for (const name of readdirSync(path).sort(byCodeUnits)) visit(join(path, name), seen, found, onProblem)
  } catch (error) {
    onProblem(unreadable(path, error))
  }
}

/** A file that could not be read, as a value: the others are still good. */
export function unreadable(path: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error)
  return { code: 'UNREADABLE_FILE', message: `file of the archive: expected to read it, got ${reason}`, where: path }
}

/** True for what the file system throws. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
