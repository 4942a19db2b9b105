import type { Worker } from 'node:worker_threads'
import type { TrainingConfig } from '../contract/training-config.ts'
import { DatasetError } from '../domain/errors.ts'
import { datasetSha256 } from '../io/seisbench/dataset.ts'
import { startThread } from './start-thread.ts'
import { archiveSha256 } from './training/archive-noise.ts'
import { type GridCell, gridCells } from './training/grid-cells.ts'
import { cellKey, GridJournal, type GridResult } from './training/grid-journal.ts'
import type { GridMessage, GridTask, GridWorkerData } from './training/grid-worker.ts'
import type { TrainingSources } from './training/training-data.ts'

export interface GridSearchOptions extends TrainingSources {
  /** Finished cells are written here, and read from here when the search goes on. */
  readonly journalFile: string
  readonly config: TrainingConfig
  readonly seed: number
  /** Threads; each holds the data once. */
  readonly workers: number
}

export interface GridSearchHooks {
  /** After every epoch of any cell and at the start: cells done, counting parts, of all. */
  readonly onProgress?: (done: number, cells: number) => void
  readonly onResult?: (result: GridResult, isKnown: boolean) => void
}

export interface GridSearchResult {
  /** Settings of the best cell: lowest loss on dev; among equals the first. */
  readonly best: TrainingConfig
  /** Of every cell, best first. */
  readonly results: readonly GridResult[]
}

/**
 * Trains every combination of `config.grid` in parallel threads. Each cell is trained from the same seed, so the order and the
 * number of threads change nothing; cells that the journal knows are not trained again.
 *
 * @throws {ConfigError} when the grid names what is no setting
 * @throws {DatasetError} when a worker cannot read the data, or there is no dev split to compare by
 */
export async function gridSearch(options: GridSearchOptions, hooks: GridSearchHooks = {}): Promise<GridSearchResult> {
  const cells = gridCells(options.config)
  const hashes: string[] = []
  for (const directory of options.directories) hashes.push(await datasetSha256(directory))
  for (const path of options.noiseArchives) hashes.push(await archiveSha256(path))
  const keys = cells.map(({ config }) => cellKey(hashes, options.seed, config))
  const journal = new GridJournal(options.journalFile)
  const results = keys.map((key) => journal.get(key))
  for (const result of results) if (result) hooks.onResult?.(result, true)

  await trainCells(options, cells, results, hooks, (index, { selectedEpoch, dev }) => {
    const result = {
      key: keys[index]!,
      name: cells[index]!.name,
      selectedEpoch,
      devLoss: dev?.loss ?? null,
      devAccuracy: dev?.accuracy ?? null,
      devFalsePositiveRate: dev?.falsePositiveRate ?? null,
    }
    results[index] = result
    journal.add(result)
    hooks.onResult?.(result, false)
  })

  const ranked = cells
    .map(({ config }, index) => ({ config, result: results[index]! }))
    .sort((a, b) => (a.result.devLoss ?? Number.POSITIVE_INFINITY) - (b.result.devLoss ?? Number.POSITIVE_INFINITY))
  if (ranked[0]?.result.devLoss == null) {
    throw new DatasetError('train --grid: expected earthquake and noise windows in split dev to compare by, got none')
  }
  return { best: ranked[0].config, results: ranked.map(({ result }) => result) }
}

type Done = Extract<GridMessage, { kind: 'done' }>

/** Hands cells without a result to whichever thread is free. */
async function trainCells(
  options: GridSearchOptions,
  cells: readonly GridCell[],
  results: readonly (GridResult | undefined)[],
  { onProgress }: GridSearchHooks,
  onDone: (index: number, done: Done) => void,
): Promise<void> {
  const waiting = cells.flatMap((_, index) => (results[index] ? [] : [index]))
  const shares = cells.map((_, index): number => (results[index] ? 1 : 0))
  const report = () =>
    onProgress?.(
      shares.reduce<number>((sum, share) => sum + share, 0),
      cells.length,
    )
  report()
  const threads = Array.from({ length: Math.min(options.workers, waiting.length) }, () => startWorker(options))
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const next = () => {
        const index = waiting.shift()
        if (index === undefined) resolve()
        else worker.postMessage({ index, config: cells[index]!.config } satisfies GridTask)
      }
      worker.on('error', reject)
      worker.on('message', (message: GridMessage) => {
        if (message.kind !== 'ready') shares[message.index] = message.kind === 'done' ? 1 : message.share
        if (message.kind === 'done') onDone(message.index, message)
        report()
        if (message.kind !== 'progress') next()
      })
    })
  try {
    await Promise.all(threads.map(work))
  } finally {
    await Promise.all(threads.map((worker) => worker.terminate()))
  }
}

function startWorker({ directories, noiseArchives, config, seed }: GridSearchOptions): Worker {
  const workerData: GridWorkerData = {
    sources: { directories, noiseArchives },
    network: config.network,
    memoryMegabytes: config.memoryMegabytes,
    seed,
  }
  return startThread(new URL('training/grid-worker.ts', import.meta.url), workerData)
}
