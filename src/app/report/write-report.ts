import { writeFileSync } from 'node:fs'
import { UsageError } from '../../domain/errors.ts'

/** @throws {UsageError} when the file cannot be written */
export function writeReport(file: string, html: string): void {
  try {
    writeFileSync(file, html)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(
      `report: expected a file that can be written, got ${code} (${file}); name another --html`,
      { file },
      cause,
    )
  }
}
