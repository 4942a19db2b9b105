import { describe, expect, it } from 'vitest'
import { copyWindow, toGridTrace, windowOf } from '../../../../src/app/training/grid-trace.ts'
import type { Problem } from '../../../../src/domain/problem.ts'
import { type InstrumentId, sourceIdFromNslc } from '../../../../src/domain/source-id.ts'
import { parseIsoNanos, sampleOffsetNanos } from '../../../../src/domain/time.ts'
import type { Window } from '../../../../src/domain/window.ts'
import type { LabelledTrace } from '../../../../src/io/seisbench/dataset.ts'
import { ComponentAssembler } from '../../../../src/signal/component-assembler.ts'
import { createPreprocessor } from '../../../../src/signal/preprocess.ts'
import { Resampler } from '../../../../src/signal/resampler.ts'
import { TraceMerger } from '../../../../src/signal/trace-merger.ts'
import { WindowBuffer } from '../../../../src/signal/window-buffer.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'
import { gaussianNoise } from '../../../helpers/signals.ts'

const START = parseIsoNanos('2019-07-04T17:33:49.0137Z') ?? 0n
const SHAPE = { windowLength: 501, channels: 3, sampleRate: 20 }

describe('a labelled trace on the grid', () => {
  it.each([20, 40, 31.2805, 100, 200])(
    'gives the very windows that the live pipeline cuts from the same samples at %d Hz',
    (sampleRate) => {
      const trace = labelledTrace(sampleRate, 40)
      const grid = toGridTrace(trace, 20, fail)
      const live = liveWindows(trace)
      expect(live.length).toBeGreaterThanOrEqual(13)
      const preprocess = createPreprocessor({ detrend: 'demean', highpassHz: 1, normalise: 'max-abs' }, SHAPE)
      for (const window of live) {
        const cut = windowOf(grid!, window.firstIndex, SHAPE.windowLength)
        expect(bytes(cut).equals(bytes(window.samples))).toBe(true)
        const [trained, scored] = [new Float32Array(1503), new Float32Array(1503)]
        preprocess(cut, trained)
        preprocess(window.samples, scored)
        expect(bytes(trained).equals(bytes(scored))).toBe(true)
      }
    },
  )

  it('puts P on the nearest sample of the grid', () => {
    const grid = toGridTrace(labelledTrace(100, 30, 1234.5), 20, fail)
    // 17:33:49.0137 + 12.345 s = 17:34:01.3587, on the 20 Hz grid 17:34:01.35
    expect(grid?.pIndex).toBe(Number((parseIsoNanos('2019-07-04T17:34:01.35Z') ?? 0n) / 50_000_000n))
  })

  it('says once why a trace below the grid rate is left out', () => {
    const problems: Problem[] = []
    expect(toGridTrace(labelledTrace(10, 30), 20, (problem) => problems.push(problem))).toBeUndefined()
    expect(problems.map(({ code, where }) => [code, where])).toEqual([['RATE_TOO_LOW', 'made 1']])
  })
})

describe('copyWindow', () => {
  const line = gridTrace({ rows: 2000, pRow: 1000, samples: new Float64Array(6000).map((_, i) => Math.floor(i / 3)) })
  const copied = (firstIndex: number, speed: number, trace = line) => {
    const window = new Float64Array(1503)
    copyWindow(trace, firstIndex, speed, window)
    return window
  }

  it('is the window itself at speed 1', () => {
    expect(copied(1700, 1)).toEqual(windowOf(line, 1700, 501).slice())
  })

  it.each([1 / 1.4, 1.25])('lets time run at another speed around P, which stays at its row (%d)', (speed) => {
    // P is 300 rows behind the start.
    const window = copied(1700, speed)
    for (let row = 0; row < 501; row++) expect(window[row * 3]).toBeCloseTo(1000 + (row - 300) * speed, 9)
  })

  it('keeps the speed where the trace does not reach far enough', () => {
    expect(copied(1005, 1.4)).toEqual(windowOf(line, 1005, 501).slice())
  })

  it('follows a wave between the samples', () => {
    const wave = new Float64Array(6000).map((_, i) => Math.sin(0.1 * Math.floor(i / 3)))
    const window = copied(1700, 0.8, gridTrace({ rows: 2000, pRow: 1000, samples: wave }))
    for (let row = 0; row < 501; row++) expect(window[row * 3]).toBeCloseTo(Math.sin(0.1 * (1000 + (row - 300) * 0.8)), 3)
  })
})

/** As bytes came from a server: records of 61 samples, merged, resampled, assembled, cut. */
function liveWindows({ components, sampleRate }: LabelledTrace): Window[] {
  const instrument = 'XX_A__HH' as InstrumentId
  const assembler = new ComponentAssembler(instrument)
  const buffer = new WindowBuffer(instrument, { windowLength: SHAPE.windowLength })
  const windows: Window[] = []
  for (const [index, samples] of components.entries()) {
    const sourceId = sourceIdFromNslc('XX', 'A', '', ['HHZ', 'HHN', 'HHE'][index]!)
    const merger = new TraceMerger(sourceId, {})
    const resampler = new Resampler(sourceId)
    for (let first = 0; first < samples.length; first += 61) {
      const record = { startTime: START + sampleOffsetNanos(first, sampleRate), samples: samples.slice(first, first + 61) }
      for (const piece of merger.push({ kind: 'record', sourceId, sampleRate, ...record })) {
        for (const gridPiece of resampler.push(piece)) {
          for (const frame of assembler.push(gridPiece)) {
            buffer.push(frame, (window) => {
              // The window is reused by the next one but one.
              if (window.kind === 'window') windows.push({ ...window, samples: window.samples.slice() })
            })
          }
        }
      }
    }
  }
  return windows
}

function labelledTrace(sampleRate: number, seconds: number, pSample?: number): LabelledTrace {
  const count = Math.round(sampleRate * seconds)
  const component = (seed: number) => Float32Array.from(gaussianNoise(count, seed), (value) => 1000 * value)
  const label = { ...gridTrace({ rows: 1 }).label, sampleRate, startTime: START, pSample }
  return { label, sampleRate, components: [component(1), component(2), component(3)], isLive: [true, true, true] }
}

function bytes(array: Float32Array | Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

function fail(problem: Problem): never {
  throw new Error(problem.message)
}
