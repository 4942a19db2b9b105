import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gridSearch } from '../../src/app/grid-search.ts'
import type { GridResult } from '../../src/app/training/grid-journal.ts'
import { trainingConfigSchema } from '../../src/contract/training-config.ts'
import { writeBurstDataset } from '../helpers/burst-dataset.ts'

const CONFIG = trainingConfigSchema.parse({
  batchSize: 16,
  windowsPerEpoch: 32,
  optimiser: { averaging: 0.5 },
  grid: { 'optimiser.learningRate': [1e-9, 0.03], epochs: [1, 2] },
})

describe('gridSearch', () => {
  it('goes on where it was cut off, with the same results whatever the number of threads', async () => {
    const directories = [await writeBurstDataset()]
    const journalFile = join(mkdtempSync(join(tmpdir(), 'grid-')), 'made', 'grid.jsonl')
    const options = { directories, noiseArchives: [], config: CONFIG, seed: 1 }

    const whole = await gridSearch({ ...options, journalFile, workers: 2 })
    expect(whole.results).toHaveLength(4)
    expect(whole.results.map(({ devLoss }) => devLoss)).toEqual(
      whole.results.map(({ devLoss }) => devLoss).sort((a, b) => a! - b!),
    )
    const [best] = whole.results
    expect(best?.name).toBe(`optimiser.learningRate=${whole.best.optimiser.learningRate} epochs=${whole.best.epochs}`)
    expect(best?.devLoss).toBeLessThan(whole.results[3]?.devLoss ?? 0)

    // As if the process had died while it wrote its third line.
    const lines = readFileSync(journalFile, 'utf8').split('\n')
    const cutFile = join(mkdtempSync(join(tmpdir(), 'grid-')), 'grid.jsonl')
    appendFileSync(cutFile, `${lines[0]}\n${lines[1]}\n${lines[2]?.slice(0, 40)}`)
    const known: GridResult[] = []
    const trained: GridResult[] = []
    const rest = await gridSearch(
      { ...options, journalFile: cutFile, workers: 1 },
      { onResult: (result, isKnown) => (isKnown ? known : trained).push(result) },
    )
    expect([known.length, trained.length]).toEqual([2, 2])
    expect(rest).toEqual(whole)
    const again = await gridSearch({ ...options, journalFile: cutFile, workers: 1 })
    expect(again).toEqual(whole)
  })

  it('says when there is no dev split to compare by', async () => {
    const directories = [await writeBurstDataset(({ split }) => split !== 'dev')]
    const journalFile = join(mkdtempSync(join(tmpdir(), 'grid-')), 'grid.jsonl')
    const options = {
      directories,
      noiseArchives: [],
      config: { ...CONFIG, grid: { epochs: [1] } },
      seed: 1,
      journalFile,
      workers: 1,
    }
    await expect(gridSearch(options)).rejects.toThrow(
      /expected earthquake and noise windows in split dev to compare by, got none/,
    )
  })
})
