import { describe, expect, it } from 'vitest'
import { TABLE_DEPTHS_KM, TravelTimes, type Wave } from '../../../src/detection/travel-times.ts'

/**
 * The published ak135 tables (Kennett 2005, "Seismological Tables: ak135", Research School of Earth Sciences, ANU): seconds of the
 * first arrival at the distances of the rows and the depths 0, 50, 100, 200 km (P and S), 300, 500, 700 km (P).
 */
const PUBLISHED: Readonly<Record<Wave, readonly (readonly [degrees: number, byDepth: Readonly<Record<number, number>>])[]>> = {
  P: [
    [1, { 0: 19.17, 50: 17.7, 100: 20.39, 200: 29.72, 300: 40.34, 500: 61.23, 700: 80.58 }],
    [2, { 0: 35.03, 50: 31.32, 100: 32.54, 200: 38.47, 300: 46.73, 500: 65.03, 700: 83.13 }],
    [5, { 0: 76.27, 50: 72.45, 100: 72.67, 200: 74.35, 300: 77.48, 500: 86.91, 700: 98.97 }],
    [10, { 0: 144.9, 50: 140.96, 100: 140.62, 200: 139.17, 300: 138.07, 500: 137.28, 700: 140.09 }],
    [15, { 0: 213.23, 50: 208.75, 100: 206.63, 200: 202.13, 300: 196.99, 500: 190.11, 700: 185.4 }],
    [20, { 0: 274.1, 50: 268.35, 100: 264.56, 200: 257.28, 300: 250.81, 500: 238.53, 700: 230.23 }],
    [30, { 0: 370.27, 50: 363.82, 100: 359.08, 200: 349.86, 300: 341.34, 500: 327.23, 700: 317.2 }],
    [60, { 0: 608.34, 50: 601.39, 100: 596.01, 200: 585.45, 300: 575.45, 500: 557.71, 700: 542.88 }],
    [90, { 0: 781.4, 50: 774.08, 100: 768.24, 200: 756.72, 300: 745.71, 500: 725.68, 700: 708.13 }],
  ],
  S: [
    [1, { 0: 32.14, 50: 30.74, 100: 35.74, 200: 52.78 }],
    [2, { 0: 60.75, 50: 55.14, 100: 57.38, 200: 68.43 }],
    [10, { 0: 257.8, 50: 251.7, 100: 250.88, 200: 250.89 }],
    [20, { 0: 499.77, 50: 490.47, 100: 483.94, 200: 471.02 }],
    [40, { 0: 822.93, 50: 811.83, 100: 803, 200: 785.55 }],
    [80, { 0: 1336.28, 50: 1324.17, 100: 1314.11, 200: 1294.12 }],
  ],
}

const times = new TravelTimes()

describe('travel times in ak135', () => {
  it.each(['P', 'S'] as const)('are the published first arrivals of %s within 0.03 s', (wave) => {
    for (const [degrees, byDepth] of PUBLISHED[wave]) {
      for (const [depth, seconds] of Object.entries(byDepth)) {
        const got = times.seconds(wave, degrees, TABLE_DEPTHS_KM.indexOf(Number(depth) as never))
        expect(Math.abs(got - seconds), `${wave} ${degrees}° ${depth} km: ${got} for ${seconds}`).toBeLessThan(0.03)
      }
    }
  })

  it('are straight lines near a source in the crust', () => {
    for (const depthIndex of [1, 2, 3, 5]) {
      for (const km of [0, 0.7, 3.3, 9.1, 25]) {
        const slant = Math.hypot(km, TABLE_DEPTHS_KM[depthIndex]!)
        expect(times.seconds('P', km / 111.195, depthIndex)).toBeCloseTo(slant / 5.8, 1)
      }
    }
  })

  it('grow with distance at every depth, and S comes after P', () => {
    TABLE_DEPTHS_KM.forEach((_, depthIndex) => {
      for (let degrees = 0.05; degrees < 94; degrees += 0.05) {
        const p = times.seconds('P', degrees, depthIndex)
        expect(p).toBeGreaterThan(times.seconds('P', degrees - 0.05, depthIndex))
        expect(times.seconds('S', degrees, depthIndex)).toBeGreaterThan(p)
      }
    })
  })

  it('end where the core begins to shade', () => {
    expect(times.seconds('P', 95.1, 0)).toBe(Number.POSITIVE_INFINITY)
  })
})
