/** What a trace is filtered to, Hz; an absent corner lets everything through on its side. */
export interface Band {
  readonly fromHz?: number
  readonly toHz?: number
}

/** Second-order section, a0 = 1. */
interface Section {
  readonly b0: number
  readonly b1: number
  readonly b2: number
  readonly a1: number
  readonly a2: number
}

/**
 * Filters in place with second-order Butterworth sections (bilinear transform, corners pre-warped), forwards and backwards: onsets stay
 * where they are. Runs between NaNs are filtered each for itself and begin in the steady state of their first sample.
 *
 * @param values sampled evenly
 * @param rate Hz
 */
export function filterToBand(values: Float32Array, { fromHz, toHz }: Band, rate: number): void {
  const sections: Section[] = []
  if (fromHz !== undefined && fromHz < rate / 2) sections.push(highpass(fromHz, rate))
  if (toHz !== undefined && toHz < rate / 2) sections.push(lowpass(toHz, rate))
  if (sections.length === 0) return
  for (let from = 0; from < values.length; from++) {
    if (Number.isNaN(values[from])) continue
    let after = from + 1
    while (after < values.length && !Number.isNaN(values[after])) after++
    for (const section of sections) {
      run(section, values, from, 1, after - from)
      run(section, values, after - 1, -1, after - from)
    }
    from = after
  }
}

function highpass(corner: number, rate: number): Section {
  const k = Math.tan((Math.PI * corner) / rate)
  const b0 = 1 / (1 + Math.SQRT2 * k + k * k)
  return { b0, b1: -2 * b0, b2: b0, a1: 2 * (k * k - 1) * b0, a2: (1 - Math.SQRT2 * k + k * k) * b0 }
}

function lowpass(corner: number, rate: number): Section {
  const k = Math.tan((Math.PI * corner) / rate)
  const norm = 1 / (1 + Math.SQRT2 * k + k * k)
  const b0 = k * k * norm
  return { b0, b1: 2 * b0, b2: b0, a1: 2 * (k * k - 1) * norm, a2: (1 - Math.SQRT2 * k + k * k) * norm }
}

/** Transposed direct form II over every `step`-th value from `from`, `count` times. */
function run({ b0, b1, b2, a1, a2 }: Section, values: Float32Array, from: number, step: number, count: number): void {
  const first = values[from] as number
  const constant = (first * (b0 + b1 + b2)) / (1 + a1 + a2)
  let s2 = b2 * first - a2 * constant
  let s1 = b1 * first - a1 * constant + s2
  for (let n = 0, i = from; n < count; n++, i += step) {
    const x = values[i] as number
    const y = b0 * x + s1
    s1 = b1 * x - a1 * y + s2
    s2 = b2 * x - a2 * y
    values[i] = y
  }
}
