import type { Random } from '../../nn/random.ts'
import { addAnswers, type Ground } from './noise-sources.ts'
import { between, chance, gaussian, logBetween, sign } from './random-draws.ts'
import { CHANNELS } from './window-buffer.ts'

/** From next door to some 320 km. */
const P_TO_S_SECONDS = { least: 0.8, most: 40 }
/** Of a wave, what fades slowly: inversely with time instead of exponentially. */
const CODA_SHARE = 0.15
/** The first push of a sharp onset, in pushes behind it. */
const LARGEST_FIRST_PUSH = 4

/** How a wave arrives and fades. */
interface Wave {
  /** Row, maybe between two, of its onset. */
  readonly onset: number
  /** Until it is at full strength; 0: at once. */
  readonly riseSeconds: number
  /** Of its exponential decay. */
  readonly decaySeconds: number
  readonly size: number
  /** Factor of the vertical motion, divisor of the horizontal. */
  readonly verticality: number
}

/**
 * An earthquake made by code, on any scale: P and, where the window reaches so far, S; each a shower of pushes that sets in at once
 * or nearly so and fades over seconds, and the ground's answer to them. Sources of noise move the same ground (noise-sources.ts), so
 * that what tells the two apart is how they begin and fade. Real earthquakes of training are few and come from few places; these
 * have any distance, decay and ground.
 *
 * @param window row-major [rows, 3]; overwritten
 * @param latestP row; P lies anywhere before it
 * @param sampleRate Hz
 */
export function fillMadeEarthquake(
  window: Float64Array,
  latestP: number,
  sampleRate: number,
  random: Random,
  ground: Ground,
): void {
  window.fill(0)
  const pToS = logBetween(random, P_TO_S_SECONDS.least, P_TO_S_SECONDS.most)
  const p = between(random, 0, latestP)
  const waves: Wave[] = [
    {
      onset: p,
      riseSeconds: chance(random, 0.6) ? 0 : between(random, 0, 0.4),
      decaySeconds: 0.5 + pToS * between(random, 0.3, 1.5),
      size: 1,
      verticality: logBetween(random, 1, 2),
    },
    {
      onset: p + pToS * sampleRate,
      riseSeconds: chance(random, 0.5) ? 0 : between(random, 0, 0.6),
      decaySeconds: 1 + pToS * between(random, 0.3, 1.2),
      size: logBetween(random, 1.2, 8),
      verticality: logBetween(random, 0.4, 1),
    },
  ]
  for (const wave of waves)
    addAnswers(window, pushesOf(wave, window.length / CHANNELS, sampleRate, random), answerTo(wave, ground))
}

function pushesOf(wave: Wave, rows: number, sampleRate: number, random: Random): Float64Array {
  const pushes = new Float64Array(rows)
  const first = Math.ceil(wave.onset)
  // Within a sample of its onset a wave that rises at once is there.
  const sample = 1 / sampleRate
  for (let row = first; row < rows; row++) {
    const seconds = (row - wave.onset) / sampleRate
    const risen = Math.min(1, (seconds + sample) / (wave.riseSeconds + sample))
    const faded = (1 - CODA_SHARE) * Math.exp(-seconds / wave.decaySeconds) + CODA_SHARE / (1 + seconds)
    pushes[row] = wave.size * gaussian(random) * risen * faded
  }
  if (first < rows) pushes[first]! += wave.size * sign(random) * between(random, 0, LARGEST_FIRST_PUSH)
  return pushes
}

/** The ground's answer to one push, of one size whatever ground it is, in the directions of the wave. */
function answerTo({ verticality }: Wave, ground: Ground): Float64Array {
  const answer = ground.answer().map((value, i) => (i % CHANNELS === 0 ? value * verticality : value / verticality))
  const size = Math.sqrt(answer.reduce((sum, value) => sum + value * value, 0))
  return size === 0 ? answer : answer.map((value) => value / size)
}
