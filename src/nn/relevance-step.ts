import type { AffineStep } from './affine-step.ts'
import { type Account, accountFor, NOTHING_KEPT } from './conservation.ts'
import { type Convolution, gradientMargins } from './convolution.ts'
import type { Kernels } from './kernels.ts'
import { wholeBlocks } from './packed-matrix.ts'
import { Product, TransposedProduct } from './products.ts'
import { type RelevanceRule, STABILISER } from './relevance-rule.ts'
import { ruleBias, ruleKernel, type Side, sidesOf } from './rule-kernel.ts'
import type { Step, Value } from './step.ts'
import { type Arena, BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/** How a rule sees one layer. */
export interface RuleView {
  readonly rule: RelevanceRule
  /** The layer's kernel and bias, or what they become together with a following batch normalisation. */
  readonly weights: readonly Float32Array[]
  /** Whether the layer's inputs can be negative. */
  readonly isSigned: boolean
}

/**
 * A dense or convolution layer whose `backward` hands relevance on instead of gradients: R_i = Σ_j z_ij · c · R_j / Σ_i z_ij, per side
 * (sign of z) of the rule. The sums are a product of x with the rule's kernel; what they divide goes back through the same kernel
 * transposed and meets x again. Activation functions pass relevance unchanged. The output's relevance stays as it was.
 */
export class RelevanceStep implements Step {
  readonly weightGradients: readonly Float32Array[] = []
  readonly #kernels: Kernels
  readonly #forward: AffineStep
  readonly #view: RuleView
  readonly #sides: readonly Side[]
  readonly #x: Value
  readonly #y: Value
  /** [x⁺, x⁻], or x itself. */
  readonly #parts: Tensor
  /** Sums of the contributions per side. */
  readonly #sums: Tensor
  /** Relevance per unit of contribution. */
  readonly #shares: Tensor
  /** The same for every input, summed over its outputs. */
  readonly #gathered: Tensor
  readonly #product: Product
  readonly #transposed: TransposedProduct
  #memory: Float32Array = new Float32Array(0)

  constructor(
    kernels: Kernels,
    arena: Arena,
    capacity: number,
    convolution: Convolution,
    forward: AffineStep,
    view: RuleView,
    x: Value,
    y: Value,
  ) {
    this.#kernels = kernels
    this.#forward = forward
    this.#view = view
    this.#sides = sidesOf(view.rule)
    this.#x = x
    this.#y = y
    const { rows, channels, before, after } = x.activation
    const inputs = this.#isSplit ? 2 * channels : channels
    const outputs = this.#sides.length * y.activation.channels
    this.#parts = this.#isSplit ? arena.allocateTensor({ rows, channels: inputs }, capacity, { before, after }) : x.activation
    const sums = { rows: y.activation.rows, channels: outputs }
    this.#sums = arena.allocateTensor(sums, capacity, { before: 0, after: 0 })
    this.#shares = arena.allocateTensor(sums, capacity, gradientMargins(convolution))
    // Whole blocks, because the kernel is slow where it has to write less.
    const width = wholeBlocks(inputs)
    this.#gathered = arena.allocateTensor({ rows, channels: width }, capacity, { before: 0, after: 0 })
    this.#product = new Product(kernels, arena, convolution, inputs, outputs)
    this.#transposed = new TransposedProduct(kernels, arena, convolution, inputs, outputs, width)
  }

  load(memory: Float32Array, weights: readonly Float32Array[]): void {
    this.#memory = memory
    this.#forward.load(memory, weights)
    const [kernel = new Float32Array(0), bias] = this.#view.weights
    const { channels: inputs } = this.#x.activation
    const expanded = ruleKernel(this.#sides, kernel, inputs, this.#y.activation.channels, this.#isSplit)
    const isBiasSeen = this.#view.rule.bias === 'include' && bias !== undefined
    this.#product.load(memory, expanded, isBiasSeen ? ruleBias(this.#sides, bias) : undefined)
    this.#transposed.load(memory, expanded)
  }

  forward(samples: number): void {
    this.#forward.forward(samples)
  }

  backward(samples: number): void {
    const relevance = this.#y.gradient
    const target = this.#x.gradient
    if (relevance === undefined || target === undefined) return
    if (this.#isSplit) this.#split(samples)
    this.#product.run(this.#parts, this.#sums, samples, -Infinity)
    for (let s = 0; s < samples; s++) this.#share(relevance, s)
    this.#transposed.run(this.#shares, this.#gathered, samples)
    for (let s = 0; s < samples; s++) this.#gather(target, s)
  }

  /** Where the relevance of the outputs of sample 0 went; needs the values of `backward`. */
  account(): Account {
    const { rule, weights } = this.#view
    const relevance = this.#y.gradient
    if (relevance === undefined) return NOTHING_KEPT
    const { channels } = relevance
    return accountFor(rule, this.#sides, this.#firstSample(relevance), this.#firstSample(this.#sums), channels, weights[1])
  }

  #firstSample({ offset, rows, channels }: Tensor): Float32Array {
    return this.#memory.subarray(offset / BYTES_PER_FLOAT, offset / BYTES_PER_FLOAT + rows * channels)
  }

  get #isSplit(): boolean {
    return this.#view.isSigned && this.#view.rule.kind === 'beta'
  }

  #split(samples: number): void {
    const { activation: x } = this.#x
    for (let s = 0; s < samples; s++) {
      this.#kernels.splitSigns(at(x, s), x.rows, x.channels, at(this.#parts, s))
    }
  }

  #share(relevance: Tensor, sample: number): void {
    const { rule } = this.#view
    const { rows, channels } = relevance
    const r = at(relevance, sample)
    const sums = at(this.#sums, sample)
    const shares = at(this.#shares, sample)
    if (rule.kind === 'beta' && rule.bias === 'repair') {
      this.#kernels.repairedRelevancePerContribution(r, sums, shares, rows, channels, rule.beta, STABILISER)
      return
    }
    const { rowBytes } = this.#sums
    this.#sides.forEach(({ factor }, side) => {
      const column = side * channels * BYTES_PER_FLOAT
      this.#kernels.relevancePerContribution(r, sums + column, shares + column, rows, channels, rowBytes, factor, STABILISER)
    })
  }

  #gather(target: Tensor, sample: number): void {
    const { rowBytes } = this.#gathered
    const { rows, channels } = target
    const gathered = at(this.#gathered, sample)
    const parts = at(this.#parts, sample)
    this.#kernels.gatherRelevance(parts, gathered, rowBytes, rows, channels, this.#isSplit, at(target, sample))
  }
}

function at(tensor: Tensor, sample: number): number {
  return tensor.offset + sample * tensor.sampleBytes
}
