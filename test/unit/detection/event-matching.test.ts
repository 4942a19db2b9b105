import { describe, expect, it } from 'vitest'
import { arrivals } from '../../../src/app/evaluate-events.ts'
import { type DetectedOnset, type EventMatchInput, matchEvents } from '../../../src/detection/event-matching.ts'
import { summariseEvents } from '../../../src/detection/event-summary.ts'
import type { CatalogueEvent } from '../../../src/domain/catalogue.ts'
import type { NetworkEvent } from '../../../src/domain/network-event.ts'
import { parseStationId, type StationId } from '../../../src/domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../../src/domain/time.ts'
import { coincidenceWith } from '../../helpers/coincidence-options.ts'
import { arriving, lastEvents, runCoincidence } from '../../helpers/coincidence-run.ts'
import { naiveKnownOf } from '../../helpers/naive/event-owner.ts'
import { TRUTH_START, trueNetwork } from '../../helpers/truth-onsets.ts'

const STATIONS = ['A', 'B', 'C', 'D'].map((code) => parseStationId(`XX_${code}`)!)
const [A, B, C, D] = STATIONS as [StationId, StationId, StationId, StationId]
const at = (seconds: number) => seconds * MICROS_PER_SECOND

/** P needs 1 s to A, 2 s to B, …; S twice as long. */
const needs = (station: StationId) => STATIONS.indexOf(station) + 1

function known(seconds: number, more: Partial<CatalogueEvent> = {}): CatalogueEvent {
  return { time: at(seconds), place: { latitude: 42, longitude: 13 }, ...more }
}

function onset(station: StationId, seconds: number, more: Partial<DetectedOnset> = {}): DetectedOnset {
  const detection = `${station} ${seconds}`
  return { detection, station, onset: at(seconds), uncertaintySeconds: 0.1, busyUntil: at(seconds + 25), ...more }
}

/** P of an earthquake at these stations. */
function arrivalsOf(seconds: number, stations: readonly StationId[] = STATIONS): DetectedOnset[] {
  return stations.map((station) => onset(station, seconds + needs(station)))
}

function told(onsets: readonly DetectedOnset[], more: Partial<NetworkEvent> = {}): NetworkEvent {
  const first = Math.min(...onsets.map(({ onset: time }) => time))
  const member = ({ detection, station, onset: time }: DetectedOnset) =>
    ({
      detection,
      station,
      instrument: `${station}__HH`,
      onset: time,
      score: 1,
      phase: 'P',
      residualSeconds: null,
      distanceKm: null,
    }) as const
  return {
    id: `event ${first}`,
    state: 'closed',
    revision: 1,
    time: first,
    firstOnset: first,
    stations: onsets.length,
    rule: 'network',
    nearest: onsets[0]!.station,
    location: null,
    members: onsets.map(member) as unknown as NetworkEvent['members'],
    ...more,
  }
}

function match(
  catalogue: readonly CatalogueEvent[],
  onsets: readonly DetectedOnset[],
  events: readonly NetworkEvent[],
  more: Partial<EventMatchInput> = {},
) {
  return matchEvents({
    catalogue,
    onsets,
    events,
    spans: new Map(STATIONS.map((station) => [station, [{ start: at(0), end: at(10_000) }]])),
    needed: 3,
    arrivalOf: ({ time }, station, wave) => time + at(needs(station) * (wave === 'P' ? 1 : 2)),
    matchSeconds: 0.4,
    withinSeconds: 30,
    ...more,
  })
}

const fatesOf = ({ known: all }: ReturnType<typeof matchEvents>) => all.map(({ fate }) => fate)
const kindsOf = ({ told: all }: ReturnType<typeof matchEvents>) => all.map(({ kind }) => kind)

describe('events beside a catalogue', () => {
  it('finds an earthquake by the event that most of its onsets went to', () => {
    const onsets = [...arrivalsOf(100), onset(A, 150)]
    const result = match([known(100)], onsets, [told([...onsets.slice(0, 3), onsets[4]!])])
    expect(result.known).toMatchObject([{ fate: 'found', detectedBy: 4, events: [{ stations: 4 }] }])
    expect(kindsOf(result)).toEqual(['first'])
  })

  it('says that an earthquake was told as several events, the largest of which is the one', () => {
    const onsets = [...arrivalsOf(100), onset(A, 101.3), onset(B, 102.3), onset(C, 103.3)]
    const result = match([known(100)], onsets, [told(onsets.slice(4)), told(onsets.slice(0, 4))])
    expect(fatesOf(result)).toEqual(['split'])
    expect(result.known[0]?.events.map(({ stations }) => stations)).toEqual([4, 3])
    expect(kindsOf(result)).toEqual(['first', 'another'])
  })

  it('says that an earthquake went into the event of another one', () => {
    const onsets = [...arrivalsOf(100), ...arrivalsOf(110, [A, B, C])]
    expect(fatesOf(match([known(100), known(110)], onsets, [told(onsets)]))).toEqual(['found', 'merged'])
  })

  it('calls an event mixed when no earthquake has most of its onsets, and unknown when the catalogue has none', () => {
    const onsets = [...arrivalsOf(100, [A, B]), ...arrivalsOf(110, [C, D]), onset(A, 500), onset(B, 500), onset(C, 500)]
    const result = match([known(100), known(110)], onsets, [told(onsets.slice(0, 4)), told(onsets.slice(4))])
    expect(kindsOf(result)).toEqual(['mixed', 'unknown'])
  })

  it('tells why an earthquake was missed: by association, by stations that were detecting something else, or by the detector', () => {
    const onsets = [...arrivalsOf(100), ...arrivalsOf(200), ...arrivalsOf(210, [C]), ...arrivalsOf(400, [A, B])]
    const result = match([known(100), known(210), known(400)], onsets, [])
    expect(result.known.map(({ fate, detectedBy, busyAt }) => [fate, detectedBy, busyAt])).toEqual([
      ['not-associated', 4, 0],
      ['busy', 1, 3],
      ['not-detected', 2, 0],
    ])
  })

  it('gives an onset to the earthquake that it misses least, and to an S only when it is no P', () => {
    const onsets = arrivalsOf(100.3)
    const close = match([known(100), known(100.5)], onsets, [told(onsets)])
    expect(fatesOf(close)).toEqual(['not-detected', 'found'])
    // What is S of the first is P of the second.
    const late = STATIONS.map((station) => onset(station, 100 + 2 * needs(station)))
    expect(kindsOf(match([known(100)], late, [told(late)]))).toEqual(['unknown'])
  })

  it('lets an onset that is hardly timed miss by its own uncertainty more', () => {
    const vague = arrivalsOf(105).map((each) => ({ ...each, uncertaintySeconds: 6 }))
    expect(fatesOf(match([known(100)], vague, [told(vague)]))).toEqual(['found'])
    expect(fatesOf(match([known(100)], arrivalsOf(105), [told(arrivalsOf(105))]))).toEqual(['not-detected'])
  })

  it('gives onsets without a predicted arrival to the last earthquake that had begun', () => {
    const onsets = arrivalsOf(120)
    const result = match([known(100), known(119), known(200)], onsets, [told(onsets)], { arrivalOf: () => undefined })
    expect(fatesOf(result)).toEqual(['not-detected', 'found', 'not-detected'])
  })

  it('leaves out earthquakes without data at enough stations, and vetoed events', () => {
    const spans = new Map(STATIONS.map((station) => [station, [{ start: at(0), end: at(station === A ? 10_000 : 150) }]]))
    const result = match([known(100), known(200)], arrivalsOf(100), [told(arrivalsOf(100), { state: 'vetoed' })], { spans })
    expect([fatesOf(result), result.withoutData, result.told]).toEqual([['not-associated'], 1, []])
  })

  it('gives the same owners as comparing everything with everything', () => {
    const network = trueNetwork({ seed: 4, stations: 12, events: 40, everySeconds: 25, falsePerHour: 6 })
    const options = coincidenceWith(network.places)
    const input: EventMatchInput = {
      catalogue: network.events.map(({ time, latitude, longitude, depthKm }) => ({
        time,
        place: { latitude, longitude },
        depthKm,
      })),
      events: lastEvents(runCoincidence(arriving(network.detections, network.places.keys()), options)),
      onsets: network.detections.map(({ id, station, onset: { time, uncertaintySeconds } }) => ({
        detection: id,
        station,
        onset: time,
        uncertaintySeconds,
        busyUntil: time + at(25),
      })),
      spans: new Map(
        [...network.places.keys()].map((station) => [station, [{ start: TRUTH_START, end: Number.POSITIVE_INFINITY }]]),
      ),
      needed: 3,
      arrivalOf: arrivals(options),
      matchSeconds: 2,
      withinSeconds: 30,
    }
    const { known: all, told: events } = matchEvents(input)
    const owner = new Map(all.flatMap((each) => each.events.map((event) => [event, each.known])))
    expect(events.length).toBeGreaterThan(10)
    expect(new Set(events.map(({ kind }) => kind)).size).toBeGreaterThan(1)
    for (const { event } of events) expect(owner.get(event)).toBe(naiveKnownOf(event, input))
  })
})

describe('the summary of events beside a catalogue', () => {
  const onsets = [...arrivalsOf(100.1), ...arrivalsOf(200), ...arrivalsOf(300, [A, B])]
  const location = {
    status: 'preliminary',
    latitude: 42,
    longitude: 13.1,
    time: at(99.5),
    depthKm: { value: 8, from: 5, to: 14 },
    ellipse: { majorKm: 9, minorKm: 2, azimuth: 0 },
    timeUncertaintySeconds: 0.1,
    rmsSeconds: 0.1,
    onsets: 4,
    azimuthalGap: 90,
    model: 'ak135',
  } as const
  const catalogue = [known(100, { magnitude: 2.5 }), known(200, { magnitude: 2.1 }), known(300, { magnitude: 1 }), known(20_000)]
  const summary = summariseEvents(match(catalogue, onsets, [told(onsets.slice(0, 4), { location })]))

  it('counts earthquakes by what became of them, those that could be located, and magnitudes', () => {
    expect(summary).toMatchObject({
      known: 3,
      withoutData: 1,
      fates: { found: 1, split: 0, merged: 0, 'not-associated': 1, busy: 0, 'not-detected': 1 },
      locatable: 2,
      locatableFound: 1,
      byMagnitude: [
        { from: 1, events: 1, found: 0 },
        { from: 2, events: 2, found: 1 },
      ],
      told: 1,
      kinds: { first: 1, another: 0, mixed: 0, unknown: 0 },
    })
  })

  it('measures how far onsets and locations are from those of the catalogue', () => {
    expect(summary.residuals).toEqual({ count: 4, median: 0.1, mad: 0, within90: 0 })
    // A tenth of a degree of longitude at 42° north.
    expect(summary.location?.medianKm).toBeCloseTo(11.1195 * Math.cos((42 * Math.PI) / 180), 2)
    expect(summary.location).toMatchObject({ count: 1, withinEllipse: 1, medianSeconds: -0.5 })
  })

  it('has nothing to say where there is nothing', () => {
    expect(summariseEvents(match([], [], []))).toMatchObject({
      known: 0,
      told: 0,
      residuals: null,
      location: null,
      byMagnitude: [],
    })
  })
})
