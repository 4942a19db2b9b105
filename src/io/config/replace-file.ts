import { closeSync, copyFileSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { ConfigError } from '../../domain/errors.ts'

/**
 * Writes a file anew, at once or not at all; links lead to the file that is written, and its mode stays.
 *
 * @returns where the text before is kept: beside it, with `.bak`
 * @throws {ConfigError} when it cannot be written; then it is as it was
 */
export function replaceFile(file: string, text: string): string {
  let temporary: string | undefined
  try {
    const target = realpathSync(file)
    // Beside it: a rename is whole only within one file system.
    temporary = `${target}.new`
    const backup = `${target}.bak`
    copyFileSync(target, backup)
    const handle = openSync(temporary, 'w', statSync(target).mode)
    try {
      writeSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, target)
    return backup
  } catch (cause) {
    if (temporary !== undefined) rmSync(temporary, { force: true })
    throw new ConfigError(
      `settings: expected a file that can be written, got ${(cause as Error).message} (${file})`,
      { file },
      cause,
    )
  }
}
