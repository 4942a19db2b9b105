import { describe, expect, it } from 'vitest'
import { disturbanceWaveform } from '../../../../src/app/synth/disturbance-waveform.ts'
import { buildNetwork } from '../../../../src/app/synth/network.ts'
import { DISTURBANCE_KINDS, stationName } from '../../../../src/app/synth/scenario.ts'

const stations = buildNetwork({ seed: 2, count: 4, sampleRates: [100, 40, 20, 200] })

describe.each(DISTURBANCE_KINDS)('%s', (kind) => {
  it('lasts as long and gets as strong as it should, at any rate', () => {
    for (const station of stations) {
      const disturbance = { kind, station: stationName(station), seconds: 12.345, durationSeconds: 20, peakVelocity: 1e-6 }
      const { firstSample, components } = disturbanceWaveform(disturbance, station, 1)
      expect(firstSample).toBe(Math.ceil((12.345 - Number(station.startOffsetNanos) / 1e9) * station.sampleRate))
      for (const component of components) {
        const peak = component.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        expect(component).toHaveLength(20 * station.sampleRate)
        expect(peak).toBeGreaterThan(0.3e-6)
        expect(peak).toBeLessThanOrEqual(1e-6)
      }
    }
  })

  it('ends in silence, so that nothing jumps', () => {
    const station = stations[0]!
    const disturbance = { kind, station: stationName(station), seconds: 0, durationSeconds: 20, peakVelocity: 1 }
    const { components } = disturbanceWaveform(disturbance, station, 5)
    expect(Math.abs(components[0].at(-1)!)).toBeLessThan(0.05)
  })
})
