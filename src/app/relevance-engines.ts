import { readKernels } from '../io/kernels-file.ts'
import type { Network } from '../nn/network.ts'
import { Relevance } from '../nn/relevance.ts'
import type { RelevanceOptions } from '../nn/relevance-rule.ts'

/** One who compares a few settings goes back and forth between them; each engine has memory of its own. */
const MOST_ENGINES = 4

/** Relevance engines of one network by their options: the ones used last are kept, since building one takes longer than asking it. */
export class RelevanceEngines {
  readonly #network: Network
  readonly #kernels = readKernels()
  /** The one used last comes last. */
  readonly #engines = new Map<string, Relevance>()

  constructor(network: Network) {
    this.#network = network
  }

  /** @throws {UsageError} when options contradict each other */
  get(options: RelevanceOptions): Relevance {
    const key = JSON.stringify([options.method, options.beta, options.bias, options.start])
    const engine = this.#engines.get(key) ?? new Relevance(this.#network, this.#kernels, options)
    this.#engines.delete(key)
    this.#engines.set(key, engine)
    const [oldest] = this.#engines.keys()
    if (this.#engines.size > MOST_ENGINES && oldest !== undefined) this.#engines.delete(oldest)
    return engine
  }
}
