import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { File } from 'h5wasm/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import { openSeisbenchDataset } from '../../src/io/seisbench/dataset.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

const ROWS = 6400
const SAMPLES = 6000
const BLOCK = 64

describe('a large dataset', { timeout: 120_000 }, () => {
  it('is read in a fraction of its size', async () => {
    const names = Array.from({ length: ROWS }, (_, row) => `"bucket0$${row},:3,:${SAMPLES}",noise,train,100`)
    const directory = await writeSeisbench({
      metadata: `trace_name,trace_category,split,trace_sampling_rate_hz\n${names.join('\n')}\n`,
      arrays: [],
    })
    onTestFinished(() => rmSync(directory, { recursive: true }))
    growBucket(join(directory, 'waveforms.hdf5'))
    const megabytes = statSync(join(directory, 'waveforms.hdf5')).size / 1e6
    expect(megabytes).toBeGreaterThan(450)

    const script = join(import.meta.dirname, '../helpers/dataset-reader.ts')
    const printed = execFileSync(process.execPath, ['--import', 'tsx', script, directory], { encoding: 'utf8' })
    const { traces, grownMegabytes } = JSON.parse(printed)
    expect(traces).toBe(ROWS)
    // A block of 32 MB in the library, one here, and what the collector has not yet taken.
    expect(grownMegabytes).toBeLessThan(0.6 * megabytes)
  })
})

describe('a damaged file', () => {
  it('loses the traces whose bytes are damaged, by name, and no other', async () => {
    const names = Array.from({ length: 8 }, (_, row) => `"bucket0$${row},:3,:400",noise,train,100`)
    const directory = await writeSeisbench({
      metadata: `trace_name,trace_category,split,trace_sampling_rate_hz\n${names.join('\n')}\n`,
      arrays: [],
    })
    const path = join(directory, 'waveforms.hdf5')
    const file = new File(path, 'a')
    const values = Float32Array.from(gaussianNoise(8 * 1200, 1))
    const data = file.get('data') as unknown as { create_dataset(options: object): void }
    data.create_dataset({
      name: 'bucket0',
      data: values,
      shape: [8, 3, 400],
      chunks: [1, 3, 400],
      compression: 'gzip',
      compression_opts: [1],
    })
    file.close()
    const { chunks, bytes } = deflatedChunks(path)
    expect(chunks.length).toBe(8)
    bytes.fill(0xa5, (chunks[3] ?? 0) + 200, (chunks[3] ?? 0) + 300)
    writeFileSync(path, bytes)

    const problems: Problem[] = []
    const dataset = await openSeisbenchDataset(directory, (problem) => problems.push(problem))
    const read = [...dataset.traces(() => true)].map(({ label }) => label.name)
    dataset.close()
    expect(read).toHaveLength(7)
    expect(problems.map(({ code, message }) => `${code}: ${message.split(' (')[0]}`)).toEqual([
      'dataset-trace: dataset: expected readable HDF5, got a damaged or foreign data/bucket0',
    ])
  })
})

/** Appends blocks of noise, as SeisBench does, until the bucket has all rows. */
function growBucket(path: string): void {
  const file = new File(path, 'a')
  const noise = Float32Array.from(gaussianNoise(BLOCK * 3 * SAMPLES, 1))
  const data = file.get('data') as unknown as {
    create_dataset(options: object): { resize(shape: number[]): void; write_slice(ranges: number[][], data: Float32Array): void }
  }
  const bucket = data.create_dataset({
    name: 'bucket0',
    data: noise,
    shape: [BLOCK, 3, SAMPLES],
    maxshape: [null, 3, SAMPLES],
    chunks: [16, 3, SAMPLES],
  })
  for (let row = BLOCK; row < ROWS; row += BLOCK) {
    bucket.resize([row + BLOCK, 3, SAMPLES])
    bucket.write_slice([[row, row + BLOCK], [], []], noise)
  }
  file.close()
}

/** Where deflate streams begin (0x78 0x01: quickest) that fill a chunk of the bucket. */
function deflatedChunks(path: string): { chunks: number[]; bytes: Buffer } {
  const bytes = readFileSync(path)
  const chunks: number[] = []
  for (let at = bytes.indexOf('7801', 0, 'hex'); at >= 0; at = bytes.indexOf('7801', at + 1, 'hex')) {
    try {
      if (inflateSync(bytes.subarray(at)).length === 3 * 400 * 4) chunks.push(at)
    } catch {}
  }
  return { chunks, bytes }
}
