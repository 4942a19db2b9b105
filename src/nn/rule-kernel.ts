import type { RelevanceRule } from './relevance-rule.ts'

/** Contributions of one sign (0: of both together), and how many times a unit's relevance they get. */
export interface Side {
  readonly sign: 1 | -1 | 0
  readonly factor: number
}

/** The sides of a rule that get anything; `repair` has to see both, because a unit with contributions of one sign is special. */
export function sidesOf(rule: RelevanceRule): Side[] {
  if (rule.kind === 'epsilon') return [{ sign: 0, factor: 1 }]
  const sides: Side[] = [
    { sign: 1, factor: 1 + rule.beta },
    { sign: -1, factor: -rule.beta },
  ]
  return rule.bias === 'repair' ? sides : sides.filter(({ factor }) => factor !== 0)
}

/**
 * The kernel that turns x into the sums of a rule's sides. z⁺ = x⁺w⁺ + x⁻w⁻ and z⁻ = x⁺w⁻ + x⁻w⁺ are linear in x⁺ and x⁻, so that a
 * rule needs no product of its own, only this kernel and, for the way back, the same one transposed.
 *
 * @param kernel row-major [taps, inputs, outputs]
 * @param isSplit x comes as [x⁺, x⁻]; otherwise it is never negative or the sign does not matter
 * @returns row-major [taps, inputs or 2 · inputs, sides · outputs]
 */
export function ruleKernel(
  sides: readonly Side[],
  kernel: Float32Array,
  inputs: number,
  outputs: number,
  isSplit: boolean,
): Float32Array {
  const parts = isSplit ? [1, -1] : [1]
  const expanded = new Float32Array(kernel.length * parts.length * sides.length)
  const taps = kernel.length / (inputs * outputs)
  let at = 0
  for (let tap = 0; tap < taps; tap++) {
    for (const part of parts) {
      for (let input = 0; input < inputs; input++) {
        const row = (tap * inputs + input) * outputs
        for (const { sign } of sides) {
          for (let output = 0; output < outputs; output++) expanded[at++] = ofSign(kernel[row + output]!, sign * part)
        }
      }
    }
  }
  return expanded
}

/** The biases on each side's sums. */
export function ruleBias(sides: readonly Side[], bias: Float32Array): Float32Array {
  return Float32Array.from(sides.flatMap(({ sign }) => Array.from(bias, (value) => ofSign(value, sign))))
}

/** The value when it has that sign (0: any), else 0. */
export function ofSign(value: number, sign: number): number {
  if (sign === 0) return value
  return sign > 0 ? Math.max(value, 0) : Math.min(value, 0)
}
