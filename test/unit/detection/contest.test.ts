import { describe, expect, it } from 'vitest'
import type { NetworkEvent } from '../../../src/domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE } from '../../../src/domain/place.ts'
import { MICROS_PER_SECOND } from '../../../src/domain/time.ts'
import { coincidenceWith } from '../../helpers/coincidence-options.ts'
import { arriving, lastEvents, runCoincidence } from '../../helpers/coincidence-run.ts'
import { trueNetwork } from '../../helpers/truth-onsets.ts'

/** What is told of the minutes around one earthquake of a made-up network of sixty stations. */
function toldAround(seed: number, everySeconds: number, events: number, number: number) {
  const network = trueNetwork({ seed, stations: 60, events, everySeconds })
  const { time } = network.events[number]!
  const near = network.detections.filter(({ onset }) => Math.abs(onset.time - time) < 130 * MICROS_PER_SECOND)
  const inputs = arriving(near, [...network.places.keys()].slice(0, 3))
  const told = lastEvents(runCoincidence(inputs, coincidenceWith(network.places))).filter(({ state }) => state === 'closed')
  const ofEarthquake = ({ members }: NetworkEvent, which: number) =>
    members.filter(({ detection, phase }) => phase === 'P' && network.truth.get(detection) === which).length
  return { network, told, ofEarthquake }
}

describe('earthquakes whose onsets are contested', () => {
  it.each([
    { seed: 5, everySeconds: 90, events: 110, pair: [43, 44], apart: 'two seconds and 39 km', withinKm: 30 },
    { seed: 1, everySeconds: 120, events: 300, pair: [241, 242], apart: 'no second and 55 km', withinKm: 6 },
  ])('are told once each, with their own onsets, $apart apart', ({ seed, everySeconds, events, pair, withinKm }) => {
    const { network, told, ofEarthquake } = toldAround(seed, everySeconds, events, pair[1]!)
    for (const number of pair) {
      const own = told.filter((event) => ofEarthquake(event, number) * 2 > event.stations)
      expect(own).toHaveLength(1)
      const [event] = own as [NetworkEvent]
      expect(ofEarthquake(event, number) / event.stations).toBeGreaterThan(0.7)
      const all = [...network.truth.values()].filter((each) => each === number).length
      expect(ofEarthquake(event, number) / all).toBeGreaterThan(0.65)
      expect(distanceDegrees(event.location!, network.events[number]!) * KM_PER_DEGREE).toBeLessThan(withinKm)
    }
  })

  it.each([
    { seed: 2, everySeconds: 90, number: 40 },
    { seed: 6, everySeconds: 100, number: 68 },
    { seed: 7, everySeconds: 100, number: 111 },
  ])('stay with the event of most stations, when that of few would miss them a little less (seed $seed)', (one) => {
    const { told, ofEarthquake } = toldAround(one.seed, one.everySeconds, 300, one.number)
    expect(told.filter((event) => ofEarthquake(event, one.number) * 2 > event.stations)).toHaveLength(1)
  })
})
