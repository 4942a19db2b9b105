import { UsageError } from '../domain/errors.ts'

export const RELEVANCE_METHODS = ['lrp', 'epsilon', 'gradient', 'input-gradient'] as const
export const BIAS_MODES = ['ignore', 'include', 'repair'] as const
export const RELEVANCE_STARTS = ['one', 'logit', 'probability'] as const

/**
 * `lrp`: positive and negative contributions apart, weighted by β; `epsilon`: together; `gradient`: d logit / d input;
 * `input-gradient`: that times the input.
 */
export type RelevanceMethod = (typeof RELEVANCE_METHODS)[number]
/**
 * What a unit's bias gets of its relevance. `ignore`: nothing; `include`: its share, which is lost; `repair`: nothing, and a unit
 * with contributions of one sign passes all of its relevance on, not (1 + β) or −β times (`lrp` only).
 */
export type BiasMode = (typeof BIAS_MODES)[number]
/** What is handed out at the logit: 1, the logit itself or the probability. */
export type RelevanceStart = (typeof RELEVANCE_STARTS)[number]

export interface RelevanceOptions {
  /** Default `lrp`. */
  readonly method?: RelevanceMethod
  /** For `lrp`, ≥ −1: weight of the negative contributions. 0 (default): positive ones only; −1: negative ones only. */
  readonly beta?: number
  /** Default `ignore`. */
  readonly bias?: BiasMode
  /** Default `one`. */
  readonly start?: RelevanceStart
}

/** What a layer does with the relevance of its outputs. */
export type RelevanceRule =
  | { readonly kind: 'beta'; readonly beta: number; readonly bias: BiasMode }
  | { readonly kind: 'epsilon'; readonly bias: 'ignore' | 'include' }

/** Added to every denominator, away from zero. */
export const STABILISER = 1e-6

/**
 * @returns undefined for the two gradient methods, which are no rules
 * @throws {UsageError} when β is below −1 or not finite, or `repair` is asked of another method than `lrp`
 */
export function relevanceRule({ method = 'lrp', beta = 0, bias = 'ignore' }: RelevanceOptions): RelevanceRule | undefined {
  if (!(Number.isFinite(beta) && beta >= -1))
    throw new UsageError(`relevance beta: expected a number ≥ −1, got ${beta}`, { beta })
  if (method === 'lrp') return { kind: 'beta', beta, bias }
  if (bias === 'repair') {
    throw new UsageError(`relevance bias: expected ignore or include with method ${method}, got repair`, { method, bias })
  }
  return method === 'epsilon' ? { kind: 'epsilon', bias } : undefined
}
