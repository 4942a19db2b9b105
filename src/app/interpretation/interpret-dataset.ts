import { DatasetError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { readKernels } from '../../io/kernels-file.ts'
import type { Split } from '../../io/seisbench/trace-label.ts'
import { createBuiltinEngine } from '../../nn/builtin-engine.ts'
import type { Network } from '../../nn/network.ts'
import { REMOVED_PARTS } from '../../nn/perturbation.ts'
import { Relevance } from '../../nn/relevance.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import { AggregateRelevance } from './aggregate-relevance.ts'
import { compareMethods } from './compare-methods.ts'
import { type LabelledWindow, labelledWindows } from './labelled-windows.ts'
import { separateMaps } from './map-separation.ts'
import { randomiseWeights } from './weight-randomisation.ts'

export interface InterpretOptions {
  /** Folders in SeisBench format. */
  readonly directories: readonly string[]
  readonly split: Split | 'all'
  /** Most windows that are looked at: it bounds the time. */
  readonly windows: number
  /** Of the LRP rule. */
  readonly beta: number
}

export interface InterpretModel {
  readonly network: Network
  /** Hz. */
  readonly sampleRate: number
  readonly preprocess: Preprocessor
}

export interface InterpretHooks {
  readonly onProblem: OnProblem
  readonly onProgress: (share: number, what: string) => void
}

/** The sanity check computes as many maps per window as there are layers: fewer windows do. */
const RANDOMISED_WINDOWS = 40
/** Parts of the progress bar. */
const READ = 0.6
const MAPS = 0.75
const METHODS = 0.95

/** What `explain --data` prints. */
export type DatasetInterpretation = Awaited<ReturnType<typeof interpretDataset>>['interpretation']

/**
 * The four methods over a dataset: mean relevance around P and S, its shares, perturbation curves of several methods, the sanity
 * check, and which maps tell the phases apart. Relevance is looked at where the network is right.
 *
 * @throws {DatasetError} when a dataset cannot be read or has no windows in the split
 */
export async function interpretDataset(model: InterpretModel, options: InterpretOptions, hooks: InterpretHooks) {
  const { network, sampleRate, preprocess } = model
  const { rows } = network.input
  const wasm = readKernels()
  const engine = createBuiltinEngine(network, wasm)
  const windows = await labelledWindows(
    { directories: options.directories, split: options.split, count: options.windows },
    {
      windowLength: rows,
      sampleRate,
      preprocess,
      onProblem: hooks.onProblem,
      onLoad: (share) => hooks.onProgress(share * READ, 'reading'),
    },
  )
  if (windows.length === 0) {
    const where = options.directories.join(', ')
    throw new DatasetError(`explain: expected windows in split ${options.split}, got none (${where}); try --split all`)
  }
  const maps = separateMaps(network, engine, windows, sampleRate, (share) =>
    hooks.onProgress(READ + (MAPS - READ) * share, 'feature maps'),
  )
  const right = windows.filter(({ label, input }) => engine.logits(input, 1)[0]! > 0 === (label.category === 'earthquake'))
  const relevance = new Relevance(network, wasm, { beta: options.beta })
  const aggregate = new AggregateRelevance(rows, sampleRate)
  for (const window of right) aggregate.add(window, relevance.maps(window.input, 1).relevance)
  const found = right.filter(({ label }) => label.category === 'earthquake').map(({ input }) => input)
  const perturbation = compareMethods(network, wasm, engine, found, (share) =>
    hooks.onProgress(MAPS + (METHODS - MAPS) * share, 'perturbation'),
  )
  const sanity = randomiseWeights(network, wasm, found.slice(0, RANDOMISED_WINDOWS), { beta: options.beta })
  hooks.onProgress(1, 'done')
  const interpretation = {
    split: options.split,
    beta: options.beta,
    windows: countsOf(windows),
    right: countsOf(right),
    aggregate: aggregate.summary(),
    perturbation: { removed: REMOVED_PARTS, windows: found.length, curves: perturbation },
    sanity: { windows: Math.min(found.length, RANDOMISED_WINDOWS), steps: sanity },
    maps,
  }
  return { interpretation, windows: right }
}

function countsOf(windows: readonly LabelledWindow[]): { earthquake: number; noise: number } {
  const earthquake = windows.filter(({ label }) => label.category === 'earthquake').length
  return { earthquake, noise: windows.length - earthquake }
}
