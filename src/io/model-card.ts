import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type ModelCard, modelCardSchema } from '../contract/model-card.ts'
import { ModelFormatError } from '../domain/errors.ts'

const CARD_FILE = 'card.json'
const WEIGHTS_FILE = 'weights.bin'

/**
 * Reads the card of a model folder and checks that it belongs to the weights beside it.
 *
 * @throws {ModelFormatError} when the card is missing, is not valid (all faults at once) or names other weights
 */
export function readModelCard(directory: string): ModelCard {
  const path = join(directory, CARD_FILE)
  if (!existsSync(path)) {
    throw new ModelFormatError(
      `model card: expected ${CARD_FILE} beside the model, got none (${directory}); train the model here or write its card`,
      { file: path },
    )
  }
  const parsed = modelCardSchema.safeParse(parseJson(path))
  if (!parsed.success) {
    throw new ModelFormatError(`model card: expected a valid card, got (${path})\n${z.prettifyError(parsed.error)}`, {
      file: path,
    })
  }
  checkWeights(parsed.data, join(directory, WEIGHTS_FILE))
  return parsed.data
}

/** Writes `card.json`; the same card gives the same bytes. */
export function writeModelCard(directory: string, card: ModelCard): void {
  writeFileSync(join(directory, CARD_FILE), `${JSON.stringify(modelCardSchema.parse(card), null, 2)}\n`)
}

/** What the card calls `weightsSha256`. */
export function weightsSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function checkWeights(card: ModelCard, path: string): void {
  if (!existsSync(path))
    throw new ModelFormatError(`model: expected ${WEIGHTS_FILE} beside its card, got none (${path})`, { file: path })
  const sha256 = weightsSha256(readFileSync(path))
  if (sha256 !== card.weightsSha256) {
    throw new ModelFormatError(
      `model card: expected weights ${card.weightsSha256.slice(0, 12)}…, got ${sha256.slice(0, 12)}… (${path}); card and weights are of different models`,
      { file: path, expected: card.weightsSha256, got: sha256 },
    )
  }
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ModelFormatError(`model card: expected JSON, got something else (${path})`, { file: path }, error)
  }
}
