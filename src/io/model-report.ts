import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where `explain --model DIR --html` is told to write it. */
const REPORT_FILE = 'report.html'

export function hasModelReport(directory: string): boolean {
  return existsSync(join(directory, REPORT_FILE))
}

/** @returns undefined when there is none, or it cannot be read */
export function readModelReport(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, REPORT_FILE), 'utf8')
  } catch {
    return undefined
  }
}
