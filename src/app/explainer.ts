import type { Explainer } from '../domain/ports.ts'
import { readKernels } from '../io/kernels-file.ts'
import type { Network } from '../nn/network.ts'
import { Relevance } from '../nn/relevance.ts'

/**
 * LRP from 1 at the logit, biases ignored: positive and negative contributions apart, weighted by β.
 *
 * @param beta ≥ −1
 * @throws {UsageError} when it is less
 */
export function createExplainer(network: Network, beta: number): Explainer {
  const relevance = new Relevance(network, readKernels(), { beta })
  return { beta, relevance: (window) => relevance.maps(window, 1).relevance }
}
