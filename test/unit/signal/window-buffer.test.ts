import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InstrumentId } from '../../../src/domain/source-id.ts'
import type { Frame, FramePiece, WindowPiece } from '../../../src/domain/window.ts'
import { WindowBuffer, type WindowBufferOptions, type WindowBufferState } from '../../../src/signal/window-buffer.ts'

const INSTRUMENT = 'XX_TEST__HH' as InstrumentId
const SMALL: WindowBufferOptions = { windowLength: 9, stride: 4 }

describe('window buffer', () => {
  it('starts windows at multiples of the stride since 1970', () => {
    const windows = windowsOf([frame(1_000_003, 600)], {})
    expect(windows).toEqual([
      { firstIndex: 1_000_020, startTime: 50_001_000_000, first: row(1_000_020), last: row(1_000_520) },
      { firstIndex: 1_000_040, startTime: 50_002_000_000, first: row(1_000_040), last: row(1_000_540) },
      { firstIndex: 1_000_060, startTime: 50_003_000_000, first: row(1_000_060), last: row(1_000_560) },
      { firstIndex: 1_000_080, startTime: 50_004_000_000, first: row(1_000_080), last: row(1_000_580) },
      { firstIndex: 1_000_100, startTime: 50_005_000_000, first: row(1_000_100), last: row(1_000_600) },
    ])
  })

  it('never lets a window span a gap', () => {
    const gap: FramePiece = { kind: 'gap', instrument: INSTRUMENT, cause: 'missing' }
    expect(windowsOf([frame(0, 8), gap, frame(8, 8)], SMALL)).toEqual([{ kind: 'gap', instrument: INSTRUMENT, cause: 'missing' }])
    expect(windowsOf([frame(0, 8), gap, frame(8, 9)], SMALL)).toHaveLength(2)
  })

  it('does not join frames that do not follow one another', () => {
    expect(windowsOf([frame(0, 8), frame(100, 8)], SMALL)).toEqual([{ kind: 'gap', instrument: INSTRUMENT, cause: 'reset' }])
  })

  it('gives the same windows for any chunking and any resume', () => {
    const options = fc.record({ windowLength: fc.integer({ min: 1, max: 12 }), stride: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(options, fc.nat(50), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }), (sizes, start, lengths) => {
        const total = lengths.reduce((sum, length) => sum + length, 0)
        let state: WindowBufferState | undefined
        let index = start
        const resumed = lengths.flatMap((length) => {
          const buffer = new WindowBuffer(INSTRUMENT, sizes, structuredClone(state))
          const windows = collect(buffer, [frame(index, length)])
          index += length
          state = buffer.snapshot()
          return windows
        })
        expect(resumed).toEqual(windowsOf([frame(start, total)], sizes))
        expect(resumed).toEqual(naiveWindows(start, total, sizes))
      }),
    )
  })

  it('leaves a window untouched until the next one, and does not mind when it is changed', () => {
    const buffer = new WindowBuffer(INSTRUMENT, SMALL)
    const seen: number[][] = []
    let current: Float64Array | undefined
    for (let i = 0; i < 40; i++) {
      if (current) expect(current).toEqual(new Float64Array(27).fill(-1))
      buffer.push(frame(i, 1), (window) => {
        if (window.kind !== 'window') return
        seen.push([...window.samples])
        current = window.samples.fill(-1)
      })
    }
    expect(seen).toHaveLength(8)
    for (const [i, samples] of seen.entries()) expect(samples).toEqual([...frame(4 * i, 9).samples])
  })

  it('has nothing to save after a gap', () => {
    const buffer = new WindowBuffer(INSTRUMENT, SMALL)
    collect(buffer, [frame(0, 8), { kind: 'gap', instrument: INSTRUMENT, cause: 'tear' }])
    expect(buffer.snapshot()).toBeUndefined()
  })
})

/** Row i holds i, -i, i + ½. */
function row(index: number): number[] {
  return [index, -index, index + 0.5]
}

function frame(firstIndex: number, count: number): Frame {
  const samples = Float64Array.from(Array.from({ length: count }, (_, i) => row(firstIndex + i)).flat())
  return { kind: 'frame', instrument: INSTRUMENT, firstIndex, samples }
}

function windowsOf(pieces: readonly FramePiece[], options: WindowBufferOptions) {
  return collect(new WindowBuffer(INSTRUMENT, options), pieces)
}

function collect(buffer: WindowBuffer, pieces: readonly FramePiece[]) {
  const out: unknown[] = []
  for (const piece of pieces) buffer.push(piece, (window) => out.push(summary(window)))
  return out
}

function summary(piece: WindowPiece) {
  if (piece.kind === 'gap') return piece
  const { firstIndex, startTime, samples } = piece
  return { firstIndex, startTime, first: [...samples.slice(0, 3)], last: [...samples.slice(-3)] }
}

function naiveWindows(start: number, count: number, { windowLength = 0, stride = 1 }: WindowBufferOptions) {
  const windows: unknown[] = []
  for (let first = 0; first + windowLength <= start + count; first += stride) {
    if (first >= start)
      windows.push({ firstIndex: first, startTime: first * 50_000, first: row(first), last: row(first + windowLength - 1) })
  }
  return windows
}
