import { describe, expect, it } from 'vitest'
import type { ScoreSpan } from '../../../src/detection/excursions.ts'
import { proposeThreshold, withoutTimes } from '../../../src/detection/threshold-proposal.ts'
import { probabilityOf } from '../../../src/domain/calibration.ts'
import { seededRandom } from '../../helpers/signals.ts'

const TRIGGER = {
  on: 0.95,
  off: 0.9,
  minimumSeconds: 2,
  maximumSeconds: 300,
  deadSeconds: 25,
  holdSeconds: 0,
  retriggerRatio: 0,
  retriggerSeconds: 12,
}
const DAY = 86_400

describe('proposeThreshold', () => {
  it('takes the lowest threshold that gives no more alarms than allowed, by the trigger itself', () => {
    // Two days, on each of which ten seconds of noise score 0.6, 0.7, 0.8, 0.9 and 0.97, an hour apart.
    const span = noise(2, (second) => [0.6, 0.7, 0.8, 0.9, 0.97][Math.floor((second % DAY) / 3600)] ?? 0)
    const one = proposeThreshold([span], TRIGGER, 1)
    expect(one).toMatchObject({ days: 2, alarmsNow: 2, alarms: 2, isExtrapolated: false })
    expect(one.on).toBeGreaterThan(0.9)
    expect(one.on).toBeLessThanOrEqual(0.97)
    const three = proposeThreshold([span], TRIGGER, 3)
    expect(three.alarms).toBe(6)
    expect(three.on).toBeGreaterThan(0.7)
    expect(three.on).toBeLessThanOrEqual(0.8)
    expect(three.off / three.on).toBeCloseTo(0.9 / 0.95, 3)
    expect(three.perDay.low).toBeLessThan(3)
    expect(three.perDay.high).toBeGreaterThan(3)
  })

  it('does not count what is too short, nor twice what lies in one dead time', () => {
    const short = noise(2, () => 0.99, 2)
    expect(proposeThreshold([short], TRIGGER, 1).alarmsNow).toBe(0)
    const pair: ScoreSpan = {
      endTime: 0,
      strideSeconds: 1,
      scores: [...spell(0.99), 0, ...spell(0.99), ...new Array<number>(2 * DAY).fill(0)],
    }
    expect(proposeThreshold([pair], TRIGGER, 1).alarmsNow).toBe(1)
  })

  it('counts an alarm that is up again while it is held once', () => {
    const twice = [...spell(0.99), ...spell(0.3, 20), ...spell(0.99), ...new Array<number>(2 * DAY).fill(0)]
    const span: ScoreSpan = { endTime: 0, strideSeconds: 1, scores: twice }
    expect(proposeThreshold([span], TRIGGER, 1).alarmsNow).toBe(2)
    expect(proposeThreshold([span], { ...TRIGGER, holdSeconds: 29 }, 1).alarmsNow).toBe(2)
    expect(proposeThreshold([span], { ...TRIGGER, holdSeconds: 30 }, 1).alarmsNow).toBe(1)
  })

  it('follows the tail of the peaks where the record is too short, and says so', () => {
    const random = seededRandom(3)
    // Half a day with an exponential tail of scale 1 in logits, 40 peaks above 0.5; a tenth of an alarm per day asks for more.
    const span = noise(0.5, (second) => (second < 40 * 1000 ? probabilityOf(-Math.log(1 - random())) : 0), 10, 1000)
    const proposal = proposeThreshold([span], TRIGGER, 0.1)
    expect(proposal.isExtrapolated).toBe(true)
    expect(proposal.alarms).toBe(0)
    expect(proposal.warnings.join(' ')).toMatch(/extrapolated/)
    // 80 per day fall to 0.1 over ln 800 = 6.7 logits.
    expect(proposal.on).toBeGreaterThan(probabilityOf(5))
    expect(proposal.on).toBeLessThan(probabilityOf(8.5))
  })

  it('does not open a trigger further on the strength of minutes', () => {
    const proposal = proposeThreshold([{ endTime: 0, strideSeconds: 1, scores: new Array<number>(600).fill(0) }], TRIGGER, 1)
    expect(proposal.on).toBe(0.95)
    expect(proposal.warnings).toHaveLength(2)
  })
})

describe('withoutTimes', () => {
  it('cuts out what is no noise and keeps the times of the rest', () => {
    const span: ScoreSpan = { endTime: 100e6, strideSeconds: 1, scores: [1, 2, 3, 4, 5, 6] }
    expect(withoutTimes([span], [{ from: 102e6, to: 103e6 }])).toEqual([
      { endTime: 100e6, strideSeconds: 1, scores: [1, 2] },
      { endTime: 104e6, strideSeconds: 1, scores: [5, 6] },
    ])
    expect(withoutTimes([span], [{ from: 0, to: 99e6 }])).toEqual([span])
    expect(withoutTimes([span], [{ from: 0, to: 200e6 }])).toEqual([])
  })
})

function spell(score: number, seconds = 10): number[] {
  return new Array<number>(seconds).fill(score)
}

/** Quiet, but for a spell of noise at the beginning of every hour. */
function noise(days: number, scoreAt: (second: number) => number, seconds = 10, every = 3600): ScoreSpan {
  const scores = new Float32Array(days * DAY)
  for (let second = 0; second < scores.length; second += every) scores.fill(scoreAt(second), second, second + seconds)
  return { endTime: 1e15, strideSeconds: 1, scores }
}
