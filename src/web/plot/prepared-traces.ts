import type { SampleBlocks } from '../feed/sample-blocks.ts'
import { type Band, filterToBand } from './band-filter.ts'
import { meanAndPeak } from './extremes.ts'

/** Beside what is shown: filters swing in, and a scrolling picture need not be prepared anew at each step. */
const MARGIN_SECONDS = 30
const COMPONENTS = 3

/** Seconds since 1970. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** Three components as they are drawn: filtered, with what is missing, kept until samples, filter or place change. */
export class PreparedTraces {
  /** Index of the first value on the grid. */
  first = 0
  rate = 1
  /** Z, N, E. */
  values: readonly Float32Array[] = []
  /** Without samples. */
  holes: readonly TimeRange[] = []
  #key = ''

  /** Makes sure that [from, to] is there. */
  update({ samples, rate }: { samples: SampleBlocks; rate: number }, { from, to }: TimeRange, band: Band): void {
    const isCovered = from >= this.first / this.rate && to <= (this.first + (this.values[0]?.length ?? 0)) / this.rate
    const key = `${samples.version} ${rate} ${Math.round((to - from) * rate)} ${band.fromHz} ${band.toHz}`
    if (isCovered && key === this.#key) return
    this.#key = key
    this.rate = rate
    this.first = Math.floor((from - MARGIN_SECONDS) * rate)
    const count = Math.ceil((to - from + 2 * MARGIN_SECONDS) * rate)
    this.values = Array.from({ length: COMPONENTS }, (_, column) => {
      const values = new Float32Array(count)
      samples.copy(this.first, column, values)
      return values
    })
    this.holes = holesOf(this.values[0] as Float32Array, this.first, rate)
    for (const values of this.values) filterToBand(values, band, rate)
  }

  /** Mean and largest deviation of one component over a time. */
  swing(component: number, { from, to }: TimeRange): { mean: number; peak: number } {
    const start = Math.max(0, Math.floor(from * this.rate) - this.first)
    const values = this.values[component] ?? new Float32Array(0)
    return meanAndPeak(values.subarray(start, Math.max(start, Math.ceil(to * this.rate) - this.first)))
  }
}

function holesOf(values: Float32Array, first: number, rate: number): TimeRange[] {
  const holes: TimeRange[] = []
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue
    let after = i + 1
    while (after < values.length && Number.isNaN(values[after])) after++
    holes.push({ from: (first + i) / rate, to: (first + after) / rate })
    i = after
  }
  return holes
}
