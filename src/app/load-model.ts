import type { ModelCard } from '../contract/model-card.ts'
import type { Classifier } from '../domain/ports.ts'
import { createEngine, type EngineName } from '../io/engines.ts'
import { readModel } from '../io/model-card.ts'
import type { Network } from '../nn/network.ts'

export interface LoadedModel {
  /** Name and first letters of the weights' hash, part of every detection id: `majstorovic-36k@1a2b3c4d`. */
  readonly id: string
  /** SHA-256 of the weights. */
  readonly hash: string
  readonly card: ModelCard
  readonly network: Network
  readonly classifier: Classifier
  readonly engine: EngineName
}

/**
 * A model whose card fits it, ready to classify.
 *
 * @throws {ModelFormatError} when files or card are missing, broken or do not belong to each other
 * @throws {EngineError} when the engine cannot be had
 */
export async function loadModel(directory: string, engine: EngineName): Promise<LoadedModel> {
  const { network, card } = readModel(directory)
  const hash = card.weightsSha256
  return { id: `${card.name}@${hash.slice(0, 8)}`, hash, card, network, classifier: await createEngine(engine, network), engine }
}
