import { EngineError } from '../../domain/errors.ts'
import type { Classifier } from '../../domain/ports.ts'
import { createEngine, ENGINE_NAMES } from '../../io/engines.ts'
import { readKernels } from '../../io/kernels-file.ts'
import { initialise } from '../../nn/initialise.ts'
import { majstorovicArchitecture } from '../../nn/majstorovic-architecture.ts'
import type { Network } from '../../nn/network.ts'
import { Random } from '../../nn/random.ts'
import { Relevance } from '../../nn/relevance.ts'
import { Trainer } from '../../nn/trainer.ts'

export interface EngineSpeed {
  /** Engine and batch size, or what else was done. */
  readonly name: string
  readonly windowsPerSecond: number
}

const BATCHES = [1, 64, 512]
const TRAINING_BATCH = 128
const RELEVANCE_BATCH = 64
const RELEVANCE_RULES = [
  ['LRP β 0', { beta: 0 }],
  ['LRP β 1', { beta: 1 }],
  ['ε-rule', { method: 'epsilon' }],
  ['gradient', { method: 'gradient' }],
] as const
const SECONDS_EACH = 1
/** So that the clock's own time does not count. */
const FEWEST_WINDOWS_PER_TURN = 64

/**
 * Speed of the published network on one thread: every engine that is installed at several batch sizes, relevance maps, training.
 * The fastest turn counts, so that other programs disturb little.
 */
export async function benchEngine(): Promise<EngineSpeed[]> {
  const network = initialise(majstorovicArchitecture(), 1)
  const { rows, channels } = network.input
  const windows = noise(Math.max(...BATCHES) * rows * channels)
  const results: EngineSpeed[] = []
  for (const name of ENGINE_NAMES) {
    const engine = await createIfInstalled(name, network)
    if (engine === undefined) continue
    for (const batch of BATCHES) {
      const part = windows.subarray(0, batch * rows * channels)
      results.push({ name: `${name}, batch ${batch}`, windowsPerSecond: speed(batch, () => engine.classify(part, batch)) })
    }
  }
  results.push(...relevanceSpeeds(network, windows))
  results.push({ name: `builtin, training, batch ${TRAINING_BATCH}`, windowsPerSecond: trainingSpeed(network, windows) })
  return results
}

function relevanceSpeeds(network: Network, windows: Float32Array): EngineSpeed[] {
  return RELEVANCE_RULES.map(([name, options]) => {
    const relevance = new Relevance(network, readKernels(), options)
    const windowsPerSecond = speed(RELEVANCE_BATCH, () => relevance.maps(windows, RELEVANCE_BATCH))
    return { name: `builtin, relevance, ${name}`, windowsPerSecond }
  })
}

function trainingSpeed(network: Network, windows: Float32Array): number {
  const { rows, channels } = network.input
  const optimiser = { kind: 'sgd', learningRate: 0.001, momentum: 0.9 } as const
  const trainer = new Trainer(network, readKernels(), { optimiser, batchSize: TRAINING_BATCH, seed: 1 })
  const inputs = windows.subarray(0, TRAINING_BATCH * rows * channels)
  const targets = Float32Array.from({ length: TRAINING_BATCH }, (_, i) => i % 2)
  return speed(TRAINING_BATCH, () => trainer.step(inputs, targets))
}

/** @returns windows per second of the fastest turn; the first ones, before the compiler has done its work, count for nothing */
function speed(windowsPerCall: number, call: () => unknown): number {
  const calls = Math.ceil(FEWEST_WINDOWS_PER_TURN / windowsPerCall)
  const end = performance.now() + SECONDS_EACH * 1000
  let fastest = Infinity
  for (let now = performance.now(); now < end; ) {
    for (let i = 0; i < calls; i++) call()
    const after = performance.now()
    fastest = Math.min(fastest, after - now)
    now = after
  }
  return (calls * windowsPerCall * 1000) / fastest
}

async function createIfInstalled(name: (typeof ENGINE_NAMES)[number], network: Network): Promise<Classifier | undefined> {
  try {
    return await createEngine(name, network)
  } catch (error) {
    if (error instanceof EngineError) return undefined
    throw error
  }
}

function noise(count: number): Float32Array {
  const random = new Random(1)
  return new Float32Array(count).map(() => 2 * random.uniform() - 1)
}
