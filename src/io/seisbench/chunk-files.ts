import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetError } from '../../domain/errors.ts'

/** One pair of files of a dataset; most have only one. */
export interface ChunkFiles {
  readonly metadata: string
  readonly waveforms: string
}

/**
 * The pairs of files of a folder in SeisBench format: `metadata<chunk>.csv` and `waveforms<chunk>.hdf5` for each line of the file
 * `chunks`; without it the one pair without a name, or all pairs that are there. In the order of their names.
 *
 * @throws {DatasetError} when a file is missing
 */
export function chunkFilesOf(directory: string): ChunkFiles[] {
  const chunks = namedChunks(directory) ?? (existsSync(join(directory, 'metadata.csv')) ? [''] : foundChunks(directory))
  if (chunks.length === 0) {
    const metadata = join(directory, 'metadata.csv')
    throw new DatasetError(
      `dataset: expected metadata.csv and waveforms.hdf5 (SeisBench format), got no metadata.csv (${directory})`,
      { file: metadata },
    )
  }
  return chunks.sort().map((chunk) => {
    const files = { metadata: join(directory, `metadata${chunk}.csv`), waveforms: join(directory, `waveforms${chunk}.hdf5`) }
    for (const file of Object.values(files)) {
      if (!existsSync(file)) throw new DatasetError(`dataset: expected a file, got none (${file})`, { file })
    }
    return files
  })
}

function namedChunks(directory: string): string[] | undefined {
  const path = join(directory, 'chunks')
  if (!existsSync(path)) return undefined
  const names = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return names.length === 0 ? undefined : names
}

function foundChunks(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory).flatMap((name) => /^metadata(.+)\.csv$/.exec(name)?.[1] ?? [])
}
