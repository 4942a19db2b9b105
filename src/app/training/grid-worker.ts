import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingConfig } from '../../contract/training-config.ts'
import { readKernels } from '../../io/kernels-file.ts'
import { networkArchitecture } from './network-architecture.ts'
import { type EpochReport, trainNetwork } from './train-network.ts'
import { loadTrainingData, type TrainingSources } from './training-data.ts'

/** A thread that trains one cell of the grid after the other; its data are read once. */

export interface GridWorkerData {
  readonly sources: TrainingSources
  /** Of every cell, as far as it decides about the data: rate and length of a window. */
  readonly network: TrainingConfig['network']
  readonly memoryMegabytes: number
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

const { sources, network, memoryMegabytes, seed } = workerData as GridWorkerData
const wasm = readKernels()
const { sampleRate } = network
const shape = { gridRate: sampleRate, windowLength: networkArchitecture(network).input.rows, memoryMegabytes }
// What is wrong with the data is reported by the training behind the search.
const { trainTraces, devTraces } = await loadTrainingData(sources, shape, { onProblem: () => {} })

parentPort?.on('message', ({ index, config }: GridTask) => {
  let dev: EpochReport['dev'] = null
  const task = { architecture: networkArchitecture(config.network), sampleRate, trainTraces, devTraces, config, seed, wasm }
  const { selectedEpoch } = trainNetwork(task, {
    onEpoch: (report) => {
      if (report.isBest) dev = report.dev
      tell({ kind: 'progress', index, share: report.epoch / report.epochs })
    },
  })
  tell({ kind: 'done', index, selectedEpoch, dev })
})
tell({ kind: 'ready' })

function tell(message: GridMessage): void {
  parentPort?.postMessage(message)
}
