import { AffineStep } from './affine-step.ts'
import { convolutionOf, gradientMargins } from './convolution.ts'
import { DropoutStep } from './dropout-step.ts'
import { instantiateKernels, type Kernels } from './kernels.ts'
import { checkNetwork, type Layer, layerShapes, type Network, outputKind, type Shape, samePadding } from './network.ts'
import { NormalisationStep } from './normalisation-step.ts'
import { PassingStep } from './passing-step.ts'
import { PoolingStep } from './pooling-step.ts'
import type { Random } from './random.ts'
import { RelevanceStep, type RuleView } from './relevance-step.ts'
import type { Step, Value } from './step.ts'
import { Arena, BYTES_PER_FLOAT, flattened, type Margins, NO_MARGINS, type Tensor } from './tensor.ts'

export interface GraphOptions {
  /** Samples that fit in at once. */
  readonly capacity: number
  /** `input`: down to the input, for explanation; `weights`: of the weights, for training; `none`: forward only. */
  readonly gradients: 'none' | 'input' | 'weights'
  /** Given while training: dropout is at work. */
  readonly dropout?: Random
  /** Per layer; given, `backward` hands on relevance instead of gradients. */
  readonly rules?: readonly (RuleView | undefined)[]
}

/**
 * A network laid out in the memory of its own kernels: values between layers, their gradients, packed weights. Everything is
 * allocated once. The output values are logits: the last sigmoid or softmax is left to the caller.
 */
export class Graph {
  readonly capacity: number
  /** All of the kernels' memory. */
  readonly memory: Float32Array
  /** Values before layer i at i, the output at the end. Layers that change nothing share theirs. */
  readonly values: readonly Value[]
  /** 'pair': two outputs whose difference is the logit. */
  readonly outputKind: 'single' | 'pair'
  readonly #steps: readonly (Step | undefined)[]

  /**
   * @param wasm content of `kernels.wasm`
   * @throws {ModelFormatError} when weights and layers do not fit together
   * @throws {EngineError} when the runtime has no WebAssembly SIMD
   */
  constructor(network: Network, wasm: Uint8Array, options: GraphOptions) {
    const shapes = layerShapes(checkNetwork(network))
    const kernels = instantiateKernels(wasm)
    const arena = new Arena(kernels.firstFree.value)
    this.capacity = options.capacity
    this.outputKind = outputKind(network, shapes.at(-1)!)
    this.values = layOutValues(network.layers, shapes, arena, options)
    this.#steps = network.layers.map((layer, i) => {
      const isLast = network.layers.slice(i + 1).every((later) => !('activation' in later))
      const view = options.rules?.[i]
      return buildStep(layer, isLast, view, this.values[i]!, this.values[i + 1]!, kernels, arena, options)
    })
    this.memory = arena.open(kernels)
    this.load(network.weights)
  }

  get input(): Tensor {
    return this.values[0]!.activation
  }

  get output(): Value {
    return this.values.at(-1)!
  }

  /** Of a sample that went `forward`; for two outputs their difference. */
  logit(sample: number): number {
    const { offset, sampleBytes } = this.output.activation
    const at = (offset + sample * sampleBytes) / BYTES_PER_FLOAT
    return this.outputKind === 'single' ? this.memory[at]! : this.memory[at + 1]! - this.memory[at]!
  }

  load(weights: Network['weights']): void {
    this.#steps.forEach((step, i) => {
      step?.load(this.memory, weights[i] ?? [])
    })
  }

  /** Values of the first `samples` inputs through all layers. */
  forward(samples: number): void {
    for (let i = 0; i < this.#steps.length; i++) this.#steps[i]?.forward(samples)
  }

  /** Gradients of the output, which the caller has written, back through all layers; needs the values of `forward`. */
  backward(samples: number): void {
    for (let i = this.#steps.length - 1; i >= 0; i--) this.#steps[i]?.backward(samples)
  }

  /** The steps of a rule, at the layers that have one. */
  get relevanceSteps(): readonly (RelevanceStep | undefined)[] {
    return this.#steps.map((step) => (step instanceof RelevanceStep ? step : undefined))
  }

  /** Sums of the weights' gradients per layer, in the order of `weightSpecs`; views into the memory. */
  weightGradients(): readonly (readonly Float32Array[])[] {
    return this.#steps.map((step) => step?.weightGradients ?? [])
  }
}

function layOutValues(layers: readonly Layer[], shapes: readonly Shape[], arena: Arena, options: GraphOptions): Value[] {
  const values: Value[] = []
  shapes.forEach((shape, i) => {
    const producer = layers[i - 1]
    const previous = values[i - 1]
    if (producer !== undefined && previous !== undefined && isAlias(producer, options)) {
      values.push(producer.kind === 'flatten' ? flattenedValue(previous) : previous)
      return
    }
    const isWanted = options.gradients === 'input' || (options.gradients === 'weights' && i > 0)
    const consumerMargins = marginsFor(layers, i, shape, options)
    const producerMargins = producer === undefined ? NO_MARGINS : marginsOfGradient(producer, shapes[i - 1]!, shape)
    const padding = consumerOf(layers, i, options)?.kind === 'maxPooling1d' ? -Infinity : 0
    values.push({
      activation: arena.allocateTensor(shape, options.capacity, consumerMargins, padding),
      gradient: isWanted ? arena.allocateTensor(shape, options.capacity, larger(consumerMargins, producerMargins)) : undefined,
    })
  })
  return values
}

function buildStep(
  layer: Layer,
  isLast: boolean,
  view: RuleView | undefined,
  x: Value,
  y: Value,
  kernels: Kernels,
  arena: Arena,
  options: GraphOptions,
): Step | undefined {
  const isTrained = options.gradients === 'weights'
  switch (layer.kind) {
    case 'conv1d':
    case 'dense': {
      const convolution = convolutionOf(layer, x.activation, y.activation)
      const activation = isLast ? 'linear' : layer.activation
      if (view === undefined) return new AffineStep(kernels, arena, convolution, activation, x, y, isTrained)
      const forward = new AffineStep(kernels, arena, convolution, activation, valuesOnly(x), valuesOnly(y), false)
      return new RelevanceStep(kernels, arena, options.capacity, convolution, forward, view, x, y)
    }
    case 'maxPooling1d': {
      const before = layer.padding === 'same' ? samePadding(x.activation.rows, layer.poolSize, layer.strides).before : 0
      return new PoolingStep(kernels, { size: layer.poolSize, strides: layer.strides, before }, x, y)
    }
    case 'batchNormalization':
      if (options.rules === undefined) return new NormalisationStep(kernels, arena, layer, x, y)
      return new PassingStep(new NormalisationStep(kernels, arena, layer, valuesOnly(x), valuesOnly(y)), x, y)
    case 'dropout':
      return options.dropout === undefined ? undefined : new DropoutStep(layer.rate, options.dropout, x, y)
    case 'flatten':
      return undefined
  }
}

function isAlias(layer: Layer, options: GraphOptions): boolean {
  return layer.kind === 'flatten' || (layer.kind === 'dropout' && options.dropout === undefined)
}

/** The layer that reads the values before layer `index`. */
function consumerOf(layers: readonly Layer[], index: number, options: GraphOptions): Layer | undefined {
  return layers.slice(index).find((layer) => !isAlias(layer, options))
}

function marginsFor(layers: readonly Layer[], index: number, { rows }: Shape, options: GraphOptions): Margins {
  const layer = consumerOf(layers, index, options)
  if (layer?.kind === 'conv1d' && layer.padding === 'same') return samePadding(rows, layer.kernelSize, layer.strides)
  if (layer?.kind === 'maxPooling1d' && layer.padding === 'same') return samePadding(rows, layer.poolSize, layer.strides)
  return NO_MARGINS
}

function marginsOfGradient(producer: Layer, input: Shape, output: Shape): Margins {
  return producer.kind === 'conv1d' ? gradientMargins(convolutionOf(producer, input, output)) : NO_MARGINS
}

function larger(a: Margins, b: Margins): Margins {
  return { before: Math.max(a.before, b.before), after: Math.max(a.after, b.after) }
}

function valuesOnly({ activation }: Value): Value {
  return { activation, gradient: undefined }
}

function flattenedValue({ activation, gradient }: Value): Value {
  return { activation: flattened(activation), gradient: gradient === undefined ? undefined : flattened(gradient) }
}
