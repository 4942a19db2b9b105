import { describe, expect, it } from 'vitest'
import { WaveformCollector } from '../../../src/app/waveform-collector.ts'
import { parseInstrumentId } from '../../../src/domain/source-id.ts'
import { LONGEST_WAVEFORM_SECONDS } from '../../../src/io/store/waveform-table.ts'

const A = parseInstrumentId('XX_A__HH')!
const B = parseInstrumentId('XX_B__HH')!
const RATE = 20

/** Rows whose three values are their own index. */
const frame = (firstIndex: number, rows: number, instrument = A) => ({
  kind: 'frame' as const,
  instrument,
  firstIndex,
  samples: Float64Array.from({ length: 3 * rows }, (_, i) => firstIndex + Math.floor(i / 3)),
})

const MOST = LONGEST_WAVEFORM_SECONDS * RATE

/** What has been ended: where it begins and how many rows it has. */
const shown = ({ waiting }: WaveformCollector) =>
  waiting.map(({ instrument, startTime, samples }) => [instrument, (startTime / 1e6) * RATE, samples.length / 3])

describe('the waveform collector', () => {
  it('joins frames that go on, and keeps gaps and instruments apart', () => {
    const collector = new WaveformCollector(RATE)
    const first = boundary()
    for (const each of [frame(first, 20), frame(first + 20, 5), frame(7, 3, B), frame(first + 30, 10)]) collector.add(each)
    collector.add({ kind: 'gap', instrument: A, cause: 'missing' })
    collector.endPieces()
    expect(shown(collector)).toEqual([
      [A, first, 25],
      [A, first + 30, 10],
      [B, 7, 3],
    ])
    expect(collector.waiting[0]).toMatchObject({ rate: RATE, samples: { 0: first, 74: first + 24 } })
  })

  it('makes pieces of a minute whatever the frames, and loses no row between two', () => {
    for (const size of [1, 33, MOST, 3 * MOST]) {
      const collector = new WaveformCollector(RATE)
      const rows = 4 * MOST
      for (let row = 0; row < rows; row += size) collector.add(frame(row, Math.min(size, rows - row)))
      expect(collector.waiting.slice(1).map(({ samples }) => samples.length / 3)).toEqual([MOST, MOST, MOST])
      collector.endPieces()
      expect(collector.waiting.flatMap(({ samples }) => [...samples])).toEqual(
        Array.from({ length: 3 * rows }, (_, i) => Math.floor(i / 3)),
      )
    }
  })

  it('ends the pieces of many instruments one after the other, not all at once', () => {
    const collector = new WaveformCollector(RATE)
    let most = 0
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 300; i++) collector.add(frame(second * RATE, RATE, parseInstrumentId(`XX_S${i}__HH`)!))
      if (second >= 60) most = Math.max(most, collector.waiting.length)
      collector.clear()
    }
    expect(most).toBeLessThan(30)
  })

  it('goes on after what was stored', () => {
    const collector = new WaveformCollector(RATE)
    const first = boundary()
    collector.add(frame(first, MOST + 20))
    expect(shown(collector)).toEqual([[A, first, MOST]])
    collector.clear()
    expect(shown(collector)).toEqual([])
    collector.add(frame(first + MOST + 20, 10))
    collector.endPieces()
    expect(shown(collector)).toEqual([[A, first + MOST, 30]])
    collector.endPieces()
    expect(shown(collector)).toHaveLength(1)
  })

  it('lets the oldest go while the store refuses for long', () => {
    const collector = new WaveformCollector(RATE)
    const first = boundary()
    for (let piece = 0; piece < 2000; piece++) collector.add(frame(first + piece * MOST, MOST))
    const waiting = shown(collector)
    expect(waiting.length).toBeLessThan(600)
    expect(waiting.at(-1)).toEqual([A, first + 1999 * MOST, MOST])
    expect(waiting[0]![1]).toBe(first + (2000 - waiting.length) * MOST)
  })
})

/** Where a piece of A begins. */
function boundary(): number {
  const collector = new WaveformCollector(RATE)
  collector.add(frame(0, MOST))
  return collector.waiting[0]!.samples.length / 3
}
