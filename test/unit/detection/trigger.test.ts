import { describe, expect, it } from 'vitest'
import {
  ARMED,
  endTrigger,
  stepTrigger,
  type TriggerOptions,
  type TriggerOutput,
  type TriggerState,
} from '../../../src/detection/trigger.ts'
import type { InstrumentId } from '../../../src/domain/source-id.ts'
import type { ScoredPiece } from '../../../src/domain/window.ts'
import { naiveDetections } from '../../helpers/naive/trigger.ts'
import { seededRandom } from '../../helpers/signals.ts'

const instrument = 'XX_AAA_00_HH' as InstrumentId
const options: TriggerOptions = {
  on: 0.9,
  off: 0.5,
  minimumSeconds: 2,
  maximumSeconds: 30,
  deadSeconds: 25,
  holdSeconds: 0,
  retriggerRatio: 0,
  retriggerSeconds: 12,
  gridRate: 20,
  model: 'test@00000000',
  config: 'c0ffee',
  pickOnset: (_samples, earliestRow) =>
    earliestRow > 400 ? undefined : { index: Math.max(400, earliestRow), uncertaintySamples: 2 },
}

/** A window that ends `second` seconds after 1970 with this score. */
function scored(second: number, score: number): ScoredPiece {
  const samples = new Float64Array(501 * 3).map((_, i) => Math.sin(i + second))
  const firstIndex = second * 20 - 500
  const window = { kind: 'window' as const, instrument, firstIndex, startTime: firstIndex * 50_000, samples }
  return { kind: 'scored', instrument, window, input: new Float32Array(0), score }
}

const gap: ScoredPiece = { kind: 'gap', instrument, cause: 'missing' }

function run(pieces: readonly ScoredPiece[], start: TriggerState = ARMED, settings = options): [TriggerState, TriggerOutput[]] {
  let state = start
  const outputs: TriggerOutput[] = []
  for (const piece of pieces) {
    const [next, out] = stepTrigger(state, piece, settings)
    state = next
    outputs.push(...out)
  }
  return [state, outputs]
}

const scores = (first: number, values: readonly number[]) => values.map((score, i) => scored(first + i, score))
const detections = (outputs: readonly TriggerOutput[]) => outputs.flatMap((o) => (o.kind === 'detection' ? [o.detection] : []))
const seconds = (micros: number | null) => (micros === null ? null : micros / 1e6)

describe('the trigger', () => {
  it('does not stay dead after a clock that was years ahead is set back', () => {
    const ahead = scores(1_000_000, [0.1, 0.95, 0.97, 0.99, 0.4])
    const [state] = run([...ahead, gap])
    const [, outputs] = run(scores(2000, [0.1, 0.95, 0.97, 0.99, 0.4]), state)
    expect(detections(outputs).map(({ on, onset }) => [seconds(on), seconds(onset.time)])).toEqual([
      [2001, 1996],
      [2001, 1996],
    ])
  })

  it('publishes a detection twice under one id: open after the minimum duration, closed below the off threshold', () => {
    const [, outputs] = run(scores(1000, [0.1, 0.95, 0.97, 0.99, 0.8, 0.4, 0.1]))
    const [open, closed] = detections(outputs)
    expect(outputs).toHaveLength(2)
    expect(open).toMatchObject({ state: 'open', off: null, peak: { score: 0.99 }, station: 'XX_AAA', instrument })
    expect(closed).toMatchObject({
      id: open?.id,
      state: 'closed',
      peak: { score: 0.99 },
      quality: { windows: 4, isTruncated: false },
    })
    expect([open?.on, closed?.off, closed?.peak.time].map((t) => seconds(t ?? null))).toEqual([1001, 1005, 1003])
  })

  it('needs the on threshold to start and only the off threshold to go on', () => {
    expect(detections(run(scores(1000, [0.89, 0.89, 0.89, 0.89]))[1])).toEqual([])
    expect(detections(run(scores(1000, [0.9, 0.5, 0.5, 0.49]))[1])).toHaveLength(2)
  })

  it('suppresses what does not last and says so, without leaving dead time behind', () => {
    const [, outputs] = run(scores(1000, [0.95, 0.95, 0.1, 0.95, 0.95, 0.95, 0.1]))
    expect(outputs.map((o) => o.kind)).toEqual(['suppressed', 'detection', 'detection'])
    expect(outputs[0]).toMatchObject({ reason: 'short', score: 0.95 })
  })

  it('does not trigger twice within the dead time, and again after it', () => {
    const once = [...scores(1000, [0.95, 0.95, 0.95, 0.1]), ...scores(1004, Array(20).fill(0.95)), scored(1024, 0.1)]
    expect(detections(run(once)[1])).toHaveLength(2)
    const twice = [...scores(1000, [0.95, 0.95, 0.95, 0.1]), ...scores(1025, [0.95, 0.95, 0.95, 0.1])]
    expect(new Set(detections(run(twice)[1]).map((d) => d.id)).size).toBe(2)
  })

  it('closes at the maximum length and re-arms only when the score has fallen', () => {
    const high = scores(1000, Array(80).fill(0.95))
    const [state, outputs] = run(high)
    expect(detections(outputs).map((d) => seconds(d.off))).toEqual([null, 1030])
    const [, after] = run([scored(1080, 0.2), ...scores(1081, [0.95, 0.95, 0.95])], state)
    expect(detections(after)).toHaveLength(1)
  })

  it('closes an open detection at a gap as truncated, drops an unripe one, and counts gaps as a fact', () => {
    const [state, outputs] = run([...scores(1000, [0.95, 0.95, 0.95]), gap])
    expect(detections(outputs)[1]).toMatchObject({ state: 'closed', quality: { isTruncated: true, gaps: 0 } })
    expect(seconds(detections(outputs)[1]?.off ?? null)).toBe(1002)
    const [, later] = run(scores(1100, [0.95, 0.95, 0.95]), state)
    expect(detections(later)[0]?.quality.gaps).toBe(1)
    expect(run([scored(1000, 0.95), gap])[1]).toMatchObject([{ kind: 'suppressed' }])
  })

  it('closes what is open when the data end', () => {
    const [state] = run(scores(1000, [0.95, 0.95, 0.95]))
    const [, outputs] = endTrigger(state, instrument, options)
    expect(detections(outputs)).toMatchObject([{ state: 'closed', quality: { isTruncated: true } }])
  })

  it('picks the onset inside the first window over threshold and after the previous onset', () => {
    const [state, outputs] = run(scores(1000, [0.95, 0.95, 0.95, 0.1]))
    const first = detections(outputs)[0]
    expect(first?.onset).toEqual({ time: (1000 * 20 - 500 + 400) * 50_000, uncertaintySeconds: 0.1, method: 'aic' })
    const [, second] = run(scores(1025, [0.95, 0.95, 0.95]), { ...state, lastOnset: 1024_000_000 })
    expect(detections(second)[0]?.onset.method).toBe('window')
    expect(detections(second)[0]?.onset.time).toBeGreaterThan(1024_000_000)
  })

  it('keeps the waveform from the start of the first window over threshold to the newest window, sample by sample', () => {
    const [, outputs] = run(scores(1000, [0.95, 0.95, 0.95, 0.1]))
    const closed = outputs[1]
    if (closed?.kind !== 'detection') throw new Error('expected a detection')
    expect(closed.snippet.firstIndex).toBe(1000 * 20 - 500)
    expect(closed.snippet.samples).toHaveLength((501 + 2 * 20) * 3)
    expect(closed.peakWindow.samples).toHaveLength(501 * 3)
  })

  it.each([0, 25])(
    'gives the same outputs when it is stopped anywhere and goes on from its state as plain data, held for %i s',
    (holdSeconds) => {
      const pieces = [
        ...scores(1000, [0.1, 0.95, 0.97, 0.99, 0.8, 0.4]),
        gap,
        ...scores(1100, [...Array(20).fill(0.95), 0.1, 0.1, 0.1, ...Array(17).fill(0.95)]),
        scored(1140, 0.1),
      ]
      const settings = { ...options, holdSeconds }
      const [, whole] = run(pieces, ARMED, settings)
      for (let cut = 0; cut <= pieces.length; cut++) {
        const [state, before] = run(pieces.slice(0, cut), ARMED, settings)
        const [, after] = run(pieces.slice(cut), structuredClone(state), settings)
        expect([...before, ...after]).toEqual(whole)
      }
    },
  )

  it('does what a slow reading of its rules over all scores at once says, whatever scores, gaps and settings', () => {
    const random = seededRandom(11)
    const seen = { detections: 0, dips: 0, truncated: 0, long: 0, short: 0, again: 0 }
    for (let round = 0; round < 300; round++) {
      const on = 0.5 + random() * 0.4
      const settings = {
        ...options,
        on,
        off: on * (0.3 + random() * 0.65),
        minimumSeconds: Math.floor(random() * 4),
        maximumSeconds: 5 + Math.floor(random() * 40),
        deadSeconds: Math.floor(random() * 40),
        holdSeconds: Math.floor(random() * 30),
        retriggerRatio: round % 3 === 0 ? 0 : 2 + 4 * random(),
        retriggerSeconds: Math.floor(random() * 20),
      }
      const pieces = withArrivals(wanderingScores(random), random)
      const [state, outputs] = run(pieces, ARMED, settings)
      const [, last] = endTrigger(state, instrument, settings)
      const closed = detections([...outputs, ...last]).filter(({ state }) => state === 'closed')
      const simple = pieces.map((piece) => (piece.kind === 'gap' ? 'gap' : { ...piece, time: piece.window.startTime + 25e6 }))
      const expected = naiveDetections(simple, settings)
      expect(
        closed.map(({ on, off, peak, quality: { isTruncated, windows } }) => ({
          on,
          off,
          score: peak.score,
          isTruncated,
          windows,
        })),
      ).toEqual(expected)
      const short = [...outputs, ...last].filter(({ kind }) => kind === 'suppressed').length
      seen.detections += expected.length
      seen.truncated += expected.filter(({ isTruncated }) => isTruncated).length
      seen.dips += expected.filter(({ on, off, windows }) => windows < (off - on) / 1e6).length
      seen.long += expected.filter(({ on, off }) => off - on >= settings.maximumSeconds * 1e6).length
      seen.again += expected.filter(({ off }, i) => expected[i + 1]?.on === off).length
      seen.short += short
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
  })
})

describe('a trigger that holds', () => {
  const holding = { ...options, holdSeconds: 6 }
  const facts = (outputs: readonly TriggerOutput[]) =>
    detections(outputs).map(({ state, on, off, quality: { isTruncated, windows } }) => [
      state,
      seconds(on),
      seconds(off),
      windows,
      isTruncated,
    ])

  it('keeps a detection open when the score is up again by then, and counts the windows that were up', () => {
    const [, outputs] = run(scores(1000, [0.95, 0.95, 0.95, 0.1, 0.1, 0.1, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1]), ARMED, holding)
    expect(facts(outputs)).toEqual([
      ['open', 1000, null, 3, false],
      ['closed', 1000, 1008, 5, false],
    ])
  })

  it('closes after that time, as of when the score fell: what did not rise again is as it is without', () => {
    const pieces = scores(1000, [0.95, 0.95, 0.97, 0.1, 0.1, 0.1, 0.1, 0.95])
    const [, before] = run(pieces.slice(0, 6), ARMED, holding)
    expect(facts(before)).toEqual([['open', 1000, null, 3, false]])
    const [, after] = run(pieces, ARMED, holding)
    const [, without] = run(pieces)
    expect(detections(after)).toEqual(detections(without))
    expect(facts(after).at(-1)).toEqual(['closed', 1000, 1003, 3, false])
  })

  it('does not help what was not published before the dip: it is short', () => {
    const [, outputs] = run(scores(1000, [0.95, 0.95, 0.1, 0.95, 0.95, 0.1]), ARMED, holding)
    expect(outputs.map(({ kind }) => kind)).toEqual(['suppressed', 'suppressed'])
  })

  it('ends at a gap or with the data when the score had fallen before, and is whole', () => {
    const pieces = scores(1000, [0.95, 0.95, 0.95, 0.1, 0.1])
    const [state, outputs] = run([...pieces, gap, ...scores(1030, [0.95, 0.95, 0.95])], ARMED, holding)
    expect(facts(outputs)[1]).toEqual(['closed', 1000, 1003, 3, false])
    expect(facts(outputs)[2]?.slice(0, 2)).toEqual(['open', 1030])
    expect(state.rise?.on).toBe(1030e6)
    const [, ended] = endTrigger(run(pieces, ARMED, holding)[0], instrument, holding)
    expect(facts(ended)).toEqual([['closed', 1000, 1003, 3, false]])
  })

  it('is no longer than the maximum, in a dip neither, and is armed then', () => {
    const [state, outputs] = run(scores(1000, [...Array(29).fill(0.95), 0.1, 0.1]), ARMED, { ...holding, holdSeconds: 60 })
    expect(facts(outputs)[1]).toEqual(['closed', 1000, 1029, 29, false])
    expect(state.isArmed).toBe(true)
  })

  it('keeps the waveform without a hole, however long the dip', () => {
    const settings = { ...holding, holdSeconds: 60, maximumSeconds: 300 }
    const [, outputs] = run(scores(1000, [0.95, 0.95, 0.95, ...Array(40).fill(0.1), 0.95, 0.95]), ARMED, settings)
    const [state] = run(scores(1000, [0.95, 0.95, 0.95, ...Array(40).fill(0.1), 0.95, 0.95]), ARMED, settings)
    expect(outputs).toHaveLength(1)
    const [, [closed]] = endTrigger(state, instrument, settings)
    if (closed?.kind !== 'detection') throw new Error('expected a detection')
    expect(closed.snippet.samples).toHaveLength((501 + 44 * 20) * 3)
  })

  it('goes on from a state that was stored before there was a hold', () => {
    const [state] = run(scores(1000, [0.95, 0.95, 0.95]))
    expect(Object.keys(state.rise ?? {})).not.toContain('downSince')
    const [, outputs] = run(scores(1003, [0.1, 0.1, 0.95, 0.1, 0.1, 0.1, 0.1]), structuredClone(state), holding)
    expect(facts(outputs)).toEqual([['closed', 1000, 1006, 4, false]])
  })
})

describe('another arrival', () => {
  const settings = { ...options, holdSeconds: 6, maximumSeconds: 300, retriggerRatio: 5, retriggerSeconds: 12 }
  /** One window a second from second 1000 on; `at` names windows that show an arrival two seconds before their end. */
  const withArrival = (values: readonly number[], at: number | readonly number[], powerRatio: number) =>
    scores(1000, values).map((piece, i) =>
      piece.kind === 'scored' && [at].flat().includes(i)
        ? { ...piece, arrival: { time: (1000 + i - 2) * 1e6, powerRatio } }
        : piece,
    )
  const facts = (outputs: readonly TriggerOutput[]) =>
    detections(outputs).map(({ state, on, off }) => [state, seconds(on), seconds(off)])
  const up = Array(40).fill(0.95) as number[]

  it('ends the detection that is open and begins one, though the dead time is not over', () => {
    const [, outputs] = run(withArrival(up, 15, 5), ARMED, settings)
    expect(facts(outputs)).toEqual([
      ['open', 1000, null],
      ['closed', 1000, 1015],
      ['open', 1015, null],
    ])
    const [first, closed, second] = detections(outputs)
    expect(second?.id).not.toBe(first?.id)
    expect([first, closed, second].map((each) => each?.quality.isRetriggered)).toEqual([undefined, undefined, true])
  })

  it('has its onset picked from three seconds before it on, not in what was there before', () => {
    const pickOnset = (_: Float64Array, earliestRow: number) => ({ index: earliestRow, uncertaintySamples: 2 })
    const [, outputs] = run(withArrival(up, 15, 5), ARMED, { ...settings, pickOnset, retriggerSeconds: 0 })
    expect(seconds(detections(outputs).at(-1)?.onset.time ?? null)).toBeCloseTo(1010.05, 6)
  })

  it('never has the onset of the detection before it, however soon it may come: an id names one detection', () => {
    const pickOnset = (_: Float64Array, earliestRow: number) => ({ index: Math.max(earliestRow, 470), uncertaintySamples: 2 })
    const [, outputs] = run(withArrival(up, 4, 5), ARMED, { ...settings, pickOnset, retriggerSeconds: 0 })
    expect(new Set(detections(outputs).map(({ id }) => id)).size).toBe(2)
  })

  it('is S of the same earthquake when it comes too soon after the start, and noise when it is too weak', () => {
    expect(facts(run(withArrival(up, 13, 50), ARMED, settings)[1])).toEqual([['open', 1000, null]])
    expect(facts(run(withArrival(up, 14, 50), ARMED, settings)[1])).toHaveLength(3)
    expect(facts(run(withArrival(up, 15, 4.9), ARMED, settings)[1])).toEqual([['open', 1000, null]])
  })

  it('counts from the arrival that the detection began with, where one was heard in the last twelve seconds', () => {
    const late = [...Array(10).fill(0.5), ...up] as number[]
    // Heard in the window that begins it, eight seconds before, and too long before.
    expect(facts(run(withArrival(up, [0, 12], 50), ARMED, settings)[1])).toHaveLength(3)
    expect(facts(run(withArrival(up, [0, 11], 50), ARMED, settings)[1])).toHaveLength(1)
    expect(facts(run(withArrival(late, [2, 14], 50), ARMED, settings)[1])).toHaveLength(3)
    expect(facts(run(withArrival([0.5, 0.5, ...late], [1, 14], 50), ARMED, settings)[1])).toHaveLength(1)
    // Noise between: it was something else.
    const apart = late.map((score, i) => (i === 5 ? 0.19 : score))
    expect(facts(run(withArrival(apart, [2, 14], 50), ARMED, settings)[1])).toHaveLength(1)
  })

  it('goes on from a state that was stored before there were arrivals', () => {
    const [{ heard: _h, lastArrival: _l, ...state }] = run(scores(1000, [0.95, 0.95, 0.95]), ARMED, settings)
    const { arrival: _a, ...rise } = state.rise!
    const old = structuredClone({ ...state, rise }) as TriggerState
    const [, outputs] = run(withArrival(up, 15, 5).slice(3), old, settings)
    expect(facts(outputs)).toEqual([
      ['closed', 1000, 1015],
      ['open', 1015, null],
    ])
  })

  it('is nothing while the score is below the on threshold, and never with a ratio of 0', () => {
    const low = up.map((score, i) => (i === 15 ? 0.89 : score))
    expect(facts(run(withArrival(low, 15, 50), ARMED, settings)[1])).toEqual([['open', 1000, null]])
    expect(facts(run(withArrival(up, 15, 50), ARMED, { ...settings, retriggerRatio: 0 })[1])).toEqual([['open', 1000, null]])
  })

  it('begins a detection in the dead time of one that is over, and ends one that is held as of when its score fell', () => {
    const over = up.map((score, i) => (i >= 4 && i < 15 ? 0.1 : score))
    expect(facts(run(withArrival(over, 15, 5), ARMED, { ...settings, holdSeconds: 0 })[1])).toEqual([
      ['open', 1000, null],
      ['closed', 1000, 1004],
      ['open', 1015, null],
    ])
    expect(facts(run(withArrival(over, 15, 5), ARMED, { ...settings, holdSeconds: 30 })[1])).toEqual([
      ['open', 1000, null],
      ['closed', 1000, 1004],
      ['open', 1015, null],
    ])
  })

  it('that does not last is short, and leaves the dead time of the one before as it was', () => {
    const short = up.map((score, i) => (i === 17 ? 0.1 : score))
    const [, outputs] = run(withArrival(short, 15, 5), ARMED, settings)
    expect(outputs.map(({ kind }) => kind)).toEqual(['detection', 'detection', 'suppressed', 'detection'])
    expect(facts(outputs).at(-1)).toEqual(['open', 1025, null])
  })

  it('is followed by a dead time of its own, in which a third is S', () => {
    const dips = up.map((score, i) => (i >= 20 && i < 30 ? 0.1 : score))
    const [, outputs] = run(withArrival(dips, 15, 5), ARMED, { ...settings, holdSeconds: 0, retriggerSeconds: 13 })
    // Began in second 1015: silent until 1028, not 1040; the score is up from 1030 on.
    expect(facts(outputs).slice(2)).toEqual([
      ['open', 1015, null],
      ['closed', 1015, 1020],
      ['open', 1030, null],
    ])
    expect(detections(outputs).at(-1)?.quality.isRetriggered).toBeUndefined()
  })

  it('begins nothing before there has been a detection', () => {
    const [, outputs] = run(withArrival([0.1, 0.1, 0.95, 0.1], 2, 50), ARMED, settings)
    expect(outputs.map(({ kind }) => kind)).toEqual(['suppressed'])
  })
})

/** Arrivals in a fifth of the windows, two to three seconds before their ends. */
function withArrivals(pieces: readonly ScoredPiece[], random: () => number): ScoredPiece[] {
  return pieces.map((piece) => {
    if (piece.kind === 'gap' || random() > 0.2) return piece
    const time = piece.window.startTime + 25e6 - 2e6 - Math.floor(random() * 20) * 50_000
    return { ...piece, arrival: { time, powerRatio: 2 + 8 * random() } }
  })
}

/** Scores that wander, with gaps behind some of which come windows that are whole again. */
function wanderingScores(random: () => number): ScoredPiece[] {
  let second = 1000
  return Array.from({ length: 4 }, () => {
    let logit = -1
    const made = Array.from({ length: 40 + Math.floor(random() * 60) }, () => {
      logit = 0.85 * logit + 4 * (random() - 0.45)
      return scored(second++, 1 / (1 + Math.exp(-logit)))
    })
    second += 25 + Math.floor(random() * 30)
    return [...made, gap]
  }).flat()
}
