import { StoreError } from '../../domain/errors.ts'

/** What SQLite or the file system said, as a StoreError that names the file and the way out. */
export function storeError(operation: string, file: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = codeOf(cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  const [got, advice] = explain(code) ?? [text, undefined]
  const message = `store: ${operation} failed: expected a Quakewire database, got ${got} (${file})${advice ? `; ${advice}` : ''}`
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

function explain(code: string | undefined): [got: string, advice: string] | undefined {
  switch (code) {
    case 'SQLITE_NOTADB':
      return ['a file that is no database', 'name another store.file or move this one away']
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return ['a database locked by another program', 'close it, or name another store.file']
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return ['a file or folder without permission to write', 'give this user write permission or name another store.file']
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_CANTOPEN_ISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return ['a path that cannot be a file', 'name another store.file']
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return ['a full disk', 'free some space or lower store.keepScoresDays']
    case 'SQLITE_CORRUPT':
      return ['a damaged database', 'restore a backup, or move it away and start anew']
    default:
      return undefined
  }
}
