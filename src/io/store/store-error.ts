import { StoreError } from '../../domain/errors.ts'

/** What SQLite or the file system said, as a StoreError that names the file and the way out. */
export function storeError(operation: string, file: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = codeOf(cause)
  const { expected, got, advice } = explain(code) ?? { expected: 'SQLite to accept it', got: textOf(cause), advice: undefined }
  const message = `store: ${operation} failed: expected ${expected}, got ${got} (${file})${advice ? `; ${advice}` : ''}`
  return new StoreError(message, { operation, file, sqlite: code }, cause)
}

/** True when the disk is full or the database has reached its limit. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'SQLITE_FULL' || code === 'ENOSPC'
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

interface Explanation {
  readonly expected: string
  readonly got: string
  readonly advice: string | undefined
}

function explain(code: string | undefined): Explanation | undefined {
  const expected = 'a Quakewire database'
  switch (code) {
    case 'SQLITE_NOTADB':
      return { expected, got: 'a file that is no database', advice: 'name another store.file or move this one away' }
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return { expected, got: 'one that another program has locked', advice: 'close that program or name another store.file' }
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { expected: 'permission to write', got: 'none', advice: 'give it to this user or name another store.file' }
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_CANTOPEN_ISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return { expected, got: 'a path that cannot be a file', advice: 'name another store.file' }
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return { expected: 'room to write', got: 'none', advice: 'free some disk, or raise store.maximumMegabytes' }
    case 'SQLITE_CORRUPT':
      return { expected, got: 'a damaged one', advice: 'restore a backup, or move it away and start anew' }
    default:
      return undefined
  }
}
