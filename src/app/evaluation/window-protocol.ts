import { fitsInside, type GridTrace } from '../training/grid-trace.ts'

/** An earthquake trace gives the windows that start this long before P. */
export const EARTHQUAKE_LEADS_SECONDS = [20, 12.5, 5]
/** A noise trace gives consecutive windows this far apart. */
export const NOISE_STRIDE_SECONDS = 25

export interface WindowShape {
  /** Rows. */
  readonly windowLength: number
  /** Hz. */
  readonly sampleRate: number
}

/**
 * Where the windows of a trace start by the protocol of `evaluate`: fixed by the label alone, so that every model is asked the
 * same questions.
 *
 * @returns grid indices; windows that do not fit in the trace are left out
 */
export function protocolWindows(trace: GridTrace, { windowLength, sampleRate }: WindowShape): number[] {
  if (trace.label.category === 'earthquake') {
    const { pIndex } = trace
    if (pIndex === undefined) return []
    const starts = EARTHQUAKE_LEADS_SECONDS.map((lead) => pIndex - Math.round(lead * sampleRate))
    return starts.filter((start) => fitsInside(trace, start, windowLength))
  }
  const stride = Math.round(NOISE_STRIDE_SECONDS * sampleRate)
  const count = Math.max(0, Math.floor((trace.length - windowLength) / stride) + 1)
  return Array.from({ length: count }, (_, index) => trace.firstIndex + index * stride)
}
