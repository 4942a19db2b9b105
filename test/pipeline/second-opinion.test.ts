import { describe, expect, it } from 'vitest'
import type { MonitorParts } from '../../src/app/monitor.ts'
import { type Classifier, FORGETFUL_STATE } from '../../src/domain/ports.ts'
import { ASKED_FROM, withSecondOpinion } from '../../src/domain/second-opinion.ts'
import { LateEnergy, packetsOf, partsWith, play, playInTwo, problems, START } from '../helpers/bursts-pipeline.ts'

const WINDOW = 1001

/** Says that there is half as much as there may be, and counts how often it was asked. */
class Doubter implements Classifier {
  readonly windowLength = WINDOW
  readonly channels = 3
  asked = 0
  readonly #late = new LateEnergy(WINDOW)

  classify(windows: Float32Array): Float32Array {
    this.asked++
    return Float32Array.of(this.#late.classify(windows)[0]! / 2)
  }
}

const preprocess = { detrend: 'demean', highpassHz: null, normalise: 'max-abs' } as const

function partsOf(...given: Parameters<typeof partsWith>): MonitorParts {
  return { ...partsWith(...given), second: { classifier: new Doubter(), gridRate: 40, preprocess } }
}

function withDoubter(doubter: Classifier): MonitorParts {
  return { ...partsWith(FORGETFUL_STATE), second: { classifier: doubter, gridRate: 40, preprocess } }
}

const scoresOf = (lines: readonly string[]) =>
  new Map(lines.filter((line) => line !== 'gap').map((line) => line.split(' ').map(Number) as [number, number]))

describe('a second opinion', () => {
  it('is asked about every window in which the first model sees something, and about no other', () => {
    const alone = scoresOf(play(packetsOf(), partsWith(FORGETFUL_STATE)).scores)
    const doubter = new Doubter()
    const both = scoresOf(play(packetsOf(), withDoubter(doubter)).scores)
    expect([...both.keys()]).toEqual([...alone.keys()])
    let seen = 0
    for (const [window, score] of both) {
      const first = alone.get(window)!
      if (first < ASKED_FROM) expect(score).toBe(first)
      else {
        seen++
        expect(score).toBeLessThan(first)
      }
    }
    expect(doubter.asked).toBe(seen)
    expect(seen).toBeGreaterThan(50)
    expect(seen).toBeLessThan(alone.size - 20)
  })

  it('is given the same seconds as the first model, at its own rate', () => {
    const alone = scoresOf(play(packetsOf(), partsWith(FORGETFUL_STATE)).scores)
    // On a grid of 40 Hz, alone: windows start at twice the index.
    const finer = scoresOf(
      play(
        packetsOf(),
        partsWith(FORGETFUL_STATE, () => {}, 40),
      ).scores,
    )
    const both = scoresOf(play(packetsOf(), withDoubter(new Doubter())).scores)
    for (const [window, first] of alone) {
      const second = Math.fround(finer.get(window * 2)! / 2)
      expect(both.get(window)).toBe(first < ASKED_FROM ? first : withSecondOpinion(first, second))
    }
  })

  it('gives the same bits whatever the record length', () => {
    const reference = play(packetsOf(), partsOf(FORGETFUL_STATE))
    expect(reference.scores.length).toBeGreaterThan(200)
    for (const recordLength of [128, 4096, 65_536]) {
      expect(play(packetsOf({ recordLength }), partsOf(FORGETFUL_STATE)).scores).toEqual(reference.scores)
    }
  })

  it('gives the same bits when it is stopped after any packet and goes on from what it stored', () => {
    const packets = packetsOf({ gapAt: 120 })
    const reference = play(packets, partsOf(FORGETFUL_STATE))
    for (let cut = 1; cut < packets.length; cut += 13) {
      expect(playInTwo(packets, cut, partsOf)).toEqual(reference)
    }
  })

  it('never looks across a gap', () => {
    const doubter = new Doubter()
    const { scores } = play(packetsOf({ gapAt: 120 }), withDoubter(doubter))
    const gap = (Number(START) / 1e9 + 120) * 20
    expect(doubter.asked).toBeGreaterThan(0)
    expect([...scoresOf(scores).keys()].filter((start) => start < gap && start + 500 > gap)).toEqual([])
  })

  it('is not to be had where an instrument is too slow: the first model’s score stays, and nobody complains twice', () => {
    problems.length = 0
    const doubter = new Doubter()
    const packets = packetsOf({ rate: 20 })
    expect(play(packets, withDoubter(doubter))).toEqual(play(packets, partsWith(FORGETFUL_STATE)))
    expect(doubter.asked).toBe(0)
    expect(problems).toEqual([])
  })

  it('goes with the detection', () => {
    const { outputs } = play(packetsOf(), partsOf(FORGETFUL_STATE))
    const detections = outputs.flatMap((output) => (output.kind === 'detection' ? [output.detection] : []))
    for (const { peak } of detections) expect(peak.secondOpinion).toBeGreaterThan(0)
    for (const output of play(packetsOf(), partsWith(FORGETFUL_STATE)).outputs) {
      expect(output).not.toHaveProperty('detection.peak.secondOpinion')
    }
  })
})
