import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type ModelCard, modelCardSchema } from '../contract/model-card.ts'
import { ModelFormatError } from '../domain/errors.ts'
import type { Network } from '../nn/network.ts'
import { type ModelFiles, readModelFiles } from './model-files.ts'

/** A model that knows how it wants to be used. */
export interface Model {
  readonly network: Network
  readonly card: ModelCard
}

export const CARD_FILE = 'card.json'

/**
 * Reads a model folder: `model.json`, its weights, and a card that belongs to them.
 *
 * @throws {ModelFormatError} when a file is missing or broken, or the card is of another model
 */
export function readModel(directory: string): Model {
  const files = readModelFiles(directory)
  const card = readModelCard(directory)
  checkFit(card, files, join(directory, CARD_FILE))
  return { network: files.network, card }
}

/** @throws {ModelFormatError} when the card is missing or not valid (all faults at once) */
export function readModelCard(directory: string): ModelCard {
  const path = join(directory, CARD_FILE)
  if (!existsSync(path)) {
    throw new ModelFormatError(
      `model card: expected ${CARD_FILE} beside model.json, got none (${directory}); train the model here or write its card`,
      { file: path },
    )
  }
  const parsed = modelCardSchema.safeParse(parseJson(path))
  if (parsed.success) return parsed.data
  throw new ModelFormatError(`model card: expected a valid card, got (${path})\n${z.prettifyError(parsed.error)}`, { file: path })
}

/** Writes `card.json`; the same card gives the same bytes. */
export function writeModelCard(directory: string, card: ModelCard): void {
  writeFileSync(join(directory, CARD_FILE), `${JSON.stringify(modelCardSchema.parse(card), null, 2)}\n`)
}

function checkFit(card: ModelCard, { network, weightsSha256 }: ModelFiles, path: string): void {
  const { rows, channels } = network.input
  if (weightsSha256 !== card.weightsSha256) {
    throw new ModelFormatError(
      `model card: expected weights ${card.weightsSha256.slice(0, 12)}…, got ${weightsSha256.slice(0, 12)}… (${path}); card and weights are of different models`,
      { file: path, expected: card.weightsSha256, got: weightsSha256 },
    )
  }
  if (rows !== card.windowLength || channels !== card.components.length) {
    throw new ModelFormatError(
      `model card: expected the network's input [${rows}, ${channels}], got [${card.windowLength}, ${card.components.length}] (${path})`,
      { file: path },
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
