import { createHash } from 'node:crypto'
import { type Config, componentPolicyOf, triggerOf } from '../../contract/config.ts'
import type { InstrumentId } from '../../domain/source-id.ts'

const HASH_LETTERS = 12

/** What the model adds to the configuration. */
export interface ScoringModel {
  /** Hash of topology and weights. */
  readonly hash: string
  /** The card's preprocessing, as plain data. */
  readonly preprocessing: unknown
  /** How the card lets onsets weigh; absent when they do not. */
  readonly onset?: unknown
  /** The model that is asked for a second opinion and its preprocessing; absent without one. */
  readonly secondOpinion?: unknown
}

/**
 * Hash of all that can change a score or a trigger of this instrument: model, engine, preprocessing, weight of onsets, second opinion, merge, window,
 * components and thresholds; never a path, a port or another station. Equal settings give equal hashes, however the file says them.
 *
 * @returns 12 hexadecimal letters of SHA-256
 */
export function configHash(config: Config, instrument: InstrumentId, model: ScoringModel): string {
  const deciding = {
    model: model.hash,
    preprocessing: model.preprocessing,
    onset: model.onset,
    secondOpinion: model.secondOpinion,
    engine: config.engine,
    merge: config.merge,
    window: config.window,
    components: componentPolicyOf(config, instrument),
    trigger: triggerOf(config, instrument),
  }
  return createHash('sha256').update(canonicalJson(deciding)).digest('hex').slice(0, HASH_LETTERS)
}

/** JSON with sorted keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
