import type { Explainer } from '../domain/ports.ts'
import { readKernels } from '../io/kernels-file.ts'
import type { Network } from '../nn/network.ts'
import { Relevance } from '../nn/relevance.ts'
import { relevanceRule } from '../nn/relevance-rule.ts'

/**
 * LRP from 1 at the logit, biases ignored: positive and negative contributions apart, weighted by β. Its engine is built for the
 * first window: detections are rare, and many a replay has none.
 *
 * @param beta ≥ −1
 * @throws {UsageError} when it is less
 */
export function createExplainer(network: Network, beta: number): Explainer {
  relevanceRule({ beta })
  const kernels = readKernels()
  let engine: Relevance | undefined
  return {
    beta,
    relevance(window) {
      engine ??= new Relevance(network, kernels, { beta })
      return engine.maps(window, 1).relevance
    },
  }
}
