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
    const seen = { detections: 0, dips: 0, truncated: 0, long: 0, short: 0 }
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
      }
      const pieces = wanderingScores(random)
      const [state, outputs] = run(pieces, ARMED, settings)
      const [, last] = endTrigger(state, instrument, settings)
      const closed = detections([...outputs, ...last]).filter(({ state }) => state === 'closed')
      const simple = pieces.map((piece) =>
        piece.kind === 'gap' ? 'gap' : { time: piece.window.startTime + 25e6, score: piece.score },
      )
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
