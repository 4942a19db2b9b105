import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Global set-up of every test run: what tests, and programs that they start, leave in the temporary folder goes with the run. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-tests-'))
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
