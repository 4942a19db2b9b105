import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { InstrumentId, SourceId } from '../../../src/domain/source-id.ts'
import type { GapCause, GridPiece } from '../../../src/domain/trace.ts'
import type { FramePiece } from '../../../src/domain/window.ts'
import {
  ComponentAssembler,
  type ComponentAssemblerOptions,
  type ComponentAssemblerState,
  componentOf,
} from '../../../src/signal/component-assembler.ts'

const INSTRUMENT = 'XX_TEST__HH' as InstrumentId
/** Samples of component c at grid index i: 1000 c + i + 1, never 0. */
const OFFSETS: Readonly<Record<string, number>> = { Z: 1, N: 1001, E: 2001, 1: 1001, 2: 2001 }

describe('component assembler', () => {
  it('puts Z, N, E side by side where all three are there, in any order of arrival', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    expect(assembler.push(grid('E', 5, 10))).toEqual([])
    expect(assembler.push(grid('Z', 0, 10))).toEqual([])
    expect(assembler.push(grid('N', 7, 10))).toEqual([frame(7, 3)])
    expect(assembler.push(grid('Z', 10, 10))).toEqual([frame(10, 5)])
    expect(assembler.push(grid('E', 15, 10))).toEqual([frame(15, 2)])
  })

  it('keeps what waits, even when its sender uses the samples again, however much it is', () => {
    for (const length of [10, 1000, 5000]) {
      const assembler = new ComponentAssembler(INSTRUMENT)
      for (const code of ['Z', 'N']) {
        for (let start = 0; start < length; start += length / 10) {
          const piece = grid(code, start, length / 10)
          expect(assembler.push(piece)).toEqual([])
          if (piece.kind === 'grid') piece.samples.fill(Number.NaN)
        }
      }
      const pieces = assembler.push(grid('E', 0, length))
      expect(pieces).toEqual(Array.from({ length: 10 }, (_, i) => frame((i * length) / 10, length / 10)))
    }
  })

  it('takes Z, 1, 2 and U, V, W for Z, N, E', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    const pieces = ['Z', '2', '1'].flatMap((code) => assembler.push(grid(code, 0, 4)))
    expect(pieces).toEqual([frame(0, 4)])
    expect(['U', 'V', 'W', '3', '1', '2'].map(componentOf)).toEqual([0, 1, 2, 0, 1, 2])
    expect(['X', '', 'H', 'constructor'].map(componentOf)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('lets a gap in one component end the frame of all, and goes on when all are back', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    const pieces = [grid('Z', 0, 10), gap('Z'), grid('Z', 15, 10), grid('N', 0, 25), grid('E', 0, 25)]
    expect(pieces.flatMap((piece) => assembler.push(piece))).toEqual([frame(0, 10), broken('missing'), frame(15, 10)])
  })

  it('says once that frames are interrupted when all components are', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    const codes = ['Z', 'N', 'E']
    const pieces = [...codes.map((c) => grid(c, 0, 10)), ...codes.map((c) => gap(c)), ...codes.map((c) => grid(c, 20, 10))]
    expect(pieces.flatMap((piece) => assembler.push(piece))).toEqual([frame(0, 10), broken('missing'), frame(20, 10)])
  })

  it('names the cause of the first component in order when two are interrupted at one place, whichever is heard of first', () => {
    const interruptions = [gap('N', 'tear'), gap('Z', 'missing')]
    for (const [first, second] of [interruptions, interruptions.toReversed()]) {
      const assembler = new ComponentAssembler(INSTRUMENT)
      for (const code of ['Z', 'N', 'E']) assembler.push(grid(code, 0, 10))
      const pieces = [first!, second!, grid('E', 10, 20)].flatMap((piece) => assembler.push(piece))
      expect(pieces).toEqual([broken('missing')])
    }
  })

  it('follows what each channel says, not how the channels interleave, through resumes as well', () => {
    const channel = fc.array(
      fc.record({ gap: fc.option(fc.integer({ min: 1, max: 30 })), length: fc.integer({ min: 1, max: 40 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    const random = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), random, (channels, numbers) => {
        const streams = channels.map((parts, c) => piecesOf('ZNE'[c]!, parts))
        const oneAfterTheOther = assembleAll(streams.flat())
        let state: ComponentAssemblerState | undefined
        const interleaved: FramePiece[] = []
        const left = streams.map((stream) => [...stream])
        while (left.some((stream) => stream.length > 0)) {
          const open = left.filter((stream) => stream.length > 0)
          const piece = open[Math.floor(numbers.next().value * open.length)]!.shift()!
          const assembler = new ComponentAssembler(INSTRUMENT, {}, structuredClone(state))
          interleaved.push(...assembler.push(piece))
          state = assembler.snapshot()
        }
        expect(joined(interleaved)).toEqual(joined(oneAfterTheOther))
        expect(rowsOf(oneAfterTheOther)).toEqual(commonRows(streams))
      }),
    )
  })

  it('starts over when a clock was set back', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    const codes = ['Z', 'N', 'E']
    for (const code of codes) assembler.push(grid(code, 5000, 10))
    const pieces = codes.flatMap((code) => [gap(code, 'reset'), grid(code, 0, 10)]).flatMap((piece) => assembler.push(piece))
    expect(pieces).toEqual([broken('reset'), frame(0, 10)])
  })

  it('makes every row that all components have before and after their clock was set back, however they interleave', () => {
    const era = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })
    const channel = fc.record({ before: era, after: era })
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), fc.array(fc.nat(), { maxLength: 30 }), fc.nat(), (parts, picks, cut) => {
        const streams = ['Z', 'N', 'E'].map((code, i) => setBackPieces(code, parts[i]!))
        const queues = streams.map((pieces) => [...pieces])
        let assembler = new ComponentAssembler(INSTRUMENT)
        let state: ComponentAssemblerState | undefined
        const pieces: FramePiece[] = []
        for (let step = 0; queues.some((queue) => queue.length > 0); step++) {
          if (step === cut % 12) {
            state = structuredClone(assembler.snapshot())
            assembler = new ComponentAssembler(INSTRUMENT, {}, state)
          }
          const open = queues.filter((queue) => queue.length > 0)
          pieces.push(...assembler.push(open[(picks[step] ?? 0) % open.length]!.shift()!))
        }
        const shortest = (which: 'before' | 'after') => Math.min(...parts.map((part) => sumOf(part[which])))
        const rows = [...indices(FAR_AHEAD, shortest('before')), ...indices(0, shortest('after'))]
        expect(rowsOf(pieces)).toEqual(rows)
      }),
    )
  })

  it('keeps what the first component to be set back has brought when the last of another follows from before', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    for (const code of ['Z', 'N', 'E']) assembler.push(grid(code, FAR_AHEAD, 10))
    const pieces = [
      grid('Z', FAR_AHEAD + 10, 2),
      gap('Z', 'reset'),
      grid('Z', 0, 30),
      ...['N', 'E'].flatMap((code) => [grid(code, FAR_AHEAD + 10, 2), gap(code, 'reset'), grid(code, 0, 30)]),
    ].flatMap((piece) => assembler.push(piece))
    expect(joined(pieces).map(({ start, cause, values }) => [start, cause, values.length / 3])).toEqual([
      [FAR_AHEAD + 10, undefined, 2],
      [0, 'reset', 30],
    ])
  })

  it('goes on without a component that was set back alone, and takes it in again when its clock is right', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, { missing: 'skip', waitSeconds: 1 })
    const codes = ['Z', 'N', 'E']
    const pieces = codes.flatMap((code) => assembler.push(grid(code, FAR_AHEAD, 10)))
    pieces.push(...assembler.push(gap('Z', 'reset')))
    for (let i = 0; i < 100; i++) {
      for (const code of ['N', 'E']) pieces.push(...assembler.push(grid(code, FAR_AHEAD + 10 + 10 * i, 10)))
      if (i < 50) pieces.push(...assembler.push(grid('Z', 10 * i, 10)))
      else if (i === 50) pieces.push(...assembler.push(gap('Z')))
      if (i >= 50) pieces.push(...assembler.push(grid('Z', FAR_AHEAD + 10 + 10 * i, 10)))
      expect(heldSamples(assembler)).toBeLessThan(100)
    }
    expect(joined(pieces).map(({ start, values }) => [start, values.length / 3])).toEqual([
      [FAR_AHEAD, 10],
      [FAR_AHEAD + 510, 500],
    ])
  })

  it('reports a channel that is no component, and a second one for the same place, once each', () => {
    const problems: Problem[] = []
    const assembler = new ComponentAssembler(INSTRUMENT, { onProblem: (problem) => problems.push(problem) })
    for (const code of ['Z', 'N', '1', 'R', '1', 'R', 'Z']) assembler.push(grid(code, 0, 1))
    expect(problems.map(({ code, sourceId }) => [code, sourceId])).toEqual([
      ['COMPONENT_TWICE', 'FDSN:XX_TEST__H_H_1'],
      ['COMPONENT_UNKNOWN', 'FDSN:XX_TEST__H_H_R'],
    ])
  })
})

describe('component assembler: a component that does not come', () => {
  const short = { waitSeconds: 1 } as const

  it('waits and gives up the oldest when memory is full', () => {
    const assembler = new ComponentAssembler(INSTRUMENT)
    for (let i = 0; i < 1000; i++) for (const code of ['Z', 'N']) assembler.push(grid(code, i * 20, 20))
    expect(heldSamples(assembler)).toBe(2 * 300 * 20)
    expect(joined(assembler.push(grid('E', 0, 20_000)))).toEqual(joined([frame(14_000, 6000)]))
  })

  it('holds no more than its patience when others have gaps while one never comes', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, short)
    for (const code of ['Z', 'N']) {
      assembler.push(grid(code, 0, 10))
      for (let start = 20; start < 20_000; start += 20) {
        if (start % 2000 === 0) assembler.push(gap(code))
        assembler.push(grid(code, start, 20))
      }
    }
    expect(heldSamples(assembler)).toBeLessThanOrEqual(2 * 6000)
  })

  it('skips what waited too long', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, { ...short, missing: 'skip' })
    for (const code of ['Z', 'N', 'E']) assembler.push(grid(code, 0, 10))
    expect(assembler.push(grid('Z', 10, 40))).toEqual([broken('component')])
    expect(assembler.push(grid('N', 10, 40))).toEqual([])
    expect(assembler.push(grid('E', 10, 40))).toEqual([frame(30, 20)])
  })

  it('fills with zeros after the wait, and sets real and filled samples apart by a gap', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, { ...short, missing: 'zero' })
    for (const code of ['Z', 'N', 'E']) assembler.push(grid(code, 0, 10))
    assembler.push(grid('Z', 10, 20))
    expect(assembler.push(grid('N', 10, 20))).toEqual([])
    expect(assembler.push(grid('Z', 30, 1))).toEqual([broken('component'), filled(10, 20)])
    expect(assembler.push(grid('N', 30, 5))).toEqual([filled(30, 1)])
    expect(assembler.push(gap('E'))).toEqual([])
    expect(assembler.push(grid('E', 33, 7))).toEqual([])
    expect(assembler.push(grid('Z', 31, 9))).toEqual([filled(31, 2), broken('component'), frame(33, 2)])
  })

  it('never makes rows of zeros alone', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, { ...short, missing: 'zero' })
    expect(['N', 'E'].flatMap((code) => joined(assembler.push(grid(code, 0, 50))))).toHaveLength(1)
    const later = joined(assembler.push(grid('Z', 1_000_000, 50)))
    expect(later).toMatchObject([{ start: 1_000_000, cause: 'component', values: { length: 150 } }])
  })

  it('goes on with the vertical alone, and with nothing when nothing comes', () => {
    const assembler = new ComponentAssembler(INSTRUMENT, { ...short, missing: 'zero' })
    expect(assembler.push(gap('Z'))).toEqual([])
    expect(assembler.push(grid('Z', 0, 20))).toEqual([])
    const [run] = joined(assembler.push(grid('Z', 20, 1)))
    expect(run).toMatchObject({ start: 0, values: { length: 63 } })
    expect(run?.values.slice(0, 6)).toEqual([1, 0, 0, 2, 0, 0])
  })
})

function grid(code: string, firstIndex: number, count: number): GridPiece {
  const samples = Float64Array.from({ length: count }, (_, i) => (OFFSETS[code] ?? 0) + firstIndex + i)
  return { kind: 'grid', sourceId: sourceOf(code), firstIndex, samples }
}

function gap(code: string, cause: GapCause = 'missing'): GridPiece {
  return { kind: 'gap', sourceId: sourceOf(code), startTime: 0n, endTime: 0n, cause }
}

function sourceOf(code: string): SourceId {
  return `FDSN:XX_TEST__H_H_${code}` as SourceId
}

function frame(firstIndex: number, count: number): FramePiece {
  const rows = Array.from({ length: count }, (_, i) => [1, 1001, 2001].map((offset) => offset + firstIndex + i))
  return { kind: 'frame', instrument: INSTRUMENT, firstIndex, samples: Float64Array.from(rows.flat()) }
}

/** A frame whose E is filled. */
function filled(firstIndex: number, count: number): FramePiece {
  const full = frame(firstIndex, count)
  return full.kind === 'frame' ? { ...full, samples: full.samples.map((value, i) => (i % 3 === 2 ? 0 : value)) } : full
}

function broken(cause: GapCause | 'component'): FramePiece {
  return { kind: 'gap', instrument: INSTRUMENT, cause }
}

/** Grid index from which a clock is set back to 0. */
const FAR_AHEAD = 1_000_000

function setBackPieces(code: string, { before, after }: { before: readonly number[]; after: readonly number[] }): GridPiece[] {
  return [...runsOf(code, FAR_AHEAD, before), gap(code, 'reset'), ...runsOf(code, 0, after)]
}

function runsOf(code: string, start: number, lengths: readonly number[]): GridPiece[] {
  return lengths.map((length, i) => grid(code, start + sumOf(lengths.slice(0, i)), length))
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function indices(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i)
}

const CAUSES: Readonly<Record<string, GapCause>> = { Z: 'missing', N: 'tear', E: 'rate' }

function piecesOf(code: string, parts: readonly { gap: number | null; length: number }[]): GridPiece[] {
  let index = 0
  return parts.flatMap(({ gap: hole, length }) => {
    const before = hole === null ? [] : [gap(code, CAUSES[code])]
    const piece = grid(code, index + (hole ?? 0), length)
    index += (hole ?? 0) + length
    return [...before, piece]
  })
}

function assembleAll(pieces: readonly GridPiece[], options: ComponentAssemblerOptions = {}): FramePiece[] {
  const assembler = new ComponentAssembler(INSTRUMENT, options)
  return pieces.flatMap((piece) => assembler.push(piece))
}

interface FrameRun {
  readonly start: number
  /** Of the gap before it. */
  readonly cause: string | undefined
  readonly values: number[]
}

/** Frames without a gap between them, joined; a gap that nothing follows yet is left out. */
function joined(pieces: readonly FramePiece[]): FrameRun[] {
  const runs: FrameRun[] = []
  let cause: string | undefined
  let isBroken = true
  for (const piece of pieces) {
    if (piece.kind === 'gap') {
      isBroken = true
      cause = piece.cause
    } else if (isBroken) {
      runs.push({ start: piece.firstIndex, cause, values: [...piece.samples] })
      isBroken = false
    } else {
      const run = runs.at(-1)!
      expect(piece.firstIndex).toBe(run.start + run.values.length / 3)
      run.values.push(...piece.samples)
    }
  }
  return runs
}

function rowsOf(pieces: readonly FramePiece[]): number[] {
  return pieces.flatMap((piece) =>
    piece.kind === 'gap' ? [] : Array.from({ length: piece.samples.length / 3 }, (_, i) => piece.firstIndex + i),
  )
}

function commonRows(streams: readonly (readonly GridPiece[])[]): number[] {
  const sets = streams.map((stream) => new Set(rowsOfChannel(stream)))
  return [...sets[0]!].filter((index) => sets.every((set) => set.has(index)))
}

function rowsOfChannel(stream: readonly GridPiece[]): number[] {
  return stream.flatMap((piece) => (piece.kind === 'gap' ? [] : Array.from(piece.samples, (_, i) => piece.firstIndex + i)))
}

function heldSamples(assembler: ComponentAssembler): number {
  const items = assembler.snapshot().queues.flatMap(({ items: waiting }) => waiting)
  return items.reduce((sum, item) => sum + (item.kind === 'run' ? item.samples.length : 0), 0)
}
