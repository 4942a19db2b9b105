import { EngineError } from '../domain/errors.ts'
import type { Classifier } from '../domain/ports.ts'
import { sigmoid } from './exponential.ts'
import { Graph } from './graph.ts'
import type { Network, Shape } from './network.ts'
import { BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/** Windows that go through a layer together: enough for a dense layer to use its weights four times, and still inside the cache. */
const CAPACITY = 4

/** What one layer made of a window, row-major [rows, channels]. */
export interface LayerActivation extends Shape {
  readonly layer: string
  readonly values: Float32Array
}

export interface WindowGradient {
  readonly logit: number
  /** d logit / d input, row-major [windowLength, channels]. */
  readonly gradient: Float32Array
}

/**
 * The network in SIMD WebAssembly: no native code, the same bits on every machine and at every batch size. One thread, synchronous.
 *
 * @param wasm content of `kernels.wasm`
 * @throws {ModelFormatError} when weights and layers of the network do not fit together
 * @throws {EngineError} when the runtime has no WebAssembly SIMD
 */
export function createBuiltinEngine(network: Network, wasm: Uint8Array): BuiltinEngine {
  return new BuiltinEngine(network, wasm)
}

export class BuiltinEngine implements Classifier {
  readonly windowLength: number
  readonly channels: number
  readonly #network: Network
  readonly #wasm: Uint8Array
  readonly #graph: Graph
  readonly #windowSize: number
  #results = new Float32Array(1)
  /** Only explanations need it. */
  #gradientGraph: Graph | undefined

  constructor(network: Network, wasm: Uint8Array) {
    this.#network = network
    this.#wasm = wasm
    this.#graph = new Graph(network, wasm, { capacity: CAPACITY, gradients: 'none' })
    this.windowLength = network.input.rows
    this.channels = network.input.channels
    this.#windowSize = this.windowLength * this.channels
  }

  /**
   * @param windows row-major [count, windowLength, channels]
   * @returns probabilities [count]; the array is reused by the next call of `classify` or `logits`
   * @throws {EngineError} when `windows` is shorter than `count` windows
   */
  classify(windows: Float32Array, count: number): Float32Array {
    const results = this.logits(windows, count)
    for (let i = 0; i < count; i++) results[i] = sigmoid(results[i]!)
    return results
  }

  /**
   * Like `classify`, before the sigmoid. For two softmax outputs: their difference, earthquake − noise.
   *
   * @throws {EngineError} when `windows` is shorter than `count` windows
   */
  logits(windows: Float32Array, count: number): Float32Array {
    this.#checkLength(windows, count)
    if (this.#results.length !== count) this.#results = new Float32Array(count)
    for (let first = 0; first < count; first += CAPACITY) {
      const samples = Math.min(CAPACITY, count - first)
      for (let s = 0; s < samples; s++) this.#copyIn(this.#graph, windows, first + s, s)
      this.#graph.forward(samples)
      for (let s = 0; s < samples; s++) this.#results[first + s] = this.#graph.logit(s)
    }
    return this.#results
  }

  /**
   * Logit of one window and its gradient with respect to the window. A rectifier's gradient at 0 is 0.
   *
   * @throws {EngineError} when the window is too short
   */
  gradient(window: Float32Array): WindowGradient {
    const graph = this.#explain(window)
    const { gradient } = graph.output
    const at = gradient!.offset / BYTES_PER_FLOAT
    if (graph.outputKind === 'single') graph.memory[at] = 1
    else graph.memory.set([-1, 1], at)
    graph.backward(1)
    return { logit: graph.logit(0), gradient: copyOut(graph, graph.values[0]!.gradient!) }
  }

  /**
   * What every layer makes of a window, in order; the last one before its sigmoid or softmax.
   *
   * @throws {EngineError} when the window is too short
   */
  activations(window: Float32Array): LayerActivation[] {
    const graph = this.#explain(window)
    return this.#network.layers.map(({ name }, i) => {
      const { activation } = graph.values[i + 1]!
      return { layer: name, rows: activation.rows, channels: activation.channels, values: copyOut(graph, activation) }
    })
  }

  #explain(window: Float32Array): Graph {
    this.#checkLength(window, 1)
    this.#gradientGraph ??= new Graph(this.#network, this.#wasm, { capacity: 1, gradients: 'input' })
    this.#copyIn(this.#gradientGraph, window, 0, 0)
    this.#gradientGraph.forward(1)
    return this.#gradientGraph
  }

  #copyIn(graph: Graph, windows: Float32Array, index: number, sample: number): void {
    const size = this.#windowSize
    const window = windows.length === size ? windows : windows.subarray(index * size, (index + 1) * size)
    graph.memory.set(window, (graph.input.offset + sample * graph.input.sampleBytes) / BYTES_PER_FLOAT)
  }

  #checkLength(windows: Float32Array, count: number): void {
    const expected = count * this.#windowSize
    if (windows.length < expected) {
      const shape = `[${count}, ${this.windowLength}, ${this.channels}]`
      throw new EngineError(`builtin engine: expected ${expected} values ${shape}, got ${windows.length}`, {
        expected,
        got: windows.length,
      })
    }
  }
}

function copyOut({ memory }: Graph, tensor: Tensor): Float32Array {
  const start = tensor.offset / BYTES_PER_FLOAT
  return memory.slice(start, start + tensor.rows * tensor.channels)
}
