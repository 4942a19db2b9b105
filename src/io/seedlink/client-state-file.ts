import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StoreError } from '../../domain/errors.ts'
import type { StationId } from '../../domain/source-id.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import { formatStateFile, parseStateFile } from '../../seedlink/state-file.ts'

/**
 * Positions from a state file of libslink; one file per server and group of stations, two that share one lose data.
 *
 * @returns no positions when there is no such file
 * @throws {StoreError} when it cannot be read, or holds lines that are no positions
 */
export async function readStateFile(file: string): Promise<Map<StationId, Position>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return new Map()
    throw new StoreError(`SeedLink state file ${file}: cannot be read`, { file, operation: 'read' }, cause)
  }
  const { positions, invalid } = parseStateFile(text)
  if (invalid.length === 0) return positions
  const got = JSON.stringify(invalid[0])
  throw new StoreError(`SeedLink state file ${file}: expected "NET_STA sequence [time]", got ${got}`, {
    file,
    operation: 'read',
    got,
  })
}

/**
 * Writes positions as a state file of libslink. The old file stays whole until the new one is: a crash at any moment leaves one of the
 * two.
 *
 * @throws {StoreError} when it cannot be written
 */
export async function writeStateFile(file: string, positions: ReadonlyMap<StationId, Position>): Promise<void> {
  const temporary = `${file}.${process.pid}.new`
  try {
    await writeThrough(temporary, formatStateFile(positions))
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (cause) {
    await unlink(temporary).catch(() => {})
    throw new StoreError(`SeedLink state file ${file}: cannot be written`, { file, operation: 'write' }, cause)
  }
}

async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The rename itself must survive a loss of power; some file systems know no such thing for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
