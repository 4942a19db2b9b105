import { Fourier, nextPowerOfTwo } from '../../signal/fourier.ts'

/** Long enough for the corner frequency of a magnitude 5. */
const PULSE_SECONDS = 10
/** Amplitudes below this share of the largest are lifted to it, so that their logarithm stays finite. */
const FLOOR = 1e-9
/** Samples at the end, below this share of the peak, are cut off. */
const CUT = 1e-5

const transforms = new Map<number, Fourier>()

/**
 * The shortest causal ground-velocity pulse with a given displacement spectrum: minimum phase by the folded cepstrum
 * (Oppenheim & Schafer 1989, §12.4). Nothing moves before its first sample: the arrival.
 *
 * @param displacementAt amplitude in m/Hz at a frequency in Hz
 * @param sampleRate Hz
 * @returns velocity in m/s, sample 0 = arrival
 */
export function velocityPulse(displacementAt: (frequency: number) => number, sampleRate: number): Float64Array {
  const size = nextPowerOfTwo(PULSE_SECONDS * sampleRate)
  const fourier = fourierOf(size)
  const re = new Float64Array(size)
  const im = new Float64Array(size)

  const largest = displacementAt(sampleRate / size)
  for (let k = 0; k <= size / 2; k++) {
    const amplitude = Math.max(displacementAt((Math.max(k, 0.5) * sampleRate) / size), largest * FLOOR)
    re[k] = Math.log(amplitude)
    if (k > 0) re[size - k] = re[k]!
  }
  fourier.invert(re, im)
  foldCepstrum(re, im)
  fourier.transform(re, im)
  for (let k = 0; k < size; k++) {
    const magnitude = Math.exp(re[k]!)
    re[k] = magnitude * Math.cos(im[k]!)
    im[k] = magnitude * Math.sin(im[k]!)
  }
  fourier.invert(re, im)
  return differentiate(re, sampleRate)
}

function foldCepstrum(re: Float64Array, im: Float64Array): void {
  const { length: size } = re
  im.fill(0)
  for (let n = 0; n < size; n++) {
    const weight = n === 0 || n === size / 2 ? 1 : n < size / 2 ? 2 : 0
    re[n] = (re[n]! * weight) / size
  }
}

/** Displacement (still to be scaled by rate / size) → velocity, without the silent end. */
function differentiate(displacement: Float64Array, sampleRate: number): Float64Array {
  const scale = (sampleRate / displacement.length) * sampleRate
  const velocity = new Float64Array(displacement.length / 2)
  let before = 0
  let peak = 0
  for (let n = 0; n < velocity.length; n++) {
    velocity[n] = (displacement[n]! - before) * scale
    before = displacement[n]!
    peak = Math.max(peak, Math.abs(velocity[n]!))
  }
  const last = velocity.findLastIndex((value) => Math.abs(value) > peak * CUT)
  return velocity.slice(0, last + 1)
}

function fourierOf(size: number): Fourier {
  const known = transforms.get(size)
  if (known) return known
  const fourier = new Fourier(size)
  transforms.set(size, fourier)
  return fourier
}
