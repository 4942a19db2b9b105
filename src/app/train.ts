import { writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { ModelCard } from '../contract/model-card.ts'
import type { TrainingConfig } from '../contract/training-config.ts'
import { classificationMetrics } from '../detection/metrics.ts'
import type { OnProblem } from '../domain/problem.ts'
import { readKernels } from '../io/kernels-file.ts'
import { writeModelCard } from '../io/model-card.ts'
import { readModelFiles, writeModelFiles } from '../io/model-files.ts'
import { datasetSha256, openSeisbenchDataset } from '../io/seisbench/dataset.ts'
import { SPLITS } from '../io/seisbench/trace-label.ts'
import { createBuiltinEngine } from '../nn/builtin-engine.ts'
import { DEFAULT_THRESHOLD } from './evaluate.ts'
import { scoreTrace } from './evaluation/score-traces.ts'
import { loadSecond } from './load-model.ts'
import { archiveSha256 } from './training/archive-noise.ts'
import { gridTraces, hasAllComponents, type LoadHooks } from './training/load-traces.ts'
import { modelReadme } from './training/model-readme.ts'
import { networkArchitecture } from './training/network-architecture.ts'
import { reportOnce } from './training/report-once.ts'
import { type EpochReport, type TrainingHooks, trainNetwork } from './training/train-network.ts'
import { loadTrainingData, type TrainingSources } from './training/training-data.ts'
import { trainingPage } from './training/training-page.ts'
import { scorerOf, type WindowScorer } from './window-scorer.ts'

export interface TrainOptions extends TrainingSources {
  /** Folder of the model; its last part is the model's name. */
  readonly out: string
  readonly config: TrainingConfig
  readonly seed: number
  /** File of a report with curves, settings and the worst mistakes. */
  readonly html?: string
}

/**
 * Trains a model on the train split, keeps the epoch that is best on dev, and writes `model.json`, `weights.bin`, `card.json` and
 * `README.md`. The same data, configuration and seed give the same bytes.
 *
 * @returns the card
 * @throws {DatasetError} when a dataset cannot be read or a class is missing in its train split
 * @throws {ModelFormatError} when the model that is to be asked for a second opinion cannot be read or does not fit
 */
export async function train(options: TrainOptions, givenHooks: TrainingHooks & LoadHooks): Promise<ModelCard> {
  const hooks = { ...givenHooks, onProblem: reportOnce(givenHooks.onProblem) }
  const { directories, noiseArchives, out, config, seed } = options
  const wasm = readKernels()
  const { sampleRate } = config.network
  const architecture = networkArchitecture(config.network)
  const shape = { gridRate: sampleRate, windowLength: architecture.input.rows, memoryMegabytes: config.memoryMegabytes }
  const { card: described, epochs, windowsPerEpoch, preprocess, grid: _grid, ...settings } = config
  const { onset, secondOpinion } = described
  const acceptsDeadComponents = config.augmentation.deadComponent > 0
  const grid = { sampleRate, windowLength: architecture.input.rows, acceptsDeadComponents }
  // What cannot be had is said before hours of training, not after.
  const second = secondOpinion === undefined ? undefined : await loadSecond(join(out, secondOpinion), grid, 'builtin')
  const data = await loadTrainingData({ directories, noiseArchives }, shape, hooks)
  const epochReports: EpochReport[] = []
  const onEpoch = (report: EpochReport) => {
    epochReports.push(report)
    hooks.onEpoch?.(report)
  }
  const task = { architecture, sampleRate, ...data, config, seed, wasm }
  const { network, selectedEpoch } = trainNetwork(task, { ...hooks, onEpoch })
  data.close()

  writeModelFiles(out, network)
  const windows = { sampleRate, preprocess, ...(onset && { onset }) }
  const scorer = scorerOf({ card: windows, classifier: createBuiltinEngine(network, wasm), ...(second && { second }) })
  const card: ModelCard = {
    card: 1,
    name: basename(resolve(out)),
    description: described.description,
    ...windows,
    ...(second && secondOpinion !== undefined && { secondOpinion: { model: secondOpinion, weightsSha256: second.hash } }),
    windowLength: network.input.rows,
    components: ['Z', 'N', 'E'],
    acceptsDeadComponents,
    thresholds: described.thresholds,
    weightsSha256: readModelFiles(out).weightsSha256,
    training: {
      engine: 'builtin',
      seed,
      epochs,
      selectedEpoch,
      windowsPerEpoch,
      settings,
      data: [
        ...(await describeData(directories, hooks.onProblem)),
        ...(await describeArchives(noiseArchives, data.archiveCounts)),
      ],
      history: epochReports.map(({ epoch, loss, dev }) => ({ epoch, loss, dev })),
    },
    metrics: await measure(directories, scorer, hooks),
    limits: described.limits,
  }
  writeModelCard(out, card)
  writeFileSync(join(out, 'README.md'), modelReadme(card))
  if (options.html !== undefined) {
    const input = { card, epochs: epochReports, directories, scorer, threshold: DEFAULT_THRESHOLD }
    writeFileSync(options.html, await trainingPage(input, hooks))
  }
  return card
}

async function describeData(directories: readonly string[], onProblem: OnProblem) {
  const described = []
  for (const directory of directories) {
    const dataset = await openSeisbenchDataset(directory, onProblem)
    dataset.close()
    const categories = dataset.labels.filter(({ split }) => split === 'train').map(({ category }) => category)
    const earthquakeTraces = categories.filter((category) => category === 'earthquake').length
    described.push({
      name: basename(resolve(directory)),
      sha256: await datasetSha256(directory),
      earthquakeTraces,
      noiseTraces: categories.length - earthquakeTraces,
    })
  }
  return described
}

async function describeArchives(paths: readonly string[], counts: readonly number[]) {
  const described = []
  for (const [index, path] of paths.entries()) {
    const sha256 = await archiveSha256(path)
    described.push({ name: basename(resolve(path)), sha256, earthquakeTraces: 0, noiseTraces: counts[index] ?? 0 })
  }
  return described
}

/** Every split that has windows. */
async function measure(directories: readonly string[], scorer: WindowScorer, hooks: LoadHooks): Promise<ModelCard['metrics']> {
  const metrics: ModelCard['metrics'] = {}
  for (const split of SPLITS) {
    const scores = []
    for await (const trace of gridTraces(directories, split, scorer, hooks)) {
      if (hasAllComponents(trace)) scores.push(...scoreTrace(trace, scorer))
    }
    if (scores.length > 0) metrics[split] = classificationMetrics(scores, DEFAULT_THRESHOLD)
  }
  return metrics
}
