import { HALF_WIDTH, kernelRows, kernelTable } from './resampler-kernel.ts'
import { wholeMillisPeriod } from './sample-rate.ts'

/**
 * Which input samples make output m of a segment, and with which weights. Everything follows from m, the segment's anchor and
 * the rate: never from where a buffer or a packet happens to begin.
 */
export interface ResamplerFilter {
  /** Most samples one output can need. */
  readonly maxTaps: number
  /** Index, since the anchor, of the first input sample that output `gridIndex` needs. */
  firstSample(gridIndex: number): number
  /** Index of the last one (inclusive). */
  lastSample(gridIndex: number): number
  /** The output, from `samples[start]` = input sample `firstSample(gridIndex)`. One fixed order of summation. */
  output(gridIndex: number, samples: Float64Array, start: number): number
}

/**
 * @param sampleRate source rate, Hz
 * @param anchorMillis time of input sample 0, ms since 1970
 * @param gridMillis grid period, ms
 */
export function createResamplerFilter(sampleRate: number, anchorMillis: number, gridMillis: number): ResamplerFilter {
  const period = wholeMillisPeriod(sampleRate)
  return period === undefined
    ? anyRateFilter(sampleRate, anchorMillis, gridMillis)
    : exactFilter(period, anchorMillis, gridMillis)
}

/** All positions are integers (ms), so weights repeat exactly and do not depend on where the segment began. */
function exactFilter(period: number, anchorMillis: number, gridMillis: number): ResamplerFilter {
  const half = HALF_WIDTH * gridMillis
  const rows = kernelRows(period, gridMillis)
  const leftEdge = (gridIndex: number) => gridIndex * gridMillis - anchorMillis - half
  const firstSample = (gridIndex: number) => Math.floor(leftEdge(gridIndex) / period) + 1
  return {
    maxTaps: Math.ceil((2 * half) / period),
    firstSample,
    lastSample: (gridIndex) => Math.ceil((leftEdge(gridIndex) + 2 * half) / period) - 1,
    output(gridIndex, samples, start) {
      const row = firstSample(gridIndex) * period - leftEdge(gridIndex) - 1
      return dot(rows[row]!, samples, start)
    },
  }
}

/** Positions are doubles counted from the anchor: the same for any chunking and resume, different bits for another start. */
function anyRateFilter(sampleRate: number, anchorMillis: number, gridMillis: number): ResamplerFilter {
  const half = (HALF_WIDTH * gridMillis * sampleRate) / 1000
  const { values, stepsPerPeriod } = kernelTable()
  const stepsPerSample = (stepsPerPeriod * 1000) / (sampleRate * gridMillis)
  const position = (gridIndex: number) => ((gridIndex * gridMillis - anchorMillis) * sampleRate) / 1000
  const firstSample = (gridIndex: number) => Math.floor(position(gridIndex) - half) + 1
  const lastSample = (gridIndex: number) => Math.ceil(position(gridIndex) + half) - 1
  return {
    maxTaps: Math.ceil(2 * half) + 1,
    firstSample,
    lastSample,
    output(gridIndex, samples, start) {
      const first = firstSample(gridIndex)
      const centre = position(gridIndex) - first
      const count = lastSample(gridIndex) - first + 1
      let weighted = 0
      let weights = 0
      for (let j = 0; j < count; j++) {
        const step = Math.abs(j - centre) * stepsPerSample
        const below = Math.floor(step)
        const value = values[below]!
        const weight = value + (step - below) * (values[below + 1]! - value)
        weighted += weight * samples[start + j]!
        weights += weight
      }
      return weighted / weights
    },
  }
}

/** Four partial sums keep the adder busy; their order is part of the result. */
function dot(weights: Float64Array, samples: Float64Array, start: number): number {
  const count = weights.length
  const even = count - (count % 4)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let j = 0
  for (; j < even; j += 4) {
    const at = start + j
    a += weights[j]! * samples[at]!
    b += weights[j + 1]! * samples[at + 1]!
    c += weights[j + 2]! * samples[at + 2]!
    d += weights[j + 3]! * samples[at + 3]!
  }
  for (; j < count; j++) a += weights[j]! * samples[start + j]!
  return a + b + (c + d)
}
