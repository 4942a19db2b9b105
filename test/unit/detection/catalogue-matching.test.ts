import { describe, expect, it } from 'vitest'
import {
  type CatalogueInput,
  type InstrumentDetections,
  matchCatalogue,
  mismatches,
} from '../../../src/detection/catalogue-matching.ts'
import type { CatalogueEvent } from '../../../src/domain/catalogue.ts'
import type { StationId } from '../../../src/domain/source-id.ts'

const A = 'XX_A' as StationId
const B = 'XX_B' as StationId
const HOUR = 3600

describe('matchCatalogue', () => {
  it('counts only the events asked for, while the others still take their detections', () => {
    const events = [event(1000, { magnitude: 3 }), event(1100, { magnitude: 1 }), event(1200, { magnitude: 3 })]
    const input = { events, instruments: [instrument(A, [1001, 1101])], strideSeconds: 1 }
    const result = matchCatalogue({ ...input, isCounted: ({ magnitude = 0 }) => magnitude >= 2 })
    expect(result).toMatchObject({ events: 2, matched: 1, recall: 0.5, detections: 2, unmatched: 0 })
    expect(result.byMagnitude).toHaveLength(1)
  })

  it('lists detections without an event, and missed events with whether another detection was under way', () => {
    const events = [event(1000), event(1500), event(1600), event(2500)]
    const detections = [timed(1001, 1005), { ...timed(1440, 1445), off: 1550e6 }, timed(2300, 2305)]
    const list = mismatches({ events, instruments: [{ ...instrument(A, []), detections }] })
    expect(list.unmatchedDetections.map(({ onset, station }) => `${station} ${onset / 1e6}`)).toEqual(['XX_A 1440', 'XX_A 2300'])
    expect(list.missedEvents.map(({ time, isUnderWay }) => `${time / 1e6} ${isUnderWay}`)).toEqual([
      '1500 true',
      '1600 false',
      '2500 false',
    ])
  })

  it('pairs a detection from 5 s before to 60 s after the event, and no further', () => {
    const found = (onset: number) => match([event(1000)], [instrument(A, [onset])]).matched
    expect([994.9, 995, 1060, 1060.1].map(found)).toEqual([0, 1, 1, 0])
  })

  it('gives each event the nearest detection and each detection to one event only', () => {
    const result = match([event(1000), event(1040)], [instrument(A, [1038, 1041])])
    // 1041 is nearest to the second event; the first takes what is left.
    expect(result).toMatchObject({ events: 2, matched: 2, detections: 2, unmatched: 0 })
  })

  it('does not let one detection find two events', () => {
    expect(match([event(1000), event(1010)], [instrument(A, [1012])])).toMatchObject({ matched: 1, recall: 0.5, unmatched: 0 })
  })

  it('counts an event found by two stations once and none of the detections as unmatched', () => {
    const result = match([event(1000)], [instrument(A, [1003]), instrument(B, [1009])])
    expect(result).toMatchObject({ events: 1, matched: 1, detections: 2, unmatched: 0 })
  })

  it('looks for an event with a station on that station only', () => {
    const result = match([event(1000, { station: B })], [instrument(A, [1003]), instrument(B, [])])
    expect(result).toMatchObject({ events: 1, matched: 0, unmatched: 1 })
  })

  it('leaves out and counts events without scored data', () => {
    const spans = [{ start: 0, end: 500 }]
    const result = match([event(400), event(1000), event(300, { station: B })], [instrument(A, [401], spans)])
    expect(result).toMatchObject({ events: 1, eventsWithoutData: 2, matched: 1, recall: 1 })
  })

  it('counts station-days by scored windows, and unmatched detections per station-day', () => {
    const result = match([], [instrument(A, [10, 100]), instrument(B, [10])])
    expect(result.stationDays).toBeCloseTo((2 * HOUR) / 86_400, 12)
    expect(result.unmatchedPerStationDay).toBeCloseTo(3 / (2 / 24), 9)
    expect(result).toMatchObject({ events: 0, recall: null, medianDelaySeconds: null })
  })

  it('gives the median delay from the event to the moment the detection could be known', () => {
    const late = { ...instrument(A, [1001, 2001, 3001]), detections: [1005, 2010, 3002].map((on) => timed(on - 4, on)) }
    expect(match([event(1000), event(2000), event(3000)], [late]).medianDelaySeconds).toBe(5)
  })

  it('gives the recall by magnitude, unknown ones last', () => {
    const events = [event(1000, { magnitude: 2.4 }), event(1200, { magnitude: 2 }), event(1400, { magnitude: -0.3 }), event(1600)]
    expect(match(events, [instrument(A, [1001, 1401])]).byMagnitude).toEqual([
      { from: -1, to: 0, events: 1, matched: 1, recall: 1 },
      { from: 2, to: 3, events: 2, matched: 1, recall: 0.5 },
      { from: null, to: null, events: 1, matched: 0, recall: 0 },
    ])
  })

  it('finds no lone event by chance, and every event by chance when detections never stop', () => {
    expect(match([event(1000)], [instrument(A, [1001])]).chanceRecall).toBe(0)
    const always = Array.from({ length: 120 }, (_, index) => index * 30)
    expect(match([event(1000)], [instrument(A, always)]).chanceRecall).toBe(1)
  })

  it('does not depend on the order of events, detections or instruments', () => {
    const events = [event(1000), event(1010), event(1020), event(1020, { station: B })]
    const instruments = [instrument(A, [1005, 1015, 1025]), instrument(B, [1001, 1050])]
    const reversed = [...instruments].reverse().map((one) => ({ ...one, detections: [...one.detections].reverse() }))
    expect(match([...events].reverse(), reversed)).toEqual(match(events, instruments))
  })
})

function match(events: CatalogueEvent[], instruments: InstrumentDetections[]) {
  return matchCatalogue({ events, instruments, strideSeconds: 1 } satisfies CatalogueInput)
}

function event(seconds: number, rest: Partial<CatalogueEvent> = {}): CatalogueEvent {
  return { time: seconds * 1e6, ...rest }
}

/** One hour of data, a window per second. */
function instrument(station: StationId, onsets: number[], spans = [{ start: 0, end: HOUR }]): InstrumentDetections {
  return {
    station,
    detections: onsets.map((onset) => timed(onset, onset + 2)),
    scoredSpans: spans.map(({ start, end }) => ({ start: start * 1e6, end: end * 1e6 })),
    scoredWindows: HOUR,
  }
}

function timed(onset: number, on: number) {
  return { onset: onset * 1e6, on: on * 1e6 }
}
