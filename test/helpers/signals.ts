/** Signals with known answers; random ones come from a seed. */

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Gaussian noise (Box–Muller), standard deviation 1. */
export function gaussianNoise(count: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}

/** Integer counts, as a digitiser gives them. */
export function noiseCounts(count: number, seed: number, amplitude = 1000, offset = 0): Int32Array {
  return Int32Array.from(gaussianNoise(count, seed), (value) => Math.round(offset + amplitude * value))
}

/** sin(2π frequency t + phase) at t = i / sampleRate. */
export function sine(count: number, sampleRate: number, frequency: number, phase = 0): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / sampleRate + phase))
}

/** Zero but for one sample. */
export function spike(count: number, at: number, height = 1): Float64Array {
  const samples = new Float64Array(count)
  samples[at] = height
  return samples
}

/** Where to cut `count` items: ascending, at random seeded places. */
export function seededCuts(count: number, cuts: number, seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: cuts }, () => Math.floor(random() * (count + 1))).sort((a, b) => a - b)
}

/** The pieces between the cuts; empty ones left out. */
export function splitAt<T extends { slice(start: number, end: number): T; readonly length: number }>(
  whole: T,
  cuts: readonly number[],
): T[] {
  const edges = [0, ...cuts, whole.length]
  return edges.slice(1).flatMap((end, i) => (end > edges[i]! ? [whole.slice(edges[i]!, end)] : []))
}
