/**
 * The resampler from its definition: a Kaiser-windowed sinc (β 8.1, ±13 grid periods, corner 0.998 of the grid's Nyquist
 * frequency), evaluated for every pair of input and output sample, each output divided by the sum of its weights.
 *
 * @param startMillis time of samples[0], ms since 1970
 * @param gridIndex the output wanted
 */
export function naiveResampledSample(
  samples: ArrayLike<number>,
  sampleRate: number,
  startMillis: number,
  gridIndex: number,
  gridMillis = 50,
): number {
  let weighted = 0
  let weights = 0
  for (let i = 0; i < samples.length; i++) {
    const offset = (startMillis + (i * 1000) / sampleRate - gridIndex * gridMillis) / gridMillis
    const weight = kernel(offset)
    weighted += weight * samples[i]!
    weights += weight
  }
  return weighted / weights
}

function kernel(x: number): number {
  if (Math.abs(x) >= 13) return 0
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * 0.998 * x) / (Math.PI * 0.998 * x)
  return (sinc * besselI0(8.1 * Math.sqrt(1 - (x / 13) ** 2))) / besselI0(8.1)
}

/** I0(x) = 1/π ∫ exp(x cos θ) dθ over [0, π]; the trapezoidal rule converges at once for a periodic function. */
function besselI0(x: number): number {
  const steps = 64
  let sum = 0
  for (let n = 0; n < steps; n++) sum += Math.exp(x * Math.cos((2 * Math.PI * n) / steps))
  return sum / steps
}
