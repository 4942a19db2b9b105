import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FilePool } from '../../src/io/archive/file-pool.ts'
import { indexFile } from '../../src/io/archive/index-file.ts'
import type { Run } from '../../src/io/archive/run.ts'
import { channel, scratchFolder, shuffled, writeFiles } from '../helpers/archive-files.ts'

const CHANNELS = ['Z', 'N', 'E'].map((component) => `FDSN:XX_ABC_00_H_H_${component}`)

async function indexOf(records: readonly Uint8Array[], scratchLength = 65_536): Promise<Run[]> {
  const folder = scratchFolder()
  writeFiles(folder, { 'a.mseed': records })
  const pool = new FilePool()
  const runs = await indexFile(pool, join(folder, 'a.mseed'), 0, {
    scratch: new Uint8Array(scratchLength),
    onProblem: (problem) => expect(problem).toBeUndefined(),
    onHeader() {},
    async onChunk() {},
  })
  pool.close()
  return runs
}

/** What grows with the number of records. */
function arrayBytes(runs: readonly Run[]): number {
  return runs.reduce((sum, { markEndTimes, markOffsets, places }) => {
    const scattered = places === undefined ? 0 : places.offsets.byteLength + places.lengths.byteLength
    return sum + markEndTimes.byteLength + markOffsets.byteLength + scattered
  }, 0)
}

describe('the index of a file', () => {
  it('is one run per channel when channels follow each other, half a byte per record', async () => {
    const records = CHANNELS.flatMap((sourceId) => channel(sourceId, 0, 40_000))
    const runs = await indexOf(records)
    expect(runs.map(({ first }) => first.sourceId)).toEqual(CHANNELS)
    expect(arrayBytes(runs)).toBeLessThanOrEqual(0.5 * records.length + 16 * 3)
  })

  it('is 8½ bytes per record when the file is in disorder', async () => {
    const records = shuffled(channel('FDSN:XX_ABC_00_H_H_Z', 0, 60_000), 7)
    const runs = await indexOf(records)
    expect(runs).toHaveLength(1)
    expect(arrayBytes(runs)).toBeLessThanOrEqual(8.5 * records.length + 16)
  })

  it('does not depend on how the file is read', async () => {
    const records = [
      ...CHANNELS.flatMap((sourceId) => channel(sourceId, 0, 5000)),
      ...shuffled(channel('FDSN:XX_B__H_H_Z', 0, 9000), 2),
    ]
    const withoutPath = (runs: readonly Run[]) => runs.map((run) => ({ ...run, path: '' }))
    expect(withoutPath(await indexOf(records, 100))).toEqual(withoutPath(await indexOf(records)))
  })
})

describe('FilePool', () => {
  it('keeps a bounded number of files open', () => {
    const folder = scratchFolder()
    const names = Array.from({ length: 150 }, (_, index) => `${index}.bin`)
    writeFiles(folder, Object.fromEntries(names.map((name, index) => [name, Uint8Array.of(index)])))
    const pool = new FilePool()
    const target = new Uint8Array(4)
    for (const [index, name] of [...names.entries(), ...names.entries()]) {
      expect(pool.read(join(folder, name), target, 0)).toBe(1)
      expect(target[0]).toBe(index)
      expect(pool.openCount).toBeLessThanOrEqual(64)
    }
    pool.close()
    expect(pool.openCount).toBe(0)
    expect(() => pool.read(join(folder, '0.bin'), target, 0)).toThrow('expected it to be open')
  })
})
