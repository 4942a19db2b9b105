import { describe, expect, it } from 'vitest'
import { RecentData } from '../../../src/server/recent-data.ts'

const frame = (instrument: string, second: number, rows = 20) => ({
  instrument,
  startTime: second * 1e6,
  rate: 20,
  samples: new Float64Array(rows * 3).fill(second),
})
const all = () => true

describe('recent data', () => {
  it('joins what is contiguous and keeps gaps apart', () => {
    const recent = new RecentData()
    for (const second of [100, 101, 105]) recent.addFrame(frame('XX_A__HH', second))
    const frames = recent.frames(all)
    expect(frames.map(({ startTime, samples }) => [startTime / 1e6, samples.length / 3])).toEqual([
      [100, 40],
      [105, 20],
    ])
    expect(frames[0]?.samples[59]).toBe(100)
    expect(frames[0]?.samples[60]).toBe(101)
  })

  it('forgets what is older than two minutes, per instrument', () => {
    const recent = new RecentData()
    recent.addFrame(frame('XX_A__HH', 0))
    recent.addFrame(frame('XX_B__HH', 0))
    recent.addFrame(frame('XX_A__HH', 121))
    expect(recent.frames(all).map(({ instrument, startTime }) => [instrument, startTime])).toEqual([
      ['XX_A__HH', 121e6],
      ['XX_B__HH', 0],
    ])
  })

  it('keeps a copy, because samples are reused', () => {
    const recent = new RecentData()
    const reused = frame('XX_A__HH', 7)
    recent.addFrame(reused)
    reused.samples.fill(0)
    expect(recent.frames(all)[0]?.samples[0]).toBe(7)
  })

  it('gives scores of the wanted instruments', () => {
    const recent = new RecentData()
    recent.addScore({ instrument: 'XX_A__HH', endTime: 1e6, score: 0.5 })
    recent.addScore({ instrument: 'XX_B__HH', endTime: 1e6, score: 0.6 })
    expect(recent.scores((instrument) => instrument === 'XX_B__HH').map(({ score }) => score)).toEqual([0.6])
  })
})
