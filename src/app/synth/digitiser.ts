/**
 * The recording chain every station has: a broadband sensor of flat velocity response and a 24-bit digitiser.
 * (The long-period corner of real sensors, 120 s, lies far below what this software looks at.)
 */
export const COUNTS_PER_METRE_PER_SECOND = 6e8

const FULL_SCALE = 2 ** 23 - 1

/** Gain of the decimation filter: flat to four fifths of Nyquist, gone at Nyquist. */
export function antiAliasGain(frequency: number, sampleRate: number): number {
  return 1 / (1 + (frequency / (0.44 * sampleRate)) ** 24)
}

/** Velocities in counts (fractional) → what the digitiser gives, clipped at full scale. */
export function digitise(counts: Float64Array): Int32Array {
  const samples = new Int32Array(counts.length)
  for (let n = 0; n < counts.length; n++) samples[n] = Math.round(Math.max(-FULL_SCALE, Math.min(FULL_SCALE, counts[n]!)))
  return samples
}
