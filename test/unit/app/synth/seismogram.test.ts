import { describe, expect, it } from 'vitest'
import { travelTime } from '../../../../src/app/synth/crust-model.ts'
import { pathBetween, placeAt } from '../../../../src/app/synth/geography.ts'
import { buildNetwork, SOURCE_REGION } from '../../../../src/app/synth/network.ts'
import { type SyntheticStation, samplePosition } from '../../../../src/app/synth/scenario.ts'
import { earthquakeOf } from '../../../../src/app/synth/seismicity.ts'
import { type Seismogram, seismogramOf } from '../../../../src/app/synth/seismogram.ts'

const SEED = 11
const stations = buildNetwork({ seed: SEED, count: 8, sampleRates: [100, 50, 200, 40] })
const earthquakes = [0.8, 1.5, 2.2, 3, 3.8].map((magnitude, n) =>
  earthquakeOf(SEED, n + 1, 10.0037 * (n + 1), magnitude, placeAt(SOURCE_REGION, n - 2, 2 * n), 5 + n),
)
const pairs = earthquakes.flatMap((earthquake) => stations.map((station) => ({ earthquake, station })))

describe('a seismogram without noise', () => {
  it('starts to move within one sample of the P time', () => {
    for (const { earthquake, station } of pairs) {
      const seismogram = seismogramOf(earthquake, station, SEED)
      const onset = seismogram.firstSample + visibleOnset(seismogram)
      const truth = samplePosition(station, seismogram.arrival.pSeconds)
      expect(Math.abs(onset - truth), `${earthquake.id} at ${station.code}`).toBeLessThanOrEqual(1)
    }
  })

  it('moves out across the stations as the travel-time model says', () => {
    const earthquake = earthquakes[3]!
    for (const station of stations) {
      const { distanceKm } = pathBetween(earthquake, station)
      const seismogram = seismogramOf(earthquake, station, SEED)
      const seconds =
        (seismogram.firstSample + visibleOnset(seismogram)) / station.sampleRate + Number(station.startOffsetNanos) / 1e9
      const error = seconds - earthquake.seconds - travelTime('P', distanceKm, earthquake.depthKm)
      expect(Math.abs(error)).toBeLessThanOrEqual(1 / station.sampleRate)
    }
  })

  it('is stronger on the horizontals after S than on the vertical after P, as a rule', () => {
    const ratios = pairs.map(({ earthquake, station }) => {
      const { pVelocity, sVelocity } = seismogramOf(earthquake, station, SEED).arrival
      return sVelocity / pVelocity
    })
    expect(median(ratios)).toBeGreaterThan(2)
    expect(median(ratios)).toBeLessThan(12)
  })

  it('decays: the coda falls from ten to ten seconds after S', () => {
    for (const station of stations) {
      const { components, arrival } = seismogramOf(earthquakes[3]!, station, SEED)
      const s = Math.round((arrival.sSeconds - arrival.pSeconds) * station.sampleRate)
      const levels = [0, 10, 20, 30].map((after) => rms(components[1], s + after * station.sampleRate, 10 * station.sampleRate))
      expect(levels).toEqual(levels.toSorted((a, b) => b - a))
      expect(levels[3]! / levels[0]!).toBeLessThan(0.5)
    }
  })

  it('is larger and of lower frequency for a larger earthquake', () => {
    const [small, large] = [1, 4].map((magnitude) => {
      const earthquake = { ...earthquakes[0]!, magnitude, stressDrop: 3e6 }
      return seismogramOf(earthquake, stations[2]!, SEED)
    }) as [Seismogram, Seismogram]
    expect(large.arrival.pVelocity / small.arrival.pVelocity).toBeGreaterThan(100)
    expect(meanFrequency(large, stations[2]!)).toBeLessThan(0.7 * meanFrequency(small, stations[2]!))
  })

  it('polarises P along the ray: up and away, or down and back', () => {
    for (const station of stations) {
      const { components, arrival } = seismogramOf(earthquakes[1]!, station, SEED)
      const away = ((arrival.backAzimuth + 180) * Math.PI) / 180
      const first = 1
      const radial = components[1][first]! * Math.cos(away) + components[2][first]! * Math.sin(away)
      const transverse = components[2][first]! * Math.cos(away) - components[1][first]! * Math.sin(away)
      if (arrival.distanceKm > 60) continue
      expect(Math.sign(radial)).toBe(Math.sign(components[0][first]!))
      expect(Math.abs(transverse)).toBeLessThan(Math.abs(radial))
    }
  })

  it('is the same again for the same seed and another for another', () => {
    const [a, b, c] = [SEED, SEED, SEED + 1].map((seed) => seismogramOf(earthquakes[2]!, stations[0]!, seed)) as [
      Seismogram,
      Seismogram,
      Seismogram,
    ]
    expect(a).toEqual(b)
    expect(a.components[0]).not.toEqual(c.components[0])
  })
})

/** First row with a hundredth of the P wave's first swing, on the vertical. */
function visibleOnset({ components: [vertical] }: Seismogram): number {
  const swing = vertical.subarray(0, 20).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return vertical.findIndex((value) => Math.abs(value) > 0.01 * swing)
}

function rms(samples: Float64Array, from: number, count: number): number {
  const part = samples.subarray(from, from + count)
  return Math.sqrt(part.reduce((sum, value) => sum + value ** 2, 0) / part.length)
}

/** Zero crossings per second, halved, over the first second. */
function meanFrequency({ components: [vertical] }: Seismogram, station: SyntheticStation): number {
  let crossings = 0
  for (let n = 1; n < station.sampleRate; n++) if (vertical[n]! * vertical[n - 1]! < 0) crossings++
  return crossings / 2
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
