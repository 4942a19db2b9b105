import { UsageError } from '../domain/errors.ts'
import { sigmoid, softplus } from './exponential.ts'
import type { Network } from './network.ts'
import { PreciseNetwork } from './precise-network.ts'
import { Random } from './random.ts'

export interface InputOptimisationOptions {
  /** 1: what the network takes for an earthquake; 0: for noise. */
  readonly target: 0 | 1
  /** Row-major [windowLength, channels]; `zero`; or uniform numbers in ±1 of a seed. */
  readonly start: 'zero' | { readonly seed: number } | ArrayLike<number>
  /** Updates at most. Default 100. */
  readonly steps?: number
  /** Default 0.1. */
  readonly rate?: number
  /** Share of the last update that goes into the next one, 0 to below 1. Default 0. */
  readonly momentum?: number
  /** Values are kept in ±bound after each update. Default: none. */
  readonly bound?: number
  /** Weight of half the summed squared differences between neighbouring samples of a component. Default 0. */
  readonly smoothness?: number
  /** Stops when ten updates changed the loss by less than this share of it. Default: never. */
  readonly convergence?: number
}

/** Index 0 is the start, then after every update. */
export interface InputOptimisation {
  /** Binary cross-entropy between probability and target; without the smoothness term. */
  readonly loss: readonly number[]
  readonly logit: readonly number[]
  /** Where it ended, row-major [windowLength, channels]. */
  readonly input: Float64Array
  /**
   * `steps`: all were made; `converged`: see `convergence`; `stuck`: the gradient at the start is zero everywhere, so that nothing
   * can move. A network whose biases are all zero is stuck at the zero window.
   */
  readonly end: 'steps' | 'converged' | 'stuck'
}

export const DEFAULT_STEPS = 100
export const DEFAULT_RATE = 0.1
/** Updates over which convergence is measured. */
const CONVERGENCE_STEPS = 10

/**
 * Backward optimisation: the weights are frozen and the window moves, by gradient descent on the cross-entropy, to what the network
 * takes for the target. In double precision, because the rounding of single precision opens rectifiers early or late and the path
 * then bends elsewhere.
 *
 * @throws {UsageError} when an option is out of its range or the start has another length or values that are not finite
 * @throws {ModelFormatError} when weights and layers do not fit together
 */
export function optimiseInput(network: Network, options: InputOptimisationOptions): InputOptimisation {
  const { target, steps = DEFAULT_STEPS, rate = DEFAULT_RATE, momentum = 0, bound = Infinity, smoothness = 0 } = options
  checkOptions(options)
  const precise = new PreciseNetwork(network)
  const { channels } = network.input
  const input = startWindow(network, options.start)
  const velocity = new Float64Array(input.length)
  const loss: number[] = []
  const logits: number[] = []
  for (let step = 0; ; step++) {
    const { logit, gradient } = precise.gradient(input)
    logits.push(logit)
    loss.push(softplus(target === 1 ? -logit : logit))
    const isStuck = step === 0 && gradient.every((value) => value === 0)
    const end = isStuck ? 'stuck' : isConverged(loss, options.convergence) ? 'converged' : step === steps ? 'steps' : undefined
    if (end !== undefined) return { loss, logit: logits, input, end }
    const slope = sigmoid(logit) - target
    const roughness = smoothness === 0 ? undefined : secondDifference(input, channels)
    for (let i = 0; i < input.length; i++) {
      const force = slope * gradient[i]! - smoothness * (roughness?.[i] ?? 0)
      velocity[i] = momentum * velocity[i]! - rate * force
      input[i] = Math.min(bound, Math.max(-bound, input[i]! + velocity[i]!))
    }
  }
}

function startWindow({ input: { rows, channels } }: Network, start: InputOptimisationOptions['start']): Float64Array {
  const size = rows * channels
  if (start === 'zero') return new Float64Array(size)
  if (typeof start === 'object' && 'seed' in start) {
    const random = new Random(start.seed)
    return new Float64Array(size).map(() => 2 * random.uniform() - 1)
  }
  const window = Float64Array.from(start)
  const bad = window.findIndex((value) => !Number.isFinite(value))
  if (window.length !== size) throw fault('start', `${size} values [${rows}, ${channels}]`, `${window.length}`)
  if (bad >= 0) throw fault('start', 'finite values', `${window[bad]} at index ${bad}`)
  return window
}

function checkOptions(options: InputOptimisationOptions): void {
  const { steps = DEFAULT_STEPS, rate = DEFAULT_RATE, momentum = 0, bound = 1, smoothness = 0, convergence = 0 } = options
  if (!(Number.isInteger(steps) && steps >= 0)) throw fault('steps', 'a whole number ≥ 0', steps)
  if (!(rate > 0 && Number.isFinite(rate))) throw fault('rate', 'a number above 0', rate)
  if (!(momentum >= 0 && momentum < 1)) throw fault('momentum', 'a number from 0 to below 1', momentum)
  if (!(bound > 0)) throw fault('bound', 'a number above 0', bound)
  if (!(convergence >= 0 && convergence < 1)) throw fault('convergence', 'a share from 0 to below 1', convergence)
  // The largest curvature of the smoothness term is four times its weight; beyond this, updates overshoot further each time.
  const largest = (1 + momentum) / (2 * rate)
  if (!(smoothness >= 0 && smoothness < largest)) {
    throw fault('smoothness', `0 to below ${largest} with rate ${rate} and momentum ${momentum}`, smoothness)
  }
}

function isConverged(loss: readonly number[], convergence: number | undefined): boolean {
  const now = loss.at(-1)!
  const before = loss.at(-1 - CONVERGENCE_STEPS)
  return convergence !== undefined && before !== undefined && Math.abs(before - now) < convergence * now
}

/** Of each component along time; rows beyond the ends continue the first and the last. */
function secondDifference(input: Float64Array, channels: number): Float64Array {
  return input.map((value, i) => {
    const before = i < channels ? value : input[i - channels]!
    const after = i + channels >= input.length ? value : input[i + channels]!
    return before - 2 * value + after
  })
}

function fault(option: string, expected: string, got: string | number): UsageError {
  return new UsageError(`optimise-input ${option}: expected ${expected}, got ${got}`, { option })
}
