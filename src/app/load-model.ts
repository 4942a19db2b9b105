import { join } from 'node:path'
import type { ModelCard } from '../contract/model-card.ts'
import { ModelFormatError } from '../domain/errors.ts'
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
  /** Asked about windows in which this one sees something; absent where its card names none. */
  readonly second?: LoadedModel
}

/**
 * A model whose card fits it, ready to classify, and the one that its card asks for a second opinion.
 *
 * @throws {ModelFormatError} when files or card are missing, broken or do not belong to each other
 * @throws {EngineError} when the engine cannot be had
 */
export async function loadModel(directory: string, engine: EngineName): Promise<LoadedModel> {
  const model = await loadAlone(directory, engine)
  const { secondOpinion } = model.card
  if (!secondOpinion) return model
  const second = await loadSecond(join(directory, secondOpinion.model), model.card, engine)
  if (second.hash === secondOpinion.weightsSha256) return { ...model, second }
  const [expected, got] = [secondOpinion.weightsSha256, second.hash]
  throw new ModelFormatError(
    `second opinion: expected the weights ${expected.slice(0, 12)}…, got ${got.slice(0, 12)}… (${secondOpinion.model}); the card of ${model.id} holds for that model: train or calibrate it with this one, or take secondOpinion out of it`,
    { file: join(directory, secondOpinion.model), expected, got },
  )
}

/**
 * The model that another asks for a second opinion: its network alone, whatever its own card says of onsets.
 *
 * @throws {ModelFormatError} when it cannot be read, its windows are not the same seconds on a grid that holds the other's, or it was not trained
 *   with dead components though the other was
 * @throws {EngineError} when the engine cannot be had
 */
export async function loadSecond(
  folder: string,
  first: Pick<ModelCard, 'sampleRate' | 'windowLength' | 'acceptsDeadComponents'>,
  engine: EngineName,
): Promise<LoadedModel> {
  const second = await loadAlone(folder, engine).catch((error: unknown) => {
    if (!(error instanceof ModelFormatError)) throw error
    const advice = 'put the model there, or take secondOpinion out of the card; its thresholds hold for both together'
    throw new ModelFormatError(`second opinion: ${error.message}; ${advice}`, { file: folder }, error)
  })
  const { card } = second
  const secondsOf = ({ windowLength, sampleRate }: Pick<ModelCard, 'windowLength' | 'sampleRate'>) =>
    (windowLength - 1) / sampleRate
  const fault = (expected: string) => new ModelFormatError(`second opinion: expected ${expected} (${folder})`, { file: folder })
  if (!Number.isInteger(card.sampleRate / first.sampleRate) || secondsOf(card) !== secondsOf(first)) {
    throw fault(
      `windows of ${secondsOf(first)} s at a multiple of ${first.sampleRate} Hz, got ${secondsOf(card)} s at ${card.sampleRate} Hz`,
    )
  }
  if (first.acceptsDeadComponents && !card.acceptsDeadComponents)
    throw fault('a model that was trained with dead components, as the first, got one that was not')
  return second
}

async function loadAlone(directory: string, engine: EngineName): Promise<LoadedModel> {
  const { network, card } = readModel(directory)
  const hash = card.weightsSha256
  return { id: `${card.name}@${hash.slice(0, 8)}`, hash, card, network, classifier: await createEngine(engine, network), engine }
}
