import { describe, expect, it } from 'vitest'
import { excursionsOf, type ScoreSpan } from '../../../src/detection/excursions.ts'
import { ARMED, stepTrigger, type TriggerOptions, type TriggerState } from '../../../src/detection/trigger.ts'
import { rehearseTrigger } from '../../../src/detection/trigger-rehearsal.ts'
import type { InstrumentId } from '../../../src/domain/source-id.ts'
import type { ScoredPiece } from '../../../src/domain/window.ts'
import { seededRandom } from '../../helpers/signals.ts'

const instrument = 'XX_AAA_00_HH' as InstrumentId
const START = 1_700_000_000_000_000
const FLOOR = 0.2
const onsetBefore = { seconds: 8, uncertaintySeconds: 2 }
const settings = {
  on: 0.9,
  off: 0.5,
  minimumSeconds: 2,
  maximumSeconds: 30,
  deadSeconds: 25,
  holdSeconds: 0,
  retriggerRatio: 0,
  retriggerSeconds: 12,
  gridRate: 20,
  model: 'm@1',
}

const span = (second: number, scores: readonly number[]): ScoreSpan => ({
  endTime: START + second * 1e6,
  strideSeconds: 1,
  scores: Float32Array.from(scores),
})
const rehearsed = (spans: readonly ScoreSpan[], options = settings) =>
  rehearseTrigger(instrument, excursionsOf(spans, FLOOR), { ...options, onsetBefore }).map(({ on, off, peak }) => ({
    on: (on - START) / 1e6,
    off: off === null ? null : (off - START) / 1e6,
    score: peak.score,
  }))

describe('excursions of scores', () => {
  it('are what is not below the floor, with what comes behind each', () => {
    const excursions = excursionsOf([span(0, [0.1, 0.3, 0.7, 0.1, 0.5]), span(100, [0.4, 0.1, 0.9, 0.1, 0.1])], FLOOR)
    const facts = excursions.map(({ endTime, scores, peak, quietWindows, then }) => [
      (endTime - START) / 1e6,
      scores.length,
      peak,
      quietWindows,
      then,
    ])
    expect(facts).toEqual([
      [1, 2, Math.fround(0.7), 1, 'excursion'],
      [4, 1, 0.5, 0, 'gap'],
      [100, 1, Math.fround(0.4), 1, 'excursion'],
      [102, 1, Math.fround(0.9), 2, 'unknown'],
    ])
  })
})

describe('the trigger played over stored scores', () => {
  it('leaves a detection open where the scores end, and closes one at a gap', () => {
    const up = [0.95, 0.96, 0.97, 0.98]
    expect(rehearsed([span(0, up), span(100, up)])).toEqual([
      { on: 0, off: 3, score: Math.fround(0.98) },
      { on: 100, off: null, score: Math.fround(0.98) },
    ])
  })

  it('holds a detection over windows that are not kept, until a gap, the end of the hold or of the scores', () => {
    const up = [0.95, 0.96, 0.97]
    const holding = { ...settings, holdSeconds: 6 }
    const held = (...after: number[]) => rehearsed([span(0, [...up, ...after])], holding).map(({ on, off }) => [on, off])
    expect(held(0.1, 0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1)).toEqual([[0, 7]])
    expect(held(0.1, 0.1, 0.1, 0.1, 0.1, 0.6, 0.1)).toEqual([[0, 3]])
    expect(held(0.1, 0.1)).toEqual([[0, 3]])
    const long = { ...settings, holdSeconds: 100 }
    expect(rehearsed([span(0, [...up, 0.1]), span(30, up)], long).map(({ on, off }) => [on, off])).toEqual([
      [0, 3],
      [30, null],
    ])
  })

  it('gives what the trigger gives that has seen every window, whatever the scores and settings', () => {
    const random = seededRandom(7)
    let compared = 0
    for (let round = 0; round < 200; round++) {
      const spans = randomSpans(random)
      const options = {
        ...settings,
        on: 0.4 + random() * 0.55,
        minimumSeconds: Math.floor(random() * 4),
        maximumSeconds: 5 + Math.floor(random() * 20),
        deadSeconds: Math.floor(random() * 40),
        holdSeconds: round % 2 === 0 ? 0 : Math.floor(random() * 60),
        retriggerRatio: round % 3 === 0 ? 0 : 2 + 4 * random(),
        retriggerSeconds: Math.floor(random() * 20),
      }
      const all = { ...options, off: FLOOR + random() * (options.on - FLOOR) }
      const expected = everyWindow(spans, all)
      expect(rehearsed(spans, all)).toEqual(expected)
      compared += expected.length
    }
    expect(compared).toBeGreaterThan(1000)
  })
})

describe('another arrival, played over stored scores', () => {
  const up = Array(60).fill(0.95) as number[]
  const at = (second: number) => ({ windowEnd: START + second * 1e6, time: START + (second - 2) * 1e6, powerRatio: 6 })
  const options = { ...settings, maximumSeconds: 300, retriggerRatio: 5, onsetBefore }
  const openings = (arrivals: ReturnType<typeof at>[], asked = options) =>
    rehearseTrigger(instrument, excursionsOf([{ ...span(0, up), arrivals }], FLOOR), asked).map(({ on, opening }) => [
      (on - START) / 1e6,
      (opening.onset.time - START) / 1e6,
    ])

  it('begins a detection where the one before began long enough ago: with its own arrival, or when the score was up', () => {
    expect(openings([at(14)])).toEqual([
      [0, -8],
      [14, 6],
    ])
    expect(openings([at(13)])).toEqual([[0, -8]])
    expect(openings([at(0), at(12)])).toEqual([
      [0, -8],
      [12, 4],
    ])
    expect(openings([at(0), at(11)])).toEqual([[0, -8]])
  })

  it('is passed over where its window is not among the scores', () => {
    expect(openings([at(-3), { ...at(20), windowEnd: START + 20.5e6 }, at(70)])).toEqual([[0, -8]])
    expect(openings([{ ...at(20), windowEnd: START + 20.5e6 }, at(30)])).toHaveLength(2)
  })
})

/** Scores that wander, with gaps. */
function randomSpans(random: () => number): ScoreSpan[] {
  let second = 0
  return Array.from({ length: 4 }, () => {
    let logit = -2
    const scores = Array.from({ length: 60 + Math.floor(random() * 60) }, () => {
      logit = 0.9 * logit + 3 * (random() - 0.5)
      return 1 / (1 + Math.exp(-logit))
    })
    const made = span(second, scores)
    const arrivals = scores.flatMap((_, i) => {
      const windowEnd = made.endTime + i * 1e6
      return random() < 0.2 ? [{ windowEnd, time: windowEnd - 2e6, powerRatio: 2 + 8 * random() }] : []
    })
    second += scores.length + 25 + Math.floor(random() * 30)
    return { ...made, arrivals }
  })
}

/** The trigger as the pipeline feeds it: all windows with samples, gaps between the runs, nothing at the end. */
function everyWindow(spans: readonly ScoreSpan[], options: typeof settings) {
  const trigger: TriggerOptions = { ...options, config: '', pickOnset: () => ({ index: 100, uncertaintySamples: 1 }) }
  const found = new Map<number, { on: number; off: number | null; score: number }>()
  let state: TriggerState = ARMED
  const step = (piece: ScoredPiece) => {
    const [next, outputs] = stepTrigger(state, piece, trigger)
    state = next
    for (const output of outputs) {
      if (output.kind !== 'detection') continue
      const { on, off, peak } = output.detection
      found.set(on, { on: (on - START) / 1e6, off: off === null ? null : (off - START) / 1e6, score: peak.score })
    }
  }
  for (const [index, { endTime, scores, arrivals = [] }] of spans.entries()) {
    if (index > 0) step({ kind: 'gap', instrument, cause: 'missing' })
    for (let i = 0; i < scores.length; i++) {
      const firstIndex = ((endTime + i * 1e6) * 20) / 1e6 - 500
      const window = { kind: 'window' as const, instrument, firstIndex, startTime: firstIndex * 50_000, samples: SAMPLES }
      const arrival = arrivals.find(({ windowEnd }) => windowEnd === endTime + i * 1e6)
      step({ kind: 'scored', instrument, window, input: new Float32Array(0), score: scores[i]!, ...(arrival && { arrival }) })
    }
  }
  const rise = state.rise
  const open = rise?.isPublished ? found.get(rise.on) : undefined
  if (open && rise) {
    const off = rise.downSince === undefined ? null : (rise.downSince - START) / 1e6
    found.set(rise.on, { ...open, off, score: rise.best.score })
  }
  return [...found.values()]
}

const SAMPLES = new Float64Array(501 * 3)
