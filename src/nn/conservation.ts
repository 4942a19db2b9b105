import { type RelevanceRule, STABILISER } from './relevance-rule.ts'
import { ofSign, type Side } from './rule-kernel.ts'

/** Relevance that went into a layer's outputs and did not come out at its inputs, by what kept it (or, below zero, added it). */
export interface Account {
  /** The biases' own contributions; only with `include`. */
  readonly bias: number
  /** Units with contributions of one sign (or none): 1 + β or −β of their relevance remains instead of all. */
  readonly oneSided: number
  /** What is added to denominators so that they are never zero. */
  readonly stabiliser: number
}

export const NOTHING_KEPT: Account = { bias: 0, oneSided: 0, stabiliser: 0 }

/**
 * @param relevance of the outputs, row-major [rows, outputs]
 * @param sums of the contributions, row-major [rows, sides · outputs]; with the biases where the rule includes them
 */
export function accountFor(
  rule: RelevanceRule,
  sides: readonly Side[],
  relevance: Float32Array,
  sums: Float32Array,
  outputs: number,
  bias: Float32Array | undefined,
): Account {
  const kept = { bias: 0, oneSided: 0, stabiliser: 0 }
  const isRepaired = rule.bias === 'repair'
  relevance.forEach((amount, index) => {
    if (amount === 0) return
    const row = Math.floor(index / outputs)
    const output = index % outputs
    const sumOf = (side: number) => sums[(row * sides.length + side) * outputs + output]!
    const isOneSided = isRepaired && (sumOf(0) === 0 || sumOf(1) === 0)
    let ideal = 0
    let given = 0
    let toBias = 0
    sides.forEach(({ sign, factor }, side) => {
      const sum = sumOf(side)
      if (sum === 0 || factor === 0) return
      const weight = isOneSided ? 1 : factor
      const stabiliser = (isOneSided ? STABILISER / Math.abs(factor) : STABILISER) * Math.sign(sum)
      const own = rule.bias === 'include' ? ofSign(bias?.[output] ?? 0, sign) : 0
      ideal += weight
      given += (weight * (sum - own)) / (sum + stabiliser)
      toBias += (weight * own) / (sum + stabiliser)
    })
    kept.oneSided += amount * (1 - ideal)
    kept.bias += amount * toBias
    kept.stabiliser += amount * (ideal - given - toBias)
  })
  return kept
}
