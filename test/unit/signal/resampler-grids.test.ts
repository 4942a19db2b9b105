import { describe, expect, it } from 'vitest'
import { microsToGridIndex } from '../../../src/domain/grid.ts'
import type { SourceId } from '../../../src/domain/source-id.ts'
import type { GridSegment } from '../../../src/domain/trace.ts'
import { Resampler } from '../../../src/signal/resampler.ts'
import { naiveResampledSample } from '../../helpers/naive/resample.ts'
import { noiseCounts, sine } from '../../helpers/signals.ts'
import { decibels, fitSine } from '../../helpers/sine-fit.ts'

const SOURCE = 'FDSN:XX_TEST__H_H_Z' as SourceId
const START_MILLIS = 1_562_261_629_003
/** Grids of models with a wider band, and sources for them: at the grid's own rate, faster, with odd periods. */
const PAIRS = [40, 50].flatMap((grid) => [grid, 62.5, 100, 128, 200, 250].map((rate) => [grid, rate] as const))

describe('resampler: wider grids', () => {
  it.each(PAIRS)('%d Hz, from %d Hz, is flat to ±0.01 dB up to 0.4 of the grid rate', (grid, rate) => {
    for (let frequency = 0.5; frequency <= 0.4 * grid; frequency += 0.5) {
      const { amplitude, residual } = responseTo(grid, rate, frequency)
      expect(Math.abs(decibels(amplitude))).toBeLessThan(0.01)
      expect(decibels(residual)).toBeLessThan(-80)
    }
  })

  it.each(PAIRS)('%d Hz, from %d Hz, holds what folds from 0.6 of the grid rate on at least 80 dB down', (grid, rate) => {
    for (let frequency = 0.6 * grid; frequency < rate / 2; frequency += 0.7) {
      expect(decibels(responseTo(grid, rate, frequency).total)).toBeLessThan(-80)
    }
  })

  it.each(PAIRS)('%d Hz, from %d Hz, agrees with the definition', (grid, rate) => {
    const samples = noiseCounts(rate * 4, 10)
    const { firstIndex, samples: output } = resampled(grid, rate, samples)
    expect(output.length).toBeGreaterThan(3 * grid)
    // Between the entries of its table, the kernel of an odd rate is interpolated.
    const tolerance = rate === 128 ? 0.05 : 1e-9
    for (const [i, value] of output.entries()) {
      const expected = naiveResampledSample(samples, rate, START_MILLIS, firstIndex + i, 1000 / grid)
      expect(Math.abs(value - expected)).toBeLessThan(tolerance)
    }
  })

  it.each([40, 50])('%d Hz lags less the finer the grid is: 13 of its periods', (grid) => {
    const { firstIndex, samples } = resampled(grid, 100, noiseCounts(1000, 1))
    const lastMillis = (firstIndex + samples.length - 1) * (1000 / grid)
    const lag = START_MILLIS + 999 * 10 - lastMillis
    expect(lag).toBeLessThan((13 + 1) * (1000 / grid))
    expect(microsToGridIndex(lastMillis * 1000, grid)).toBe(firstIndex + samples.length - 1)
  })
})

function resampled(gridRate: number, sampleRate: number, samples: Int32Array | Float64Array): GridSegment {
  const startTime = BigInt(START_MILLIS) * 1_000_000n
  const [output] = new Resampler(SOURCE, { gridRate }).push({
    kind: 'segment',
    sourceId: SOURCE,
    startTime,
    sampleRate,
    samples,
  }) as GridSegment[]
  return output!
}

/** What becomes of a sine of amplitude 1. */
function responseTo(gridRate: number, sampleRate: number, frequency: number) {
  const { firstIndex, samples } = resampled(gridRate, sampleRate, sine(Math.round(sampleRate * 10), sampleRate, frequency, 0.4))
  return fitSine(samples, (i) => (firstIndex + i) / gridRate - START_MILLIS / 1000, frequency)
}
