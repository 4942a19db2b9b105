import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/domain/errors.ts'
import type { Problem } from '../../../src/domain/problem.ts'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { sampleOffsetNanos } from '../../../src/domain/time.ts'
import type { Gap, GridSegment, Samples, Segment } from '../../../src/domain/trace.ts'
import { Resampler, type ResamplerState } from '../../../src/signal/resampler.ts'
import { naiveResampledSample } from '../../helpers/naive/resample.ts'
import { noiseCounts, sine, splitAt } from '../../helpers/signals.ts'
import { decibels, fitSine } from '../../helpers/sine-fit.ts'

const SOURCE = 'FDSN:XX_TEST__H_H_Z' as SourceId
const START_MILLIS = 1_562_261_629_003
const GRID_RATE = 20
/** Whole-millisecond periods and others. */
const RATES = [20, 40, 50, 62.5, 80, 100, 125, 200, 250, 500, 1000, 31.2805, 99.37]
const EXACT_RATES = [20, 40, 50, 62.5, 100, 125, 200, 250, 500, 1000]

describe('resampler: design', () => {
  it.each(RATES)('is flat to ±0.01 dB up to 8 Hz from %d Hz', (rate) => {
    for (let frequency = 0.25; frequency <= 8; frequency += 0.25) {
      const { amplitude } = responseTo(rate, frequency)
      expect(Math.abs(decibels(amplitude))).toBeLessThan(0.01)
    }
  })

  it.each(RATES.filter((rate) => rate > 24))('holds what folds from above 12 Hz at least 80 dB down from %d Hz', (rate) => {
    for (let frequency = 12; frequency < rate / 2; frequency += frequency < 30 ? 0.1 : rate / 197) {
      expect(decibels(responseTo(rate, frequency).total)).toBeLessThan(-80)
    }
  })

  it.each(RATES)('adds nothing above -80 dB to a sine in the pass band from %d Hz', (rate) => {
    for (let frequency = 0.25; frequency <= 8; frequency += 0.45) {
      expect(decibels(responseTo(rate, frequency).residual)).toBeLessThan(-80)
    }
  })

  it.each(RATES)('gives an output as soon as the input is 0.65 s ahead of it from %d Hz', (rate) => {
    const resampler = new Resampler(SOURCE)
    const lags: number[] = []
    for (let i = 0; i < rate * 5; i++) {
      const inputMillis = START_MILLIS + (i * 1000) / rate
      for (const piece of resampler.push(segment([i], rate, i))) {
        if (piece.kind === 'grid') lags.push(inputMillis - lastMillis(piece))
      }
    }
    expect(lags.length).toBeGreaterThan(60)
    expect(Math.max(...lags)).toBeLessThan(650)
  })

  it('never has the newest output more than 0.7 s behind the newest input', () => {
    for (const rate of RATES) {
      const resampler = new Resampler(SOURCE)
      let newestOutput: number | undefined
      for (let i = 0; i < rate * 5; i++) {
        for (const piece of resampler.push(segment([i], rate, i))) if (piece.kind === 'grid') newestOutput = lastMillis(piece)
        if (newestOutput !== undefined) expect(START_MILLIS + (i * 1000) / rate - newestOutput).toBeLessThan(700)
      }
    }
  })
})

describe('resampler: exactness', () => {
  it.each(RATES)('agrees with the definition from %d Hz', (rate) => {
    const samples = noiseCounts(rate * 6, 11)
    const output = resampled(samples, rate)
    // Between the entries of its table, an odd rate's kernel is interpolated.
    const tolerance = EXACT_RATES.includes(rate) ? 1e-9 : 0.05
    for (const [i, value] of output.samples.entries()) {
      const expected = naiveResampledSample(samples, rate, START_MILLIS, output.firstIndex + i)
      expect(Math.abs(value - expected)).toBeLessThan(tolerance)
    }
  })

  it('begins and ends where the filter is filled', () => {
    const output = resampled(noiseCounts(1000, 3), 100)
    const first = output.firstIndex * 50
    expect(first - 650).toBeLessThan(START_MILLIS + 50)
    expect(first - 650).toBeGreaterThanOrEqual(START_MILLIS - 10)
    expect(lastMillis(output) + 650).toBeLessThanOrEqual(START_MILLIS + 10_000)
  })

  it('gives the same bits for any chunking', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RATES), fc.array(fc.nat(1500), { maxLength: 30 }), (rate, cuts) => {
        const samples = noiseCounts(1500, 5, 1e6, 8e6)
        const pieces = splitAt(
          samples,
          cuts.toSorted((a, b) => a - b),
        )
        expect(outputOf(new Resampler(SOURCE), pieces, rate)).toEqual(resampled(samples, rate))
      }),
    )
  })

  it('gives the same bits for a segment of minutes as for its records', () => {
    const samples = noiseCounts(20_000, 6)
    const records = splitAt(
      samples,
      Array.from({ length: 49 }, (_, i) => 400 * (i + 1)),
    )
    expect(resampled(samples, 100)).toEqual(outputOf(new Resampler(SOURCE), records, 100))
  })

  it('gives the same bits after any resume', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.uniqueArray(fc.integer({ min: 1, max: 1499 }), { maxLength: 6 }),
        (rate, cuts) => {
          const samples = noiseCounts(1500, 6)
          let state: ResamplerState | undefined
          let index = 0
          const outputs = splitAt(
            samples,
            cuts.toSorted((a, b) => a - b),
          ).map((chunk) => {
            const resampler = new Resampler(SOURCE, {}, structuredClone(state))
            const pieces = resampler.push(segment(chunk, rate, index))
            index += chunk.length
            state = resampler.snapshot()
            return pieces
          })
          expect(joined(outputs.flat() as GridSegment[])).toEqual(resampled(samples, rate))
        },
      ),
    )
  })

  it('gives the same bits for any start, where the period is whole milliseconds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EXACT_RATES), fc.nat(1000), (rate, skipped) => {
        const samples = noiseCounts(3000, 7, 1e5, -3e6)
        const whole = resampled(samples, rate)
        const later = outputOf(new Resampler(SOURCE), [samples.subarray(skipped)], rate, skipped)
        expect(later.samples.length).toBeGreaterThan(0)
        expect(later.samples).toEqual(whole.samples.subarray(later.firstIndex - whole.firstIndex))
      }),
    )
  })

  it.each([400_000n, -400_000n])('takes a start %d ns off the millisecond for the same anchor', (offset) => {
    const samples = noiseCounts(800, 8)
    const jittered = { ...segment(samples, 100, 0), startTime: BigInt(START_MILLIS) * 1_000_000n + offset }
    expect(joined(new Resampler(SOURCE).push(jittered) as GridSegment[])).toEqual(resampled(samples, 100))
  })

  it.each(RATES)('leaves no trace of a large offset from %d Hz', (rate) => {
    const samples = new Int32Array(Math.ceil(rate * 6)).fill(8_388_607)
    for (const value of resampled(samples, rate).samples) expect(Math.abs(value - 8_388_607)).toBeLessThan(1e-7)
  })

  it('lets a sample that is not finite spoil 0.65 s either way and no more', () => {
    const samples = Float64Array.from(noiseCounts(2000, 9))
    const clean = resampled(samples, 100)
    const broken = resampled(samples.with(1000, Number.NaN), 100)
    for (const [i, value] of broken.samples.entries()) {
      const distance = (broken.firstIndex + i) * 50 - (START_MILLIS + 10_000)
      expect(value).toBe(Math.abs(distance) < 650 ? Number.NaN : clean.samples[i])
    }
  })
})

describe('resampler: interruptions and bad input', () => {
  const gap: Gap = { kind: 'gap', sourceId: SOURCE, startTime: 0n, endTime: 1n, cause: 'missing' }

  it('passes a gap down and starts anew after it', () => {
    const resampler = new Resampler(SOURCE)
    resampler.push(segment(noiseCounts(300, 1), 100, 0))
    expect(resampler.push(gap)).toEqual([gap])
    expect(resampler.snapshot()).toBeUndefined()
    const samples = noiseCounts(700, 2)
    expect(outputOf(resampler, [samples], 100)).toEqual(resampled(samples, 100))
  })

  it('takes a segment that does not continue as if a gap came first', () => {
    const resampler = new Resampler(SOURCE)
    resampler.push(segment(noiseCounts(300, 1), 100, 0))
    const pieces = resampler.push(segment(noiseCounts(300, 1), 100, 900))
    expect(pieces.map(({ kind }) => kind)).toEqual(['gap', 'grid'])
    expect(pieces[0]).toMatchObject({ cause: 'reset' })
  })

  it('refuses a rate below the grid once, with its reason', () => {
    const problems: Problem[] = []
    const resampler = new Resampler(SOURCE, { onProblem: (problem) => problems.push(problem) })
    for (let i = 0; i < 3; i++) expect(resampler.push(segment(noiseCounts(100, 1), 10, i * 100))).toEqual([])
    expect(problems).toEqual([
      {
        code: 'RATE_TOO_LOW',
        message: 'resample: expected 20 to 5000 Hz, got 10 Hz; the channel is dropped',
        sourceId: SOURCE,
      },
    ])
  })

  it('refuses a rate beyond its memory', () => {
    const problems: Problem[] = []
    new Resampler(SOURCE, { onProblem: (problem) => problems.push(problem) }).push(segment([1, 2], 1e6, 0))
    expect(problems.map(({ code }) => code)).toEqual(['RATE_TOO_HIGH'])
  })

  it('refuses a grid whose period is not whole milliseconds', () => {
    expect(() => new Resampler(SOURCE, { gridRate: 30 })).toThrow(UsageError)
  })
})

function segment(samples: ArrayLike<number>, sampleRate: number, index: number): Segment {
  const startTime = BigInt(START_MILLIS) * 1_000_000n + sampleOffsetNanos(index, sampleRate)
  const typed: Samples = samples instanceof Int32Array || samples instanceof Float64Array ? samples : Float64Array.from(samples)
  return { kind: 'segment', sourceId: SOURCE, startTime, sampleRate, samples: typed }
}

function resampled(samples: Samples, rate: number): GridSegment {
  return outputOf(new Resampler(SOURCE), [samples], rate)
}

function outputOf(resampler: Resampler, chunks: readonly Samples[], rate: number, firstIndex = 0): GridSegment {
  let index = firstIndex
  const pieces = chunks.flatMap((chunk) => {
    const output = resampler.push(segment(chunk, rate, index))
    index += chunk.length
    return output
  })
  return joined(pieces as GridSegment[])
}

function joined(segments: readonly GridSegment[]): GridSegment {
  const [first] = segments
  for (const [i, next] of segments.entries()) {
    const before = segments[i - 1]
    if (before) expect(next.firstIndex).toBe(before.firstIndex + before.samples.length)
  }
  return { ...first!, samples: Float64Array.from(segments.flatMap(({ samples }) => [...samples])) }
}

function lastMillis(piece: GridSegment): number {
  return (piece.firstIndex + piece.samples.length - 1) * 50
}

/** What becomes of a sine of amplitude 1. */
function responseTo(rate: number, frequency: number) {
  const { firstIndex, samples } = resampled(sine(Math.round(rate * 25), rate, frequency, 0.4), rate)
  return fitSine(samples, (i) => (firstIndex + i) / GRID_RATE - START_MILLIS / 1000, frequency)
}
