import { describe, expect, it } from 'vitest'
import { storedWaveforms } from '../../../src/app/stored-waveforms.ts'
import { parseInstrumentId } from '../../../src/domain/source-id.ts'
import type { StoredWaveform } from '../../../src/io/store/waveform-table.ts'
import { seededRandom } from '../../helpers/signals.ts'

const instrument = parseInstrumentId('XX_A__HH')!
const RATE = 20
const PERIOD = 50_000
const START = 1_562_261_629_050_000

/** Rows of noise, with the rows of the gaps left out. */
function runsOf(rows: number, gaps: readonly (readonly [from: number, to: number])[] = []): StoredWaveform[] {
  const random = seededRandom(5)
  const samples = Float32Array.from({ length: 3 * rows }, () => random() - 0.5)
  const edges = [0, ...gaps.flat(), rows]
  return Array.from({ length: edges.length / 2 }, (_, i) => ({
    instrument,
    startTime: START + edges[2 * i]! * PERIOD,
    rate: RATE,
    samples: samples.slice(3 * edges[2 * i]!, 3 * edges[2 * i + 1]!),
  }))
}

/** What a store does, sample by sample. */
const reader = (runs: readonly StoredWaveform[]) => (from: number, to: number) =>
  runs.flatMap((run) => {
    const count = run.samples.length / 3
    const first = Math.max(0, Math.ceil((from - run.startTime) / PERIOD))
    const end = Math.min(count, Math.floor((to - run.startTime) / PERIOD) + 1)
    if (end <= first) return []
    return [{ ...run, startTime: run.startTime + first * PERIOD, samples: run.samples.slice(3 * first, 3 * end) }]
  })

/** Extremes of every row by looking at every sample. */
function naiveRows(runs: readonly StoredWaveform[], micros: number): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (const { startTime, samples } of runs) {
    for (let i = 0; i < samples.length / 3; i++) {
      const start = Math.floor((startTime + i * PERIOD) / micros) * micros
      const row = rows.get(start) ?? [Infinity, -Infinity, Infinity, -Infinity, Infinity, -Infinity]
      rows.set(
        start,
        row.map((value, k) => (k % 2 === 0 ? Math.min : Math.max)(value, samples[3 * i + Math.floor(k / 2)]!)),
      )
    }
  }
  return rows
}

describe('storedWaveforms', () => {
  it('gives the samples as they are when there are no more than are wanted', () => {
    const runs = runsOf(100, [[40, 60]])
    const span = { from: START, to: START + 99 * PERIOD }
    for (const maximumPoints of [undefined, 100, 5000]) {
      expect(storedWaveforms({ ...span, maximumPoints }, RATE, reader(runs))).toEqual({ kind: 'samples', runs })
    }
    expect(storedWaveforms({ ...span, maximumPoints: 99 }, RATE, reader(runs)).kind).toBe('extremes')
  })

  it.each([10, 37, 250, 999])('gives at most %i rows with the extremes of each stretch', (maximumPoints) => {
    const runs = runsOf(3000, [[1000, 1300]])
    const answer = storedWaveforms({ from: START, to: START + 2999 * PERIOD, maximumPoints }, RATE, reader(runs))
    if (answer.kind !== 'extremes') throw new Error(answer.kind)
    const micros = answer.secondsPerRow * 1e6
    const rows = answer.runs.flatMap(({ startTime, rows }) =>
      Array.from({ length: rows.length / 6 }, (_, i) => [startTime + i * micros, [...rows.slice(6 * i, 6 * i + 6)]] as const),
    )
    expect(rows.length).toBeLessThanOrEqual(maximumPoints)
    expect(new Map(rows)).toEqual(naiveRows(runs, micros))
    expect(answer.runs.length).toBe(300 / (micros / PERIOD) > 2 ? 2 : answer.runs.length)
  })

  it('gives the same rows wherever the span begins, so that nothing flickers while somebody scrolls', () => {
    const runs = runsOf(3000)
    const rowsFrom = (row: number) => {
      const answer = storedWaveforms(
        { from: START + row * PERIOD, to: START + (row + 1999) * PERIOD, maximumPoints: 101 },
        RATE,
        reader(runs),
      )
      if (answer.kind !== 'extremes') throw new Error(answer.kind)
      expect(answer.secondsPerRow).toBe(1)
      const [{ startTime, rows } = { startTime: 0, rows: new Float32Array() }] = answer.runs
      return new Map(Array.from({ length: rows.length / 6 }, (_, i) => [startTime / 1e6 + i, [...rows.slice(6 * i, 6 * i + 6)]]))
    }
    const before = rowsFrom(200)
    const after = rowsFrom(207)
    const shared = [...before.keys()].filter((second) => after.has(second))
    expect(shared.length).toBeGreaterThan(95)
    for (const second of shared) expect(after.get(second)).toEqual(before.get(second))
  })

  it('leaves out what is no number, and says NaN where nothing else is', () => {
    const samples = Float32Array.from({ length: 3 * 60 }, (_, i) => (i % 3 === 0 ? Number.NaN : i % 2 === 0 ? Number.NaN : i))
    const runs = [{ instrument, startTime: 0, rate: RATE, samples }]
    const answer = storedWaveforms({ from: 0, to: 59 * PERIOD, maximumPoints: 10 }, RATE, reader(runs))
    if (answer.kind !== 'extremes') throw new Error(answer.kind)
    const [least, most, ...others] = answer.runs[0]!.rows.slice(0, 6)
    expect([least, most]).toEqual([Number.NaN, Number.NaN])
    expect(others.every(Number.isFinite)).toBe(true)
  })
})
