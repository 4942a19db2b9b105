import { describe, expect, it } from 'vitest'
import { Sparks } from '../../../../src/web/feed/sparks.ts'

const envelope = (instrument: string, second: number, rows: number) => ({
  instrument,
  startTime: second * 1e6,
  rows: Float32Array.from({ length: rows * 6 }, (_, i) => i),
})

describe('what the wall is drawn from', () => {
  it('keeps envelopes by the second and scores by the end of their window', () => {
    const sparks = new Sparks()
    sparks.addEnvelopes({ secondsPerRow: 1, envelopes: [envelope('a', 1000, 2), envelope('b', 1000, 1)] })
    sparks.addScore('a', 1001.9, 0.25)
    expect(sparks.get('a')?.envelope.at(1001, 1)).toBe(7)
    expect(sparks.get('a')?.scores.at(1001, 0)).toBe(0.25)
    expect(sparks.newestScore('a')).toBe(0.25)
    expect([sparks.newestScore('b'), sparks.newestScore('c')]).toEqual([Number.NaN, Number.NaN])
  })

  it('ends where the newest instrument is', () => {
    const sparks = new Sparks()
    expect(sparks.end()).toBeNaN()
    sparks.addEnvelopes({ secondsPerRow: 1, envelopes: [envelope('a', 1000, 2), envelope('b', 900, 1)] })
    expect(sparks.end()).toBe(1002)
    sparks.addScore('b', 1005, 0)
    expect(sparks.end()).toBe(1006)
  })

  it('does not run after a few clocks that are ahead', () => {
    const sparks = new Sparks()
    sparks.addEnvelopes({ secondsPerRow: 1, envelopes: Array.from({ length: 99 }, (_, i) => envelope(`s${i}`, 1000, 1)) })
    sparks.addEnvelopes({ secondsPerRow: 1, envelopes: [envelope('wrong', 90_000, 1)] })
    expect(sparks.end()).toBe(1001)
  })

  it('forgets everything when another store is there', () => {
    const sparks = new Sparks()
    sparks.addScore('a', 1000, 0.5)
    sparks.clear()
    expect([sparks.get('a'), sparks.end()]).toEqual([undefined, Number.NaN])
  })
})
