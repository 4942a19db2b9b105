import { EngineError } from '../domain/errors.ts'
import { type Account, NOTHING_KEPT } from './conservation.ts'
import { sigmoid } from './exponential.ts'
import { Graph } from './graph.ts'
import type { Network, Shape } from './network.ts'
import { type RelevanceOptions, type RelevanceStart, relevanceRule } from './relevance-rule.ts'
import { ruleViews } from './rule-views.ts'
import { BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/** Windows that go through the network together. */
const CAPACITY = 4

/** Relevance in front of a layer, row-major [rows, channels], and what the layer kept for itself. */
export interface LayerRelevance extends Shape, Account {
  readonly layer: string
  readonly values: Float32Array
  /** Sum behind the layer, in front of it: `output` − `input` = `bias` + `oneSided` + `stabiliser`, but for rounding. */
  readonly output: number
  readonly input: number
}

export interface Explanation {
  readonly logit: number
  /** Single precision, as the engine's. */
  readonly probability: number
  /** What was handed out at the logit. */
  readonly start: number
  /** Row-major [windowLength, channels]; all NaN when the logit is not finite. */
  readonly relevance: Float32Array
  /** From the output to the input; empty for the two gradient methods. */
  readonly layers: readonly LayerRelevance[]
}

export interface RelevanceMaps {
  /** Row-major [count, windowLength, channels]. */
  readonly relevance: Float32Array
  readonly logits: Float32Array
}

/**
 * Which samples of a window made the network's logit: layer-wise relevance propagation (Bach et al. 2015; β as in Montavon et al. 2017
 * and Majstorović et al. 2022, with signed inputs split as well as weights) or, to compare with, gradients. SIMD WebAssembly, one
 * thread, synchronous; the same bits at any batch size. Max pooling hands relevance to the largest value, the first one of equals.
 */
export class Relevance {
  readonly windowLength: number
  readonly channels: number
  readonly #network: Network
  readonly #graph: Graph
  readonly #start: RelevanceStart
  readonly #isRule: boolean
  readonly #isTimesInput: boolean
  readonly #windowSize: number
  #maps: RelevanceMaps = { relevance: new Float32Array(0), logits: new Float32Array(0) }

  /**
   * @param wasm content of `kernels.wasm`
   * @throws {UsageError} when options contradict each other
   * @throws {ModelFormatError} when weights and layers do not fit together
   * @throws {EngineError} when the runtime has no WebAssembly SIMD
   */
  constructor(network: Network, wasm: Uint8Array, options: RelevanceOptions = {}) {
    const rule = relevanceRule(options)
    const shared = { capacity: CAPACITY, gradients: 'input' } as const
    this.#network = network
    this.#graph = new Graph(network, wasm, rule === undefined ? shared : { ...shared, rules: ruleViews(network, rule) })
    this.#start = options.start ?? 'one'
    this.#isRule = rule !== undefined
    this.#isTimesInput = options.method === 'input-gradient'
    this.windowLength = network.input.rows
    this.channels = network.input.channels
    this.#windowSize = this.windowLength * this.channels
  }

  /**
   * @param windows row-major [count, windowLength, channels]
   * @returns a map and a logit for each; the arrays are reused by the next call. NaN where the logit is not finite
   * @throws {EngineError} when `windows` is shorter than `count` windows
   */
  maps(windows: Float32Array, count: number): RelevanceMaps {
    this.#checkLength(windows, count)
    if (this.#maps.logits.length !== count) {
      this.#maps = { relevance: new Float32Array(count * this.#windowSize), logits: new Float32Array(count) }
    }
    const { relevance, logits } = this.#maps
    const size = this.#windowSize
    for (let first = 0; first < count; first += CAPACITY) {
      const samples = Math.min(CAPACITY, count - first)
      this.#run(windows, first, samples)
      for (let s = 0; s < samples; s++) {
        logits[first + s] = this.#graph.logit(s)
        relevance.set(this.#view(this.#graph.values[0]!.gradient!, s), (first + s) * size)
      }
    }
    if (this.#isTimesInput) for (let i = 0; i < count * size; i++) relevance[i]! *= windows[i]!
    for (let i = 0; i < count; i++) if (!Number.isFinite(logits[i])) relevance.fill(Number.NaN, i * size, (i + 1) * size)
    return this.#maps
  }

  /**
   * One window with the relevance at every layer and what was lost on the way.
   *
   * @throws {EngineError} when the window is too short
   */
  explain(window: Float32Array): Explanation {
    const { relevance, logits } = this.maps(window, 1)
    const logit = logits[0]!
    return {
      logit,
      probability: Math.fround(sigmoid(logit)),
      start: startOf(this.#start, logit),
      relevance: relevance.slice(),
      layers: this.#isRule ? this.#layers() : [],
    }
  }

  #run(windows: Float32Array, first: number, samples: number): void {
    const graph = this.#graph
    const { offset, sampleBytes } = graph.input
    for (let s = 0; s < samples; s++) {
      const from = (first + s) * this.#windowSize
      graph.memory.set(windows.subarray(from, from + this.#windowSize), (offset + s * sampleBytes) / BYTES_PER_FLOAT)
    }
    graph.forward(samples)
    for (let s = 0; s < samples; s++) this.#handOut(s)
    graph.backward(samples)
  }

  #handOut(sample: number): void {
    const { memory, output, outputKind } = this.#graph
    const { offset, sampleBytes } = output.gradient!
    const at = (offset + sample * sampleBytes) / BYTES_PER_FLOAT
    const start = startOf(this.#start, this.#graph.logit(sample))
    if (outputKind === 'single') memory[at] = start
    else {
      // Rules see the difference of both units in the second one; see `ruleViews`.
      memory[at] = this.#isRule ? 0 : -start
      memory[at + 1] = start
    }
  }

  /** From the values that sample 0 left behind. */
  #layers(): LayerRelevance[] {
    const { values, relevanceSteps } = this.#graph
    const arrays = values.map(({ gradient }) => this.#view(gradient!, 0).slice())
    return this.#network.layers
      .map(({ name }, i): LayerRelevance => {
        const { rows, channels } = values[i]!.gradient!
        const kept = relevanceSteps[i]?.account() ?? NOTHING_KEPT
        return { layer: name, rows, channels, values: arrays[i]!, output: sum(arrays[i + 1]!), input: sum(arrays[i]!), ...kept }
      })
      .reverse()
  }

  #view(tensor: Tensor, sample: number): Float32Array {
    const start = (tensor.offset + sample * tensor.sampleBytes) / BYTES_PER_FLOAT
    return this.#graph.memory.subarray(start, start + tensor.rows * tensor.channels)
  }

  #checkLength(windows: Float32Array, count: number): void {
    const expected = count * this.#windowSize
    if (windows.length >= expected) return
    const shape = `[${count}, ${this.windowLength}, ${this.channels}]`
    throw new EngineError(`relevance: expected ${expected} values ${shape}, got ${windows.length}`, {
      expected,
      got: windows.length,
    })
  }
}

function startOf(start: RelevanceStart, logit: number): number {
  if (start === 'one') return 1
  return start === 'logit' ? logit : sigmoid(logit)
}

/** In double precision. */
function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
