import { type Place, placeAt } from './geography.ts'
import { SOURCE_REGION } from './network.ts'
import { Random } from './random.ts'
import type { Earthquake } from './scenario.ts'
import { randomMechanism } from './source-model.ts'

export interface SeismicityOptions {
  readonly seed: number
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly eventsPerHour: number
  readonly minimumMagnitude: number
  readonly maximumMagnitude: number
}

/** Typical spread of hypocentres about the middle of the source region. */
const CLUSTER_KM = 4
const B_VALUE = 1

/** Earthquakes of a Poisson process with Gutenberg–Richter magnitudes, truncated at both ends. */
export function buildSeismicity(options: SeismicityOptions): Earthquake[] {
  const { seed, fromSeconds, toSeconds, eventsPerHour } = options
  const random = new Random(seed, 'seismicity')
  const earthquakes: Earthquake[] = []
  if (eventsPerHour <= 0) return earthquakes
  for (let at = fromSeconds; ; ) {
    at += random.exponential(3600 / eventsPerHour)
    if (at >= toSeconds) return earthquakes
    const place = placeAt(SOURCE_REGION, CLUSTER_KM * random.normal(), 1.6 * CLUSTER_KM * random.normal())
    const depthKm = random.between(3, 10) + random.exponential(2)
    earthquakes.push(earthquakeOf(seed, earthquakes.length + 1, at, magnitudeOf(options, random), place, Math.min(depthKm, 25)))
  }
}

/** An earthquake with mechanism and stress drop of its own, all values rounded as a catalogue gives them. */
export function earthquakeOf(
  seed: number,
  number: number,
  seconds: number,
  magnitude: number,
  place: Place,
  depthKm: number,
): Earthquake {
  const id = `synthetic-${String(number).padStart(4, '0')}`
  const random = new Random(seed, 'earthquake', id)
  return {
    id,
    seconds: Number(seconds.toFixed(3)),
    latitude: Number(place.latitude.toFixed(5)),
    longitude: Number(place.longitude.toFixed(5)),
    depthKm: Number(depthKm.toFixed(2)),
    magnitude: Number(magnitude.toFixed(2)),
    // Stress drops scatter log-normally about 3 MPa, whatever the magnitude (Allmann & Shearer 2009).
    stressDrop: 3e6 * Math.exp(0.6 * random.normal()),
    mechanism: randomMechanism(random),
  }
}

function magnitudeOf({ minimumMagnitude, maximumMagnitude }: SeismicityOptions, random: Random): number {
  const reach = 1 - 10 ** (-B_VALUE * (maximumMagnitude - minimumMagnitude))
  return minimumMagnitude - Math.log10(1 - random.uniform() * reach) / B_VALUE
}
