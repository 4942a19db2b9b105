import { describe, expect, it } from 'vitest'
import {
  cornerFrequency,
  type FocalMechanism,
  MEAN_RADIATION,
  radiationOf,
  seismicMoment,
} from '../../../../src/app/synth/source-model.ts'
import { waveSpectrum } from '../../../../src/app/synth/wave-spectrum.ts'

const STRESS_DROP = 3e6

it('moment grows by a factor of 1000 over two magnitudes', () => {
  expect(seismicMoment(4) / seismicMoment(2)).toBeCloseTo(1000, 6)
})

describe('corner frequency', () => {
  it('falls by ten over two magnitudes at the same stress drop', () => {
    const ratio = cornerFrequency('S', 1, STRESS_DROP, 8) / cornerFrequency('S', 3, STRESS_DROP, 8)
    expect(ratio).toBeCloseTo(10, 6)
  })

  it('is a few hertz for magnitude 3.5 and higher for P than for S', () => {
    const corner = cornerFrequency('S', 3.5, STRESS_DROP, 8)
    expect(corner).toBeGreaterThan(2)
    expect(corner).toBeLessThan(6)
    expect(cornerFrequency('P', 3.5, STRESS_DROP, 8)).toBeGreaterThan(corner)
  })

  it('is where the spectrum has lost half of its plateau', () => {
    const site = { kappa: 0, amplification: 1 }
    for (const magnitude of [2, 3, 4]) {
      const source = { magnitude, stressDrop: STRESS_DROP, depthKm: 8 }
      const spectrum = waveSpectrum(source, { wave: 'S', seconds: 0, hypocentralKm: 10 }, site)
      const corner = cornerFrequency('S', magnitude, STRESS_DROP, 8)
      expect(spectrum.displacementAt(corner) / spectrum.displacementAt(1e-4)).toBeCloseTo(0.5, 6)
    }
  })
})

describe('waveSpectrum', () => {
  const source = { magnitude: 2, stressDrop: STRESS_DROP, depthKm: 8 }
  const site = { kappa: 0.02, amplification: 1 }

  it('spreads geometrically and loses high frequencies first', () => {
    const near = waveSpectrum(source, { wave: 'S', seconds: 5, hypocentralKm: 15 }, site)
    const far = waveSpectrum(source, { wave: 'S', seconds: 20, hypocentralKm: 60 }, site)
    expect(near.displacementAt(0.01) / far.displacementAt(0.01)).toBeCloseTo(4, 1)
    expect(near.displacementAt(10) / far.displacementAt(10)).toBeGreaterThan(6)
  })

  it('is stronger for S than for P', () => {
    const path = { seconds: 5, hypocentralKm: 15 }
    const ratio =
      waveSpectrum(source, { wave: 'S', ...path }, site).displacementAt(0.01) /
      waveSpectrum(source, { wave: 'P', ...path }, site).displacementAt(0.01)
    expect(ratio).toBeCloseTo(1.73 ** 3, 2)
  })
})

describe('radiationOf', () => {
  it('has the mean of a double couple over the focal sphere, whatever the fault', () => {
    const mechanisms: FocalMechanism[] = [
      { strike: 0, dip: 90, rake: 0 },
      { strike: 40, dip: 45, rake: 90 },
      { strike: 210, dip: 60, rake: -120 },
    ]
    for (const mechanism of mechanisms) {
      const { p, s } = meanSquare(mechanism)
      expect(Math.sqrt(p)).toBeCloseTo(MEAN_RADIATION.P, 2)
      expect(Math.sqrt(s)).toBeCloseTo(MEAN_RADIATION.S, 2)
    }
  })

  it('has four lobes of P and nodes along the planes for a vertical strike-slip fault', () => {
    const fault = { strike: 0, dip: 90, rake: 0 }
    const level = (azimuth: number) => radiationOf(fault, azimuth, 90)
    expect(level(45).p).toBeCloseTo(1, 9)
    expect(level(135).p).toBeCloseTo(-1, 9)
    expect(level(0).p).toBeCloseTo(0, 9)
    expect(level(0).sh).toBeCloseTo(1, 9)
  })
})

function meanSquare(mechanism: FocalMechanism): { p: number; s: number } {
  let weight = 0
  let p = 0
  let s = 0
  for (let takeOff = 1; takeOff < 180; takeOff += 2) {
    const area = Math.sin((takeOff * Math.PI) / 180)
    for (let azimuth = 0; azimuth < 360; azimuth += 5) {
      const radiation = radiationOf(mechanism, azimuth, takeOff)
      weight += area
      p += area * radiation.p ** 2
      s += area * (radiation.sv ** 2 + radiation.sh ** 2)
    }
  }
  return { p: p / weight, s: s / weight }
}
