import { readFileSync } from 'node:fs'
import type { BiasMode, RelevanceOptions } from '../../src/nn/relevance-rule.ts'
import { referencePath } from './reference.ts'

/** reference/lrp: a fixed network, four inputs, their maps in double precision, and descents on the input. */

export const INPUTS = ['random', 'sineburst', 'mixedsign', 'nearzero'] as const
export type InputName = (typeof INPUTS)[number]

interface MapFacts {
  readonly sum: number
  readonly maxAbs: number
  /** Output, then in front of every layer with weights, the input last. */
  readonly layerSumsOutputToInput?: readonly number[]
}

export interface Descent {
  readonly start: string
  readonly startFile: string | null
  readonly target: 0 | 1
  readonly loss: readonly number[]
  readonly logit: readonly number[]
}

export const manifest = readJson('manifest.json') as {
  readonly results: Record<
    InputName,
    { readonly logit: number; readonly probability: number; readonly maps: Record<string, MapFacts> }
  >
}

export const descents = (readJson('backward-optimisation.json') as { readonly runs: Record<string, Descent> }).runs

export interface ReferenceMap {
  /** As in the names of the files. */
  readonly name: string
  readonly options: RelevanceOptions
  /** Of the largest absolute value of the reference; single and double precision. */
  readonly tolerance: number
  readonly tolerance64: number
}

const BIAS_NAMES: readonly (readonly [BiasMode, (beta: number) => string])[] = [
  ['ignore', (beta) => `ab_beta${beta}_nobias`],
  ['include', (beta) => `ab_beta${beta}_bias`],
  ['repair', (beta) => `boehle_beta${beta}`],
]

/** Every map of the reference. */
export const MAPS: readonly ReferenceMap[] = [
  ...BIAS_NAMES.flatMap(([bias, nameOf]) =>
    [-1, 0, 0.5, 1].map((beta) => ({
      name: nameOf(beta),
      options: { method: 'lrp', beta, bias } as const,
      tolerance: 2e-5,
      tolerance64: 1e-10,
    })),
  ),
  { name: 'eps_bias', options: { method: 'epsilon', bias: 'include' }, tolerance: 1e-3, tolerance64: 1e-8 },
  // Its denominators cross zero: not to be gated in single precision, where 7e-4 was measured with another implementation.
  { name: 'eps_nobias', options: { method: 'epsilon', bias: 'ignore' }, tolerance: 2e-2, tolerance64: 1e-8 },
  { name: 'gradient', options: { method: 'gradient' }, tolerance: 2e-5, tolerance64: 1e-10 },
  { name: 'input_x_gradient', options: { method: 'input-gradient' }, tolerance: 2e-5, tolerance64: 1e-10 },
]

export function floats32(name: string): Float32Array {
  return new Float32Array(bytes(name))
}

export function floats64(name: string): Float64Array {
  return new Float64Array(bytes(name))
}

/** Largest difference as a share of the largest absolute value of the reference. */
export function worstShare(got: ArrayLike<number>, expected: Float64Array): number {
  if (got.length !== expected.length) return Infinity
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const worst = expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - got[i]!)), 0)
  return worst / scale
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(referencePath('reference/lrp', name), 'utf8'))
}

function bytes(name: string): ArrayBuffer {
  return new Uint8Array(readFileSync(referencePath('reference/lrp', name))).buffer
}
