import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingConfig } from '../../contract/training-config.ts'
import { readKernels } from '../../io/kernels-file.ts'
import { majstorovicArchitecture } from '../../nn/majstorovic-architecture.ts'
import type { GridTrace } from './grid-trace.ts'
import { gridTraces, hasAllComponents } from './load-traces.ts'
import { type EpochReport, trainNetwork } from './train-network.ts'

/** A thread that trains one cell of the grid after the other; its data are read once. */

export interface GridWorkerData {
  readonly directories: readonly string[]
  readonly sampleRate: number
  readonly seed: number
}

export interface GridTask {
  readonly index: number
  readonly config: TrainingConfig
}

export type GridMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly index: number; readonly share: number }
  | { readonly kind: 'done'; readonly index: number; readonly selectedEpoch: number; readonly dev: EpochReport['dev'] }

const { directories, sampleRate, seed } = workerData as GridWorkerData
const wasm = readKernels()
const trainTraces = await collect('train')
const devTraces = (await collect('dev')).filter(hasAllComponents)

parentPort?.on('message', ({ index, config }: GridTask) => {
  let dev: EpochReport['dev'] = null
  const task = { architecture: majstorovicArchitecture(), sampleRate, trainTraces, devTraces, config, seed, wasm }
  const { selectedEpoch } = trainNetwork(task, {
    onEpoch: (report) => {
      if (report.isBest) dev = report.dev
      tell({ kind: 'progress', index, share: report.epoch / report.epochs })
    },
  })
  tell({ kind: 'done', index, selectedEpoch, dev })
})
tell({ kind: 'ready' })

async function collect(split: 'train' | 'dev'): Promise<GridTrace[]> {
  const traces: GridTrace[] = []
  // What is wrong with the data was reported when the search began.
  for await (const trace of gridTraces(directories, split, sampleRate, { onProblem: () => {} })) traces.push(trace)
  return traces
}

function tell(message: GridMessage): void {
  parentPort?.postMessage(message)
}
