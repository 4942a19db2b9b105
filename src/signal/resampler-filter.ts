import { HALF_WIDTH, kernelRows, kernelTable } from './resampler-kernel.ts'
import { wholeMillisPeriod } from './sample-rate.ts'
import { layOut, MOST_SAMPLES, weigh, workbench } from './weigh.ts'

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
   * Computes outputs `gridIndex` … `gridIndex + count - 1` from the workbench into `outputs[at]` ….
   *
   * @param firstIndex workbench[0] is sample `firstIndex` since the anchor
   */
  compute(gridIndex: number, count: number, firstIndex: number, outputs: Float64Array, at: number): void
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

  compute(gridIndex: number, count: number, firstIndex: number, outputs: Float64Array, at: number): void {
    if (count === 0) return
    const cycle = this.#cycle
    const from = this.firstSample(gridIndex) - firstIndex
    const to = this.firstSample(gridIndex + count - 1) - firstIndex + this.maxTaps
    layOut(from, Math.min(to, MOST_SAMPLES), this.#hop)
    for (let phase = 0; phase < cycle && phase < count; phase++) {
      const first = this.firstSample(gridIndex + phase)
      const weights = this.#rowOf(gridIndex + phase, first)
      weigh(weights, first - firstIndex - from, Math.ceil((count - phase) / cycle), outputs, at + phase, cycle)
    }
  }

  #rowOf(gridIndex: number, first: number): Float64Array {
    return this.#rows[first * this.#period - (gridIndex * this.#gridMillis + this.#origin) - 1]!
  }
}

/** Under a name of this module: the compiler knows address and length of its own constants only, and a term then costs 8 % less. */
const bench = workbench

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

  compute(gridIndex: number, count: number, firstIndex: number, outputs: Float64Array, at: number): void {
    for (let i = 0; i < count; i++) {
      const start = (this.firstSample(gridIndex + i) - firstIndex) | 0
      const end = (this.#lastSample(gridIndex + i) - firstIndex) | 0
      outputs[at + i] = this.#interpolate(start, end, this.#position(gridIndex + i) - firstIndex)
    }
  }

  #interpolate(start: number, end: number, centre: number): number {
    const values = this.#values
    const steps = this.#steps
    let weighted = 0
    let weights = 0
    for (let i = start; i <= end; i++) {
      const step = Math.abs(i - centre) * steps
      const below = step | 0
      const value = values[below]!
      const weight = value + (step - below) * (values[below + 1]! - value)
      weighted += weight * bench[i]!
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

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
