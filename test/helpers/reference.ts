import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(process.env.QUAKEWIRE_REFERENCE ?? join(import.meta.dirname, '../../../shared'))

/** Path inside the reference data; throws when it is not there, so that a missing file fails and never skips. */
export function referencePath(...parts: string[]): string {
  const path = join(root, ...parts)
  if (!existsSync(path))
    throw new Error(`reference data: expected ${path} to exist; set QUAKEWIRE_REFERENCE to the folder that holds it`)
  return path
}
