import { HALF_WIDTH, kernelRows, kernelTable } from './resampler-kernel.ts'
import { wholeMillisPeriod } from './sample-rate.ts'

/**
 * Which input samples make output m of a segment, and with which weights. Everything follows from m, the segment's anchor and
 * the rate: never from where a buffer or a packet happens to begin. Sums run from the oldest sample to the newest, always.
 */
export interface ResamplerFilter {
  /** Most samples one output can need. */
  readonly maxTaps: number
  /** Index, since the anchor, of the first input sample that output `gridIndex` needs. */
  firstSample(gridIndex: number): number
  /** The first output, from `gridIndex` on, that needs more than the first `available` samples since the anchor. */
  firstIncomplete(gridIndex: number, available: number): number
  /**
   * Computes outputs `gridIndex` … `gridIndex + count - 1` into `outputs[at]` ….
   *
   * @param samples input; samples[0] is sample `firstIndex` since the anchor
   */
  compute(gridIndex: number, count: number, samples: Float64Array, firstIndex: number, outputs: Float64Array, at: number): void
}

/**
 * @param sampleRate source rate, Hz
 * @param anchorMillis time of input sample 0, ms since 1970
 * @param gridMillis grid period, ms
 */
export function createResamplerFilter(sampleRate: number, anchorMillis: number, gridMillis: number): ResamplerFilter {
  const period = wholeMillisPeriod(sampleRate)
  return period === undefined
    ? new AnyRateFilter(sampleRate, anchorMillis, gridMillis)
    : new WholeMillisFilter(period, anchorMillis, gridMillis)
}

/** Outputs computed in one pass over the weights: enough independent sums to keep the adder busy. */
const QUAD = 4

/** All positions are integers (ms), so weights repeat exactly and do not depend on where the segment began. */
class WholeMillisFilter implements ResamplerFilter {
  readonly maxTaps: number
  readonly #period: number
  readonly #gridMillis: number
  readonly #half: number
  readonly #rows: readonly Float64Array[]
  /** Time of grid sample 0's left support edge after the anchor, ms. */
  readonly #origin: number
  /** Every so many outputs the same weights come round … */
  readonly #cycle: number
  /** … so many input samples further on. */
  readonly #hop: number

  constructor(period: number, anchorMillis: number, gridMillis: number) {
    this.#period = period
    this.#gridMillis = gridMillis
    this.#half = HALF_WIDTH * gridMillis
    this.#rows = kernelRows(period, gridMillis)
    this.#origin = -anchorMillis - this.#half
    this.#cycle = period / greatestCommonDivisor(period, gridMillis)
    this.#hop = (this.#cycle * gridMillis) / period
    this.maxTaps = Math.ceil((2 * this.#half) / period)
  }

  firstSample(gridIndex: number): number {
    return Math.floor((gridIndex * this.#gridMillis + this.#origin) / this.#period) + 1
  }

  firstIncomplete(gridIndex: number, available: number): number {
    const rightEdge = available * this.#period - this.#origin - 2 * this.#half
    return Math.max(gridIndex, Math.floor(rightEdge / this.#gridMillis) + 1)
  }

  compute(gridIndex: number, count: number, samples: Float64Array, firstIndex: number, outputs: Float64Array, at: number): void {
    // Buffer positions are made int32 (`| 0`): they come from times, which are doubles, and indexing by a double costs threefold.
    const cycle = this.#cycle
    let done = 0
    for (; done + QUAD * cycle <= count; done += QUAD * cycle) {
      for (let phase = done; phase < done + cycle; phase++) {
        const first = this.firstSample(gridIndex + phase)
        weighFour(
          this.#rowOf(gridIndex + phase, first),
          samples,
          (first - firstIndex) | 0,
          this.#hop | 0,
          outputs,
          at + phase,
          cycle,
        )
      }
    }
    for (; done < count; done++) {
      const first = this.firstSample(gridIndex + done)
      outputs[at + done] = weigh(this.#rowOf(gridIndex + done, first), samples, (first - firstIndex) | 0)
    }
  }

  #rowOf(gridIndex: number, first: number): Float64Array {
    return this.#rows[first * this.#period - (gridIndex * this.#gridMillis + this.#origin) - 1]!
  }
}

/** Positions are doubles counted from the anchor: the same for any chunking and resume, different bits for another start. */
class AnyRateFilter implements ResamplerFilter {
  readonly maxTaps: number
  readonly #samplesPerMilli: number
  readonly #anchorMillis: number
  readonly #gridMillis: number
  /** Half the support, in input samples. */
  readonly #half: number
  readonly #values: Float64Array
  /** Steps of the kernel's table per input sample. */
  readonly #steps: number

  constructor(sampleRate: number, anchorMillis: number, gridMillis: number) {
    const { values, stepsPerPeriod } = kernelTable()
    this.#samplesPerMilli = sampleRate / 1000
    this.#anchorMillis = anchorMillis
    this.#gridMillis = gridMillis
    this.#half = HALF_WIDTH * gridMillis * this.#samplesPerMilli
    this.#values = values
    this.#steps = stepsPerPeriod / (gridMillis * this.#samplesPerMilli)
    this.maxTaps = Math.ceil(2 * this.#half) + 1
  }

  firstSample(gridIndex: number): number {
    return Math.floor(this.#position(gridIndex) - this.#half) + 1
  }

  firstIncomplete(gridIndex: number, available: number): number {
    let next = gridIndex
    while (this.#lastSample(next) < available) next++
    return next
  }

  compute(gridIndex: number, count: number, samples: Float64Array, firstIndex: number, outputs: Float64Array, at: number): void {
    for (let i = 0; i < count; i++) {
      const start = (this.firstSample(gridIndex + i) - firstIndex) | 0
      const end = (this.#lastSample(gridIndex + i) - firstIndex) | 0
      outputs[at + i] = this.#interpolate(samples, start, end, this.#position(gridIndex + i) - firstIndex)
    }
  }

  #interpolate(samples: Float64Array, start: number, end: number, centre: number): number {
    const values = this.#values
    const steps = this.#steps
    let weighted = 0
    let weights = 0
    for (let i = start; i <= end; i++) {
      const step = Math.abs(i - centre) * steps
      const below = step | 0
      const value = values[below]!
      const weight = value + (step - below) * (values[below + 1]! - value)
      weighted += weight * samples[i]!
      weights += weight
    }
    return weighted / weights
  }

  /** Of an output among the input samples, counted from the anchor. */
  #position(gridIndex: number): number {
    return (gridIndex * this.#gridMillis - this.#anchorMillis) * this.#samplesPerMilli
  }

  #lastSample(gridIndex: number): number {
    return Math.ceil(this.#position(gridIndex) + this.#half) - 1
  }
}

function weigh(weights: Float64Array, samples: Float64Array, start: number): number {
  const count = weights.length
  let sum = 0
  for (let j = 0; j < count; j++) sum += weights[j]! * samples[start + j]!
  return sum
}

/** Four outputs, `hop` samples apart; each sum has exactly the terms and the order of `weigh`. */
function weighFour(
  weights: Float64Array,
  samples: Float64Array,
  start: number,
  hop: number,
  outputs: Float64Array,
  at: number,
  step: number,
): void {
  const second = start + hop
  const third = second + hop
  const fourth = third + hop
  const count = weights.length
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let j = 0; j < count; j++) {
    const weight = weights[j]!
    a += weight * samples[start + j]!
    b += weight * samples[second + j]!
    c += weight * samples[third + j]!
    d += weight * samples[fourth + j]!
  }
  outputs[at] = a
  outputs[at + step] = b
  outputs[at + 2 * step] = c
  outputs[at + 3 * step] = d
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
