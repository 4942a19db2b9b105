import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { ModelCard } from '../contract/model-card.ts'
import { DEFAULT_PREPROCESS } from '../domain/preprocess-spec.ts'
import { createEngine } from '../io/engines.ts'
import { CARD_FILE } from '../io/model-card.ts'
import { type ModelFiles, readModelFiles } from '../io/model-files.ts'
import { type LoadedModel, loadModel } from './load-model.ts'

export interface ExplainedModel extends LoadedModel {
  /** There is no card: `card` says what is assumed, the published detector's 20 Hz and preprocessing. */
  readonly isCardAssumed: boolean
}

/** Of the published detector. */
const ASSUMED_SAMPLE_RATE = 20

/**
 * A model to look into: like `loadModel`, and a bare LayersModel without a card as well. The builtin engine, whose kernels also
 * work out the relevance.
 *
 * @throws {ModelFormatError} when files are missing or broken, or a card is there and does not fit
 * @throws {EngineError} when the runtime has no WebAssembly SIMD
 */
export async function loadExplainedModel(directory: string): Promise<ExplainedModel> {
  if (existsSync(join(directory, CARD_FILE))) return { ...(await loadModel(directory, 'builtin')), isCardAssumed: false }
  const files = readModelFiles(directory)
  const { network, weightsSha256: hash } = files
  const card = assumedCard(basename(resolve(directory)), files)
  const classifier = await createEngine('builtin', network)
  return { id: `${card.name}@${hash.slice(0, 8)}`, hash, card, network, classifier, engine: 'builtin', isCardAssumed: true }
}

function assumedCard(name: string, { network, weightsSha256 }: ModelFiles): ModelCard {
  return {
    card: 1,
    name,
    description: 'a bare LayersModel; everything but the weights is assumed',
    sampleRate: ASSUMED_SAMPLE_RATE,
    windowLength: network.input.rows,
    components: ['Z', 'N', 'E'],
    preprocess: DEFAULT_PREPROCESS,
    acceptsDeadComponents: false,
    thresholds: { on: 0.5, off: 0.5 },
    weightsSha256,
    training: null,
    metrics: {},
    limits: [],
  }
}
