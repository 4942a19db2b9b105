import type { Random } from './random.ts'

/** Scattered waves of one arrival on one component. */
export interface CodaShape {
  /** rms velocity in m/s just after the arrival in a band around a frequency (Hz) of a width (Hz). */
  amplitudeIn(frequency: number, width: number): number
  /** Quality factor of the decay at a frequency. */
  qualityAt(frequency: number): number
  /** Lapse time of the arrival (s after origin): from there the coda falls as lapse^−1.2. */
  readonly lapseSeconds: number
  /** Time constant in seconds of the forward-scattered part right behind the arrival. */
  readonly forwardSeconds: number
}

/** Octave bands; each decays with its own Q, so that the coda loses its high frequencies first. */
const CENTRES = [0.35, 0.7, 1.4, 2.8, 5.6, 11.2, 22.4, 44.8] as const
const HALF_OCTAVE = Math.SQRT2
const LAPSE_EXPONENT = 1.2
/** What remains after the forward-scattered part, relative to the beginning. */
const LATE_SHARE = 0.4
/** Scattered waves take detours: the coda rises in this share of the forward time constant. */
const RISE_SHARE = 0.15
/** The end fades over this share of the length, so that cutting leaves no step. */
const FADE_SHARE = 0.1
/** Knots of the envelope: this far apart, later this share of the time since the arrival. */
const KNOT_SECONDS = 0.02
const KNOT_SHARE = 0.02
/** Metres per second that no digitiser shows. */
const NEGLIGIBLE = 1e-11

/**
 * Adds coda to a trace: band-passed noise under the envelope of single scattering,
 * A(f) t^−n e^(−π f t / Q(f)) (Aki & Chouet 1975), band by band. Causal: nothing before `arrival`.
 *
 * @param trace velocity in m/s
 * @param arrival sample (fractional) of the wave that is scattered; up to the end of the trace
 */
export function addCoda(trace: Float64Array, arrival: number, sampleRate: number, shape: CodaShape, random: Random): void {
  const first = Math.ceil(arrival)
  const count = trace.length - first
  if (count <= 0) return
  const white = new Float64Array(count)
  for (let n = 0; n < count; n++) white[n] = random.between(-1, 1)
  for (const centre of CENTRES) {
    if (centre * HALF_OCTAVE > 0.5 * sampleRate) break
    const width = centre * (HALF_OCTAVE - 1 / HALF_OCTAVE)
    const amplitude = shape.amplitudeIn(centre, width)
    addBand(trace.subarray(first), white, sampleRate, centre, amplitude, shape)
  }
}

function addBand(
  out: Float64Array,
  white: Float64Array,
  sampleRate: number,
  centre: number,
  amplitude: number,
  shape: CodaShape,
): void {
  // Constant-peak band-pass (Bristow-Johnson's cookbook), one octave wide.
  const omega = (2 * Math.PI * centre) / sampleRate
  const alpha = Math.sin(omega) * Math.sinh((Math.LN2 / 2) * (omega / Math.sin(omega)))
  const gain = alpha / (1 + alpha)
  const b1 = (2 * Math.cos(omega)) / (1 + alpha)
  const b2 = (1 - alpha) / (1 + alpha)
  // White uniform noise has variance 1/3; of it the filter passes alpha / (1 + alpha).
  const scale = amplitude / Math.sqrt(gain / 3)

  const rise = 1 / (1.5 * centre) + RISE_SHARE * shape.forwardSeconds
  const decay = (Math.PI * centre) / shape.qualityAt(centre)
  const fade = FADE_SHARE * out.length
  const levelAt = (n: number) => scale * envelopeAt(n / sampleRate, rise, decay, shape) * Math.min(1, (out.length - n) / fade)
  let y1 = 0
  let y2 = 0
  let x1 = 0
  let x2 = 0
  // The envelope slows down as it decays: straight lines between knots that move apart.
  for (let from = 0, level = 0, to = 0; from < out.length; from = to) {
    to = Math.min(out.length, from + Math.ceil(Math.max(KNOT_SECONDS * sampleRate, from * KNOT_SHARE)))
    const next = levelAt(to)
    const slope = (next - level) / (to - from)
    for (let n = from; n < to; n++) {
      const x = white[n]!
      const y = gain * (x - x2) + b1 * y1 - b2 * y2
      x2 = x1
      x1 = x
      y2 = y1
      y1 = y
      out[n] = out[n]! + level * y
      level += slope
    }
    level = next
    if (next < NEGLIGIBLE && from > shape.forwardSeconds * sampleRate) return
  }
}

function envelopeAt(seconds: number, rise: number, decay: number, shape: CodaShape): number {
  const late = LATE_SHARE * (1 + seconds / shape.lapseSeconds) ** -LAPSE_EXPONENT * Math.exp(-decay * seconds)
  const early = (1 - LATE_SHARE) * Math.exp(-seconds / shape.forwardSeconds)
  return (early + late) * (1 - Math.exp(-seconds / rise))
}
