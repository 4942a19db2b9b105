import { describe, expect, it } from 'vitest'
import { travelTime } from '../../../src/app/synth/crust-model.ts'
import type { CoincidenceOptions } from '../../../src/detection/coincidence-options.ts'
import type { Detection } from '../../../src/domain/detection.ts'
import type { EventMember, NetworkEvent } from '../../../src/domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE, type Place, placeTowards } from '../../../src/domain/place.ts'
import { parseStationId, type StationId } from '../../../src/domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../../src/domain/time.ts'
import { coincidenceWith } from '../../helpers/coincidence-options.ts'
import { arriving, lastEvents, leftOut, runCoincidence, runWithRestart } from '../../helpers/coincidence-run.ts'
import { seededRandom } from '../../helpers/signals.ts'
import { detectionAt, TRUTH_START, trueNetwork } from '../../helpers/truth-onsets.ts'

const MIDDLE: Place = { latitude: 42.75, longitude: 13.2 }

/** Stations A, B, … at these distances (km) and directions (degrees) from the middle. */
function stationsAt(...at: readonly (readonly [km: number, azimuth: number])[]): Map<StationId, Place> {
  return new Map(
    at.map(([km, azimuth], i) => [
      parseStationId(`XX_${'ABCDEFGHIJKLMNOP'[i]}`)!,
      placeTowards(MIDDLE, km / KM_PER_DEGREE, azimuth),
    ]),
  )
}

/** What these stations would detect of an earthquake; P through the crust of the synthetic archives. */
function shake(
  places: ReadonlyMap<StationId, Place>,
  at: Place,
  seconds: number,
  wave: 'P' | 'S' = 'P',
  depthKm = 9,
): Detection[] {
  return [...places].map(([station, place]) =>
    detectionAt(station, onsetAfter(seconds + travelTime(wave, distanceDegrees(at, place) * KM_PER_DEGREE, depthKm))),
  )
}

const onsetAfter = (seconds: number) => TRUTH_START + Math.round(seconds * MICROS_PER_SECOND)
const SIX = stationsAt([12, 20], [25, 100], [30, 210], [45, 300], [60, 50], [80, 160])
const run = (detections: readonly Detection[], options: CoincidenceOptions, stations: Iterable<StationId> = SIX.keys()) =>
  runCoincidence(arriving(detections, stations), options)

describe('coincidence', () => {
  const options = coincidenceWith(SIX)
  const quake = shake(SIX, MIDDLE, 10)

  it('tells an event when enough stations fit, again with each one that joins, and once more when none can', () => {
    const outputs = run(quake, options)
    const states = outputs.map(
      (output) => output.kind === 'event' && [output.event.state, output.event.revision, output.event.stations],
    )
    expect(states).toEqual([
      ['open', 1, 3],
      ['open', 2, 4],
      ['open', 3, 5],
      ['open', 4, 6],
      ['closed', 5, 6],
    ])
    expect(new Set(lastEvents(outputs).map(({ id }) => id)).size).toBe(1)
  })

  it('needs as many stations as the rule says', () => {
    expect(run(quake.slice(0, 2), options)).toEqual([])
    expect(run(quake.slice(0, 3), coincidenceWith(SIX, { rules: [{ name: 'network', needed: 4 }] }))).toEqual([])
  })

  it('makes no event of three with one that may be S and one that hardly says when it came, but of four, and of three with one of these', () => {
    const vague = (each: Detection): Detection => ({ ...each, onset: { ...each.onset, uncertaintySeconds: 12 } })
    const perhapsS = (each: Detection): Detection => ({ ...each, quality: { ...each.quality, isRetriggered: true } })
    const [a, b, c, d] = quake as [Detection, Detection, Detection, Detection]
    expect(run([a, vague(b), perhapsS(c)], options)).toEqual([])
    expect(run([a, b, perhapsS(vague(c))], options)).not.toEqual([])
    expect(run([a, b, vague(c)], options)).not.toEqual([])
    expect(run([a, perhapsS(b), perhapsS(c)], options)).not.toEqual([])
    expect(run([a, vague(b), perhapsS(c), d], options)).not.toEqual([])
  })

  it('names the nearest station until four onsets make a location', () => {
    const [first, second] = run(quake, options).map((output) => (output.kind === 'event' ? output.event : undefined))
    expect(first).toMatchObject({ location: null, nearest: 'XX_A', time: first?.firstOnset })
    expect(second?.location).toMatchObject({ status: 'preliminary', model: 'ak135', onsets: 4 })
  })

  it('finds the epicentre and the origin time', () => {
    const [event] = lastEvents(run(quake, options))
    expect(distanceDegrees(event!.location!, MIDDLE) * KM_PER_DEGREE).toBeLessThan(3)
    expect(Math.abs(event!.time - onsetAfter(10)) / MICROS_PER_SECOND).toBeLessThan(1.5)
    for (const { residualSeconds } of event!.members) expect(Math.abs(residualSeconds!)).toBeLessThan(0.5)
  })

  it('is told by the onsets that say when they came, whatever it began with', () => {
    const vague = (each: Detection) => ({
      ...each,
      onset: { ...each.onset, time: each.onset.time - 8 * MICROS_PER_SECOND, uncertaintySeconds: 12 },
    })
    const stations = stationsAt([15, 0], [20, 90], [18, 180], [22, 270], [12, 20], [25, 100], [30, 210], [45, 300], [60, 50])
    const all = shake(stations, MIDDLE, 30)
    const [event, ...more] = lastEvents(
      run([...all.slice(0, 4).map(vague), ...all.slice(4)], coincidenceWith(stations), stations.keys()),
    )
    expect(more).toEqual([])
    expect(event).toMatchObject({
      stations: 9,
      nearest: all[4]!.station,
      firstOnset: all[4]!.onset.time,
      location: { onsets: 5 },
    })
    expect(distanceDegrees(event!.location!, MIDDLE) * KM_PER_DEGREE).toBeLessThan(5)
    const [early] = lastEvents(run(all.map(vague), coincidenceWith(stations), stations.keys()))
    expect(early).toMatchObject({ stations: 9, location: null })
  })

  it('does not count a second instrument of a station', () => {
    const twice = [quake[0]!, detectionAt(quake[0]!.station, quake[0]!.onset.time + 40_000, 'HN'), quake[1]!]
    expect(run(twice, options)).toEqual([])
    const [event] = lastEvents(run([...twice, ...quake.slice(2)], options))
    expect(event!.stations).toBe(6)
    expect(event!.members.filter(({ phase }) => phase === 'other')).toHaveLength(1)
  })

  it('takes a station that saw only S into the event without counting it', () => {
    const [far] = shake(new Map([...SIX].slice(5)), MIDDLE, 10, 'S')
    const [event, ...more] = lastEvents(run([...quake.slice(0, 5), far!], options))
    expect(more).toEqual([])
    expect(event!.stations).toBe(5)
    expect(event!.members.at(-1)).toMatchObject({ station: 'XX_F', phase: 'S' })
  })

  it('keeps onsets apart that no wave can join', () => {
    const apart = [
      detectionAt([...SIX.keys()][0]!, onsetAfter(0)),
      ...quake.slice(1, 3).map((each) => ({ ...each, onset: { ...each.onset, time: each.onset.time + 60_000_000 } })),
    ]
    expect(run(apart, options)).toEqual([])
  })

  it('keeps two earthquakes apart that come four seconds after each other at places 70 km apart', () => {
    const west = placeTowards(MIDDLE, 70 / KM_PER_DEGREE, 270)
    const near = stationsAt([8, 10], [15, 130], [20, 250], [25, 70])
    const far = new Map(
      [...stationsAt([8, 10], [15, 130], [20, 250], [25, 70])].map(([station, place], i) => [
        `${station}${i}` as StationId,
        { latitude: place.latitude, longitude: place.longitude - (MIDDLE.longitude - west.longitude) },
      ]),
    )
    const all = new Map([...near, ...far])
    const events = lastEvents(run([...shake(near, MIDDLE, 10), ...shake(far, west, 14)], coincidenceWith(all), all.keys()))
    const sides = events.map(({ members }) => members.map(({ station }) => (near.has(station) ? 'east' : 'west')))
    expect(events.map(({ state }) => state)).toEqual(['closed', 'closed'])
    // One onset fits both.
    expect(sides.map((side) => side.filter((each) => each === 'east').length > side.length / 2)).toEqual([true, false])
    expect(sides.flat()).toHaveLength(8)
  })

  it('vetoes onsets that come at one moment at distant stations, with the reason', () => {
    const together = [...SIX.keys()].map((station, i) => detectionAt(station, onsetAfter(10 + i * 0.02)))
    const [event, ...more] = lastEvents(run(together, options))
    expect(more).toEqual([])
    expect(event).toMatchObject({ state: 'vetoed', reason: 'simultaneous-onsets' })
  })

  it('vetoes no earthquake because three of five stations lie alike to it, while two others fit it', () => {
    const ring = stationsAt([46, 0], [46, 120], [46, 240], [56, 60], [72, 180])
    expect(lastEvents(run(shake(ring, MIDDLE, 10), coincidenceWith(ring), ring.keys()))).toMatchObject([
      { state: 'closed', stations: 5 },
    ])
  })

  it('lets stations weigh more, less or nothing', () => {
    const weigh = (weights: Readonly<Record<string, number>>) =>
      lastEvents(run(quake.slice(0, 2), coincidenceWith(SIX, { weightOf: (station) => weights[station] ?? 1 }))).length
    expect(weigh({ XX_A: 2 })).toBe(1)
    expect(weigh({ XX_A: 1.5 })).toBe(0)
    const silenced = coincidenceWith(SIX, { weightOf: (station) => (station === 'XX_A' ? 0 : 1) })
    expect(run(quake.slice(0, 3), silenced)).toEqual([])
  })

  it('lets a group have a count of its own', () => {
    const south = { name: 'south', needed: 2, members: new Set(['XX_B', 'XX_C'] as StationId[]) }
    const grouped = coincidenceWith(SIX, { rules: [{ name: 'network', needed: 5 }, south] })
    expect(lastEvents(run(quake.slice(1, 3), grouped))).toMatchObject([{ rule: 'south', stations: 2 }])
    expect(run(quake.slice(2, 4), grouped)).toEqual([])
  })

  it('uses the fixed window for stations without coordinates', () => {
    const blind = coincidenceWith()
    const at = (...seconds: number[]) =>
      [...SIX.keys()].slice(0, seconds.length).map((station, i) => detectionAt(station, onsetAfter(seconds[i]!)))
    expect(lastEvents(run(at(10, 25, 39), blind))).toMatchObject([{ stations: 3, location: null, state: 'closed' }])
    expect(run(at(10, 25, 41), blind)).toEqual([])
    expect(lastEvents(run([...at(10, 12, 14), ...at(50, 52, 54)], blind))).toHaveLength(2)
  })
})

describe('the watermark of coincidence', () => {
  const options = coincidenceWith(SIX)
  const quake = shake(SIX, MIDDLE, 10)
  const stations = [...SIX.keys()]

  it('counts a station that is half a minute late', () => {
    const late = arriving(quake, stations, (station) => (station === 'XX_B' ? 35 : 0))
    expect(runCoincidence(late, options)).toEqual(run(quake, options))
  })

  it('leaves a detection out that comes later, and says how late it was', () => {
    const later = arriving(quake, stations, (station) => (station === 'XX_B' ? 90 : 0))
    const outputs = runCoincidence(later, options)
    expect(leftOut(outputs)).toMatchObject([{ instrument: 'XX_B_00_HH', reason: 'late' }])
    expect(leftOut(outputs)[0]!.lateSeconds).toBeGreaterThan(30)
    expect(lastEvents(outputs)).toMatchObject([{ stations: 5, state: 'closed' }])
  })

  it('does not wait for stations that are dead', () => {
    const alive = arriving(quake.slice(0, 3), stations.slice(0, 3))
    expect(lastEvents(runCoincidence(alive, options))).toMatchObject([{ stations: 3, state: 'closed' }])
  })

  it('is not moved by one clock that runs ahead', () => {
    const ahead = { kind: 'advance', station: 'XX_Z' as StationId, time: onsetAfter(86_400) } as const
    expect(runCoincidence([ahead, ...arriving(quake, stations)], options)).toEqual(run(quake, options))
  })
})

describe('the same detections in another order', () => {
  const network = trueNetwork({ seed: 5, stations: 14, events: 14, everySeconds: 60, falsePerHour: 4 })
  const options = coincidenceWith(network.places)
  const reference = runCoincidence(arriving(network.detections, network.places.keys()), options)

  it('is something to compare', () => {
    expect(lastEvents(reference).length).toBeGreaterThan(6)
    expect(lastEvents(reference).some(({ location }) => location !== null)).toBe(true)
  })

  it.each([1, 2, 3, 4])('gives the same events bit for bit, whatever the latencies (%i)', (seed) => {
    const random = seededRandom(seed)
    const latencies = new Map([...network.places.keys()].map((station) => [station, random() * 30]))
    const shuffled = arriving(network.detections, network.places.keys(), (station) => latencies.get(station)! + random() * 15)
    expect(shuffled).not.toEqual(arriving(network.detections, network.places.keys()))
    expect(runCoincidence(shuffled, options)).toEqual(reference)
  })

  it('gives the same after a restart at any moment', () => {
    const inputs = arriving(network.detections, network.places.keys())
    for (let stopAt = 0; stopAt < inputs.length; stopAt += Math.ceil(inputs.length / 8)) {
      expect(runWithRestart(inputs, options, stopAt)).toEqual(reference)
    }
  })
})

describe('a network of sixty stations whose earthquakes are known', () => {
  const network = trueNetwork({ seed: 1, stations: 60, events: 110, everySeconds: 120 })
  const events = lastEvents(
    runCoincidence(arriving(network.detections, [...network.places.keys()].slice(0, 3)), coincidenceWith(network.places)),
  ).filter(({ state }) => state === 'closed')
  const told = network.events.map((_, number) => events.filter((event) => truthOf(event.members, network.truth) === number))

  /** Four stations saw it, and no other one began within fifteen seconds. */
  const isLocatable = (number: number) =>
    [...network.truth.values()].filter((each) => each === number).length >= 4 &&
    network.events.every(
      ({ time }, other) => other === number || Math.abs(time - network.events[number]!.time) > 15 * MICROS_PER_SECOND,
    )
  const locatable = network.events.flatMap((_, number) => (isLocatable(number) ? [number] : []))

  it('has every locatable one as one event, and no others', () => {
    expect(locatable.length).toBeGreaterThan(70)
    const found = locatable.filter((number) => told[number]!.length > 0)
    expect(found.length / locatable.length).toBeGreaterThanOrEqual(0.99)
    expect(locatable.filter((number) => told[number]!.length > 1)).toEqual([])
    expect(events.filter((event) => truthOf(event.members, network.truth) === undefined)).toEqual([])
  })

  it('has them where they were: half within 1 km, nine of ten within 5 km, most inside the ellipse', () => {
    const misses = locatable.flatMap((number) => {
      const location = told[number]![0]?.location
      return location ? [{ km: distanceDegrees(location, network.events[number]!) * KM_PER_DEGREE, location }] : []
    })
    const sorted = misses.map(({ km }) => km).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length * 0.5)]).toBeLessThan(1)
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(5)
    expect(misses.filter(({ km, location }) => km <= location.ellipse.majorKm).length / misses.length).toBeGreaterThan(0.6)
  })
})

describe('earthquakes that come every half minute, so that their waves overlap', () => {
  const network = trueNetwork({ seed: 6, stations: 60, events: 60, everySeconds: 30 })
  const outputs = run(network.detections, coincidenceWith(network.places), [...network.places.keys()].slice(0, 3))
  const events = lastEvents(outputs).filter(({ state }) => state === 'closed')

  it('are told once each, also where the first onsets of one were mistaken for another', () => {
    const told = events.map(({ members }) => truthOf(members, network.truth))
    expect(told.length).toBeGreaterThan(45)
    expect(told.filter((number, i) => number !== undefined && told.indexOf(number) !== i)).toEqual([])
  })

  it('are not taken back when nobody has heard of them', () => {
    const left = outputs.flatMap((output) =>
      output.kind === 'event' && output.event.reason === 'members-left' ? [output.event] : [],
    )
    expect(left.length).toBeGreaterThan(0)
    expect(left.filter(({ revision }) => revision === 1)).toEqual([])
  })
})

describe('what is said of one event', () => {
  const network = trueNetwork({ seed: 3, stations: 60, events: 300, everySeconds: 120 })
  const { time } = network.events[228]!
  const near = network.detections.filter(({ onset }) => Math.abs(onset.time - time) < 60 * MICROS_PER_SECOND)
  const outputs = run(near, coincidenceWith(network.places), [...network.places.keys()].slice(0, 3))
  const told = outputs.flatMap((output) => (output.kind === 'event' ? [output.event] : []))
  const byId = [...new Set(told.map(({ id }) => id))].map((id) => told.filter((event) => event.id === id))

  it('goes under a name of its own, though an onset that another event let go completes a second one', () => {
    for (const words of byId) expect(words.map(({ revision }) => revision)).toEqual(words.map((_, i) => i + 1))
    const ofLarge = ({ members }: NetworkEvent) => members.filter(({ detection }) => network.truth.get(detection) === 228)
    const large = lastEvents(outputs).filter((event) => ofLarge(event).length > 40)
    expect(large).toMatchObject([{ state: 'closed' }])
  })
})

/** The earthquake that most of the counted members come from. */
function truthOf(members: readonly EventMember[], truth: ReadonlyMap<string, number>): number | undefined {
  const counted = members.filter(({ phase }) => phase === 'P').map(({ detection }) => truth.get(detection))
  return counted.find((number) => number !== undefined && counted.filter((each) => each === number).length * 2 > counted.length)
}
