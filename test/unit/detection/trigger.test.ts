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

const instrument = 'XX_AAA_00_HH' as InstrumentId
const options: TriggerOptions = {
  on: 0.9,
  off: 0.5,
  minimumSeconds: 2,
  maximumSeconds: 30,
  deadSeconds: 25,
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

  it('gives the same outputs when it is stopped anywhere and goes on from its state as plain data', () => {
    const pieces = [
      ...scores(1000, [0.1, 0.95, 0.97, 0.99, 0.8, 0.4]),
      gap,
      ...scores(1100, Array(40).fill(0.95)),
      scored(1140, 0.1),
    ]
    const [, whole] = run(pieces)
    for (let cut = 0; cut <= pieces.length; cut++) {
      const [state, before] = run(pieces.slice(0, cut))
      const [, after] = run(pieces.slice(cut), structuredClone(state))
      expect([...before, ...after]).toEqual(whole)
    }
  })
})
