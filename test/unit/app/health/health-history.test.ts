import { describe, expect, it } from 'vitest'
import { HealthHistory, MICROS_PER_MINUTE } from '../../../../src/app/health/health-history.ts'
import { healthHistorySchema, instrumentHistorySchema } from '../../../../src/contract/health-history.ts'
import { parseInstrumentId, type SourceId } from '../../../../src/domain/source-id.ts'
import { microsToNanos } from '../../../../src/domain/time.ts'
import type { HealthHour } from '../../../../src/io/store/health-table.ts'
import { EXAMPLE_TIME } from '../../../helpers/example-detection.ts'

const A = parseInstrumentId('XX_A__HH')!
const B = parseInstrumentId('XX_B__HH')!
const RATE = 20
/** A full minute. */
const START = Math.floor(EXAMPLE_TIME / MICROS_PER_MINUTE) * MICROS_PER_MINUTE

function setUp(saved: readonly HealthHour[] = [], now = START) {
  const clock = { now: () => now }
  const history = new HealthHistory({ clock, gridRate: RATE, saved })
  return {
    history,
    /** Minutes from START. */
    at: (minutes: number) => {
      now = START + minutes * MICROS_PER_MINUTE
    },
    /** Seconds of data of an instrument, from a minute on. */
    data: (minute: number, seconds: number, instrument = A) =>
      history.onFrame({
        kind: 'frame',
        instrument,
        firstIndex: ((START + minute * MICROS_PER_MINUTE) / 1e6) * RATE,
        samples: new Float64Array(3 * seconds * RATE),
      }),
    arrival: (latencySeconds: number, timingQuality?: number) =>
      history.onRecord({
        kind: 'record',
        sourceId: 'FDSN:XX_A__H_H_Z' as SourceId,
        startTime: microsToNanos(now - latencySeconds * 1e6),
        sampleRate: 100,
        samples: new Int32Array(1),
        receivedAt: now,
        timingQuality,
      }),
  }
}

/** The minutes from START on that are in the answer. */
const since = (values: readonly (number | null)[], minutes: number) => values.slice(-minutes)

describe('the health history of an instrument', () => {
  it('is the share of each minute with data, of those minutes that the monitor knows of', () => {
    const { history, at, data } = setUp()
    history.takeChanges()
    data(0, 60)
    data(1, 30)
    data(1.75, 45)
    for (const minute of [1, 2, 3, 4]) {
      at(minute)
      history.takeChanges()
    }
    const answer = history.ofInstrument(A)
    expect(instrumentHistorySchema.parse(answer)).toEqual(answer)
    expect([answer.availability.length, answer.secondsPerCell]).toEqual([1440, 60])
    expect(since(answer.availability, 6)).toEqual([null, 1, 0.75, 0.5, 0, 0])
    expect(Date.parse(answer.knownSince!) * 1000).toBe(START)
    expect(Date.parse(answer.startTime) * 1000 + 1439 * MICROS_PER_MINUTE).toBe(START + 4 * MICROS_PER_MINUTE)
  })

  it('is 0 of an instrument that is silent, and null before anything was known', () => {
    const { history, at, data } = setUp()
    expect(history.ofInstrument(B).knownSince).toBeNull()
    data(0, 60)
    at(1)
    history.takeChanges()
    expect(since(history.ofInstrument(B).availability, 3)).toEqual([null, 0, 0])
  })

  it('has the median and the largest latency and the least timing quality of what arrived in a minute', () => {
    const { history, at, arrival } = setUp()
    for (const latency of [3, 1, 2, 40]) arrival(latency, 90 + latency / 10)
    at(1)
    arrival(7)
    at(2)
    history.takeChanges()
    const answer = history.ofInstrument(A)
    expect(since(answer.medianLatencySeconds, 3)).toEqual([2, 7, null])
    expect(since(answer.maximumLatencySeconds, 3)).toEqual([40, 7, null])
    expect(since(answer.timingQuality, 3)).toEqual([90, null, null])
  })

  it('shows the minute that is not over', () => {
    const { history, data, arrival } = setUp()
    data(0, 15)
    arrival(4)
    const { availability, medianLatencySeconds } = history.ofInstrument(A)
    expect([availability.at(-1), medianLatencySeconds.at(-1)]).toEqual([0.25, 4])
  })

  it('forgets after 24 hours, and is not led astray by clocks of stations', () => {
    const { history, at, data } = setUp()
    data(0, 60)
    data(1e8, 60)
    at(1439)
    expect(history.ofInstrument(A).availability[0]).toBe(1)
    at(1440)
    data(1440, 60)
    data(0, 60)
    const { availability } = history.ofInstrument(A)
    expect(availability.at(-1)).toBe(1)
    expect(availability.filter((share) => share !== null)).toEqual([1])
  })

  it('ends with the newest data when they are old, as when an archive is played', () => {
    const { history, at, data } = setUp()
    at(1e6)
    data(0, 60)
    data(1, 30)
    expect(since(history.ofInstrument(A).availability, 3)).toEqual([null, 1, 0.5])
  })

  it('goes on after a restart, with a hole where nothing was known', () => {
    const before = setUp()
    before.data(0, 60)
    before.arrival(5, 99)
    const saved = before.history.takeChanges()
    expect(before.history.takeChanges().map(({ instrument }) => instrument)).not.toContain(B)
    const { history, at, data } = setUp(saved)
    at(2)
    data(2, 60)
    const answer = history.ofInstrument(A)
    expect(since(answer.availability, 4)).toEqual([null, 1, null, 1])
    expect(since(answer.medianLatencySeconds, 3)).toEqual([5, null, null])
    expect(since(answer.timingQuality, 3)).toEqual([99, null, null])
  })
})

describe('the health history of all', () => {
  it('has ten minutes to a cell, whole minutes only', () => {
    const { history, at, data, arrival } = setUp()
    for (let minute = 0; minute <= 20; minute++) {
      at(minute)
      arrival(minute === 5 ? 100 : minute)
      if (minute < 16) data(minute, minute % 2 === 0 ? 60 : 30)
      if (minute < 19) data(minute, 60, B)
      history.takeChanges()
    }
    const answer = history.ofAll([A, B])
    expect(healthHistorySchema.parse(answer)).toEqual(answer)
    expect([answer.secondsPerCell, answer.instruments.map(({ instrument }) => instrument)]).toEqual([600, [A, B]])
    const [a, b] = answer.instruments
    expect(a!.availability).toHaveLength(144)
    // 1–10 with 5 even minutes; 11–18 with 11–15 at 30, 60, 30, 60, 30 s, the last two are not over.
    expect(since(a!.availability, 3)).toEqual([1, 0.75, 0.438])
    expect(since(b!.availability, 2)).toEqual([1, 1])
    expect(since(a!.maximumLatencySeconds, 2)).toEqual([100, 18])
    expect(since(a!.medianLatencySeconds, 2)).toEqual([6, 14])
    expect(a!.availability[0]).toBeNull()
  })
})
