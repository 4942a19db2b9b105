import { describe, expect, it } from 'vitest'
import { buildScenario } from '../../../../src/app/synth/build-scenario.ts'
import { travelTime } from '../../../../src/app/synth/crust-model.ts'
import { demoScenario } from '../../../../src/app/synth/demo-scenario.ts'
import { pathBetween, placeAt } from '../../../../src/app/synth/geography.ts'
import { SOURCE_REGION } from '../../../../src/app/synth/network.ts'
import { stationName } from '../../../../src/app/synth/scenario.ts'

describe('buildScenario', () => {
  it('draws earthquakes by Poisson and Gutenberg–Richter', () => {
    const { earthquakes } = buildScenario({ minutes: 6000, eventsPerHour: 40, minimumMagnitude: 1, maximumMagnitude: 5 })
    expect(earthquakes.length / 4000).toBeCloseTo(1, 1)
    const above = (magnitude: number) => earthquakes.filter((earthquake) => earthquake.magnitude >= magnitude).length
    expect(Math.log10(above(1) / above(2))).toBeCloseTo(1, 0)
    for (const { magnitude, depthKm } of earthquakes) {
      expect(magnitude >= 1 && magnitude <= 5 && depthKm > 2 && depthKm <= 25).toBe(true)
    }
  })

  it('keeps the beginning quiet', () => {
    const { earthquakes, disturbances, faults } = buildScenario({ minutes: 30, eventsPerHour: 200, quietStart: 600 })
    for (const { seconds } of [...earthquakes, ...disturbances, ...faults]) expect(seconds).toBeGreaterThanOrEqual(600)
  })

  it('names every station once and gives the rates in turn', () => {
    const { stations } = buildScenario({ stations: 40, sampleRates: [100, 50] })
    expect(new Set(stations.map(stationName)).size).toBe(40)
    expect(stations.slice(0, 3).map((station) => station.sampleRate)).toEqual([100, 50, 100])
    for (const { code } of stations) expect(code.length).toBeLessThanOrEqual(5)
  })

  it('keeps its stations when one more is asked for', () => {
    const [few, more] = [3, 9].map((stations) => buildScenario({ stations }).stations)
    expect(more!.slice(0, 3)).toEqual(few)
  })

  it('leaves out every mishap when asked to', () => {
    expect(buildScenario({ hasGlitches: false })).toMatchObject({ disturbances: [], faults: [], clockJitter: 0 })
  })
})

describe('demoScenario', () => {
  const scenario = demoScenario()

  it('has its first P at the nearest station when the first window is just full', () => {
    const first = scenario.earthquakes[0]!
    const times = scenario.stations.map(
      (station) => first.seconds + travelTime('P', pathBetween(first, station).distanceKm, first.depthKm),
    )
    expect(Math.min(...times)).toBeGreaterThan(27)
    expect(Math.min(...times)).toBeLessThan(32)
    expect(first.magnitude).toBe(3.5)
  })

  it('never lets a minute and a half pass without an earthquake', () => {
    const times = [...scenario.earthquakes.map(({ seconds }) => seconds), scenario.durationSeconds]
    times.slice(1).forEach((seconds, n) => {
      expect(seconds - times[n]!).toBeLessThanOrEqual(105)
    })
  })

  it('shows every kind of fault and disturbance, at stations that exist', () => {
    expect(new Set(scenario.faults.map(({ kind }) => kind)).size).toBe(5)
    expect(new Set(scenario.disturbances.map(({ kind }) => kind)).size).toBe(4)
    const names = new Set(scenario.stations.map(stationName))
    for (const { station } of [...scenario.faults, ...scenario.disturbances]) expect(names).toContain(station)
  })
})

it('placeAt and pathBetween agree', () => {
  const there = placeAt(SOURCE_REGION, 30, -40)
  const path = pathBetween(SOURCE_REGION, there)
  expect(path.distanceKm).toBeCloseTo(50, 6)
  expect(path.azimuth).toBeCloseTo(143.13, 2)
  expect(path.backAzimuth).toBeCloseTo(323.13, 2)
})
