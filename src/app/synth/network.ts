import type { Nanos } from '../../domain/time.ts'
import { type Place, placeAt } from './geography.ts'
import { Random } from './random.ts'
import type { SyntheticStation } from './scenario.ts'

/** Where synthetic earthquakes happen: a made-up fault zone in the mountains of central Italy. */
export const SOURCE_REGION: Place = { latitude: 42.75, longitude: 13.2 }
export const NETWORK_CODE = 'XX'

const NAMES = ['ALDER', 'BIRCH', 'CEDAR', 'ELDER', 'HAZEL', 'LARCH', 'MAPLE', 'ROWAN', 'ASPEN', 'BEECH'] as const
/** Distances of the first stations from the middle of the source region; later ones lie anywhere between. */
const DISTANCES_KM = [7, 15, 28, 45, 70, 110] as const
const GOLDEN_ANGLE = 137.508
const LOCAL_HOURS = 1

export interface NetworkOptions {
  readonly seed: number
  readonly count: number
  /** Hz; the stations take them in turn. */
  readonly sampleRates: readonly number[]
}

/** Stations all around the source region, near to far, each with ground and noise of its own. */
export function buildNetwork({ seed, count, sampleRates }: NetworkOptions): SyntheticStation[] {
  return Array.from({ length: count }, (_, index) => {
    const code = NAMES[index] ?? `S${String(index + 1).padStart(4, '0')}`
    const random = new Random(seed, 'station', code)
    const near = DISTANCES_KM[index]
    const distance = near === undefined ? 6 * 20 ** random.uniform() : near * random.between(0.9, 1.1)
    const azimuth = ((index * GOLDEN_ANGLE + random.between(-25, 25)) * Math.PI) / 180
    const sampleRate = sampleRates[index % sampleRates.length]!
    return {
      network: NETWORK_CODE,
      code,
      location: '00',
      ...rounded(placeAt(SOURCE_REGION, distance * Math.sin(azimuth), distance * Math.cos(azimuth))),
      elevationMetres: Math.round(random.between(200, 1600)),
      sampleRate,
      startOffsetNanos: (BigInt(Math.floor((random.uniform() * 1e6) / sampleRate)) * 1000n) as Nanos,
      kappa: random.between(0.01, 0.035),
      amplification: Math.exp(0.35 * random.normal()),
      noiseLevel: random.between(0.32, 0.5),
      culturalLevel: random.between(0.58, 0.78),
      localHours: LOCAL_HOURS,
    }
  })
}

function rounded({ latitude, longitude }: Place): Place {
  return { latitude: Number(latitude.toFixed(5)), longitude: Number(longitude.toFixed(5)) }
}
