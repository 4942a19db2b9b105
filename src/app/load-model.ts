import { basename } from 'node:path'
import type { ModelCard } from '../contract/model-card.ts'
import { ModelFormatError } from '../domain/errors.ts'
import type { Classifier } from '../domain/ports.ts'
import { createEngine, type EngineName } from '../io/engines.ts'
import { readModelCard } from '../io/model-card.ts'
import { readModelFiles } from '../io/model-files.ts'

export interface LoadedModel {
  /** Name and first letters of the weights' hash, part of every detection id: `majstorovic-36k@1a2b3c4d`. */
  readonly id: string
  /** SHA-256 of the weights. */
  readonly hash: string
  readonly card: ModelCard
  readonly classifier: Classifier
  readonly engine: EngineName
}

/** A model with its card and an engine.
 * @throws {ModelFormatError} when files or card are missing or do not fit each other @throws {EngineError} */
export async function loadModel(directory: string, engine: EngineName): Promise<LoadedModel> {
  const { network, weightsSha256 } = readModelFiles(directory)
  const card = readModelCard(directory)
  const classifier = await createEngine(engine, network)
  checkShape(card, classifier, directory)
  return { id: `${card.name}@${weightsSha256.slice(0, 8)}`, hash: weightsSha256, card, classifier, engine }
}

function checkShape(card: ModelCard, { windowLength, channels }: Classifier, directory: string): void {
  const expected = `[${card.windowLength}, ${card.components.length}]`
  const got = `[${windowLength}, ${channels}]`
  if (expected === got) return
  throw new ModelFormatError(
    `model ${basename(directory)}: expected an input of ${expected} as its card says, got ${got} (${directory}); card and network are of different models`,
    { file: directory, expected, got },
  )
}
