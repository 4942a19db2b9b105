import type { TrainingConfig } from '../../contract/training-config.ts'
import { balancedCrossEntropy, type ClassificationMetrics, classificationMetrics } from '../../detection/metrics.ts'
import { DatasetError } from '../../domain/errors.ts'
import { createBuiltinEngine } from '../../nn/builtin-engine.ts'
import { initialise } from '../../nn/initialise.ts'
import type { Architecture, Network } from '../../nn/network.ts'
import type { OptimiserOptions } from '../../nn/optimiser.ts'
import { Random } from '../../nn/random.ts'
import { Trainer } from '../../nn/trainer.ts'
import { createPreprocessor } from '../../signal/preprocess.ts'
import { scoreTrace } from '../evaluation/score-traces.ts'
import type { WindowScorer } from '../window-scorer.ts'
import type { GridTrace } from './grid-trace.ts'
import { hardNoise } from './hard-noise.ts'
import { type SoftenTargets, softenTargets, teacherSettings } from './teachers.ts'
import { createTracePool } from './trace-pool.ts'
import { WeightAverage } from './weight-average.ts'
import { WindowSampler } from './window-sampler.ts'

export interface TrainingTask {
  readonly architecture: Architecture
  /** Hz of the grid the traces are on. */
  readonly sampleRate: number
  readonly trainTraces: TraceRounds
  /** Decide which epoch is kept; without any the last one is. */
  readonly devTraces: readonly GridTrace[]
  readonly config: TrainingConfig
  readonly seed: number
  /** Content of `kernels.wasm`. */
  readonly wasm: Uint8Array
}

/** Traces to draw windows from; each epoch asks for the next round, the same array when there is but one. */
export interface TraceRounds {
  next(): readonly GridTrace[]
}

export interface TrainingHooks {
  /** After every step; `share` of the whole training is done. */
  readonly onStep?: (share: number) => void
  /** After every epoch of the network itself. */
  readonly onEpoch?: (report: EpochReport) => void
  /** After every teacher, the first is 1; its last epoch. */
  readonly onTeacher?: (teacher: number, report: EpochReport) => void
}

export interface EpochReport {
  readonly epoch: number
  readonly epochs: number
  /** Mean cross-entropy over the epoch's windows, while the weights changed. */
  readonly loss: number
  /** Averaged weights on dev by the window protocol; null without dev traces. */
  readonly dev: (ClassificationMetrics & { readonly loss: number | null }) | null
  readonly isBest: boolean
}

export interface TrainedNetwork {
  readonly network: Network
  readonly selectedEpoch: number
}

/** Streams of random numbers must not overlap: seeds that are near each other are far apart in the generator. */
const SAMPLER_STREAM = 0x5bd1e995
const DROPOUT_STREAM = 0x1b873593
/** DESIGN: the threshold of every window metric unless given. */
const THRESHOLD = 0.5
/** Hard noise is looked for again after so many epochs. */
const MINING_EPOCHS = 2

/**
 * Trains from random weights and keeps the epoch that is best on dev (lowest balanced cross-entropy of the averaged weights);
 * before it its teachers, when it has any. The same task gives the same bytes.
 *
 * @throws {DatasetError} when there are no earthquake or no noise windows to draw
 */
export function trainNetwork(task: TrainingTask, { onStep, onEpoch, onTeacher }: TrainingHooks = {}): TrainedNetwork {
  const { architecture, config, seed, wasm } = task
  const tasks = teacherSettings(architecture, config, seed).map((settings) => ({ ...task, ...settings }))
  const allEpochs = config.epochs + tasks.length * config.teachers.epochs
  const onStepAfter =
    (epochsBefore: number, { epochs }: TrainingConfig) =>
    (share: number) =>
      onStep?.((epochsBefore + share * epochs) / allEpochs)

  const teachers = tasks.map((teacher, index) => {
    const hooks = {
      onStep: onStepAfter(index * config.teachers.epochs, teacher.config),
      onEpoch: (report: EpochReport) => report.epoch === report.epochs && onTeacher?.(index + 1, report),
    }
    return trainAlone(teacher, undefined, hooks).network
  })
  const soften = teachers.length > 0 ? softenTargets(teachers, config.teachers.share, wasm) : undefined
  return trainAlone(task, soften, {
    onStep: onStepAfter(allEpochs - config.epochs, config),
    ...(onEpoch && { onEpoch }),
  })
}

function trainAlone(
  task: TrainingTask,
  soften: SoftenTargets | undefined,
  hooks: Omit<TrainingHooks, 'onTeacher'>,
): TrainedNetwork {
  const { config, seed, wasm, architecture, sampleRate } = task
  const shape = { windowLength: architecture.input.rows, channels: architecture.input.channels, sampleRate }
  const preprocess = createPreprocessor(config.preprocess, shape)
  let round = task.trainTraces.next()
  const sampler = new WindowSampler(createPool(round, task), config, shape, preprocess, new Random(seed ^ SAMPLER_STREAM))
  const start = initialise(architecture, seed)
  const trainer = new Trainer(start, wasm, {
    optimiser: optimiserOptions(config.optimiser),
    batchSize: config.batchSize,
    seed: seed ^ DROPOUT_STREAM,
  })
  const average = new WeightAverage(start.weights, config.optimiser.averaging)
  const inputs = new Float32Array(config.batchSize * shape.windowLength * shape.channels)
  const targets = new Float32Array(config.batchSize)
  const stepsPerEpoch = Math.max(1, Math.round(config.windowsPerEpoch / config.batchSize))
  const steps = stepsPerEpoch * config.epochs

  let best: { readonly network: Network; readonly epoch: number; readonly loss: number } | undefined
  for (let epoch = 1, step = 0; epoch <= config.epochs; epoch++) {
    if (epoch > 1) beginRound(task.trainTraces.next())
    let lossSum = 0
    for (const end = step + stepsPerEpoch; step < end; step++) {
      sampler.fillBatch(inputs, targets)
      soften?.(inputs, targets)
      trainer.learningRate = scheduledRate(config.optimiser, step / steps)
      lossSum += trainer.step(inputs, targets)
      average.add(trainer.weights())
      hooks.onStep?.((step + 1) / steps)
    }
    const network = { ...start, weights: average.weights() }
    if (config.noise.mined > 0 && epoch % MINING_EPOCHS === 0) sampler.hardNoise = mineHardNoise(scorerOf(network))
    const dev = evaluateOnDev(network)
    const isBest = best === undefined || config.keep === 'last' || dev?.loss == null || dev.loss < best.loss
    if (isBest) best = { network, epoch, loss: dev?.loss ?? Number.POSITIVE_INFINITY }
    hooks.onEpoch?.({ epoch, epochs: config.epochs, loss: lossSum / stepsPerEpoch, dev, isBest })
  }
  return { network: best!.network, selectedEpoch: best!.epoch }

  function beginRound(next: readonly GridTrace[]): void {
    if (next === round) return
    round = next
    sampler.pool = createPool(round, task)
    sampler.hardNoise = undefined
  }

  function scorerOf(network: Network): WindowScorer {
    // The network alone: how onsets weigh is no matter of its weights.
    return { classifier: createBuiltinEngine(network, wasm), preprocess, weigh: (score) => score, sampleRate }
  }

  function mineHardNoise(scorer: WindowScorer) {
    const isSure = ({ label }: GridTrace) => label.category === 'noise' && config.noise.minedKinds.includes(label.noiseKind)
    return hardNoise(round.filter(isSure), scorer)
  }

  function evaluateOnDev(network: Network): EpochReport['dev'] {
    const scorer = scorerOf(network)
    const scores = task.devTraces.flatMap((trace) => scoreTrace(trace, scorer))
    return scores.length === 0 ? null : { ...classificationMetrics(scores, THRESHOLD), loss: balancedCrossEntropy(scores) }
  }
}

function createPool(traces: readonly GridTrace[], { config, architecture, sampleRate }: TrainingTask) {
  const pool = createTracePool(traces, config, { windowLength: architecture.input.rows, sampleRate })
  const missing = pool.earthquakes.size === 0 ? 'earthquake' : pool.noise.size === 0 ? 'noise' : undefined
  if (missing === undefined) return pool
  throw new DatasetError(
    `train: expected ${missing} traces of at least ${(architecture.input.rows - 1) / sampleRate} s in split train, got none; add a dataset that has some`,
  )
}

function optimiserOptions({ kind, learningRate, momentum, weightDecay }: TrainingConfig['optimiser']): OptimiserOptions {
  return kind === 'sgd' ? { kind, learningRate, momentum, weightDecay } : { kind, learningRate, beta1: momentum, weightDecay }
}

function scheduledRate({ learningRate, schedule, warmUp }: TrainingConfig['optimiser'], share: number): number {
  if (share < warmUp) return (learningRate * share) / warmUp
  return schedule === 'cosine' ? (learningRate * (1 + Math.cos(Math.PI * share))) / 2 : learningRate
}
