import type { Random } from '../../nn/random.ts'
import { windowOf } from './grid-trace.ts'
import { addAnswers, type Ground } from './noise-sources.ts'
import { chance, gaussian, integerBetween, logBetween } from './random-draws.ts'
import type { Stretch, TracePool } from './trace-pool.ts'
import { CHANNELS, removeMean } from './window-buffer.ts'

/** An answer is this long; what answers blows is a piece of an earthquake (from P to so long after it) or of noise. */
const ANSWER_SECONDS = { shortest: 0.4, longest: 2.5 }
const EARTHQUAKE_SECONDS = 10
const EARTHQUAKE_SHARE = 0.6
/** Of an answer, the part in which it rises; then it falls as a cosine. */
const RISE = 0.1
/** Steady motion is as often noise as it was recorded; else it is the answer to pushes without end. */
const RECORDED_SHARE = 0.4

/**
 * Ground as it was recorded, for sources made by code: spectra and polarisations of real sites, and of earthquakes without what
 * makes them earthquakes, so that a network cannot tell by the sound alone.
 *
 * @param pool asked at every draw: it changes from round to round
 * @param fillNoise overwrites a window with noise as it was recorded
 */
export function realGround(
  pool: () => TracePool,
  fillNoise: (window: Float64Array) => void,
  sampleRate: number,
  random: Random,
): Ground {
  const answer = () => {
    const { earthquakes, noise } = pool()
    const stretch = (chance(random, EARTHQUAKE_SHARE) ? earthquakes : noise).draw(random)
    const rows = Math.round(logBetween(random, ANSWER_SECONDS.shortest, ANSWER_SECONDS.longest) * sampleRate)
    return faded(pieceOf(stretch, rows, sampleRate, random))
  }
  return {
    answer,
    fillSteady: (window) => {
      if (chance(random, RECORDED_SHARE)) {
        fillNoise(window)
        return
      }
      const pushes = Float64Array.from({ length: window.length / CHANNELS }, () => gaussian(random))
      window.fill(0)
      addAnswers(window, pushes, answer())
    },
  }
}

/** A copy without its mean. */
function pieceOf({ trace, firstStart, lastStart }: Stretch, rows: number, sampleRate: number, random: Random): Float64Array {
  const start =
    trace.pIndex === undefined
      ? integerBetween(random, firstStart, lastStart)
      : trace.pIndex + integerBetween(random, 0, EARTHQUAKE_SECONDS * sampleRate)
  const latest = trace.firstIndex + trace.length - rows
  const piece = windowOf(trace, Math.max(trace.firstIndex, Math.min(start, latest)), rows).slice()
  removeMean(piece)
  return piece
}

function faded(piece: Float64Array): Float64Array {
  const rows = piece.length / CHANNELS
  return piece.map((value, i) => {
    const row = Math.floor(i / CHANNELS)
    return value * Math.min(1, (row + 1) / (RISE * rows)) * 0.5 * (1 + Math.cos((Math.PI * row) / rows))
  })
}
