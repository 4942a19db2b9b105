import { microsToGridIndex } from '../../domain/grid.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { sourceIdFromNslc } from '../../domain/source-id.ts'
import { nanosToMicros, sampleOffsetNanos } from '../../domain/time.ts'
import type { GridPiece } from '../../domain/trace.ts'
import type { LabelledTrace } from '../../io/seisbench/dataset.ts'
import type { TraceLabel } from '../../io/seisbench/trace-label.ts'
import { Resampler } from '../../signal/resampler.ts'

/** A labelled trace as the live pipeline would see it: three components on the absolute grid. */
export interface GridTrace {
  readonly label: TraceLabel
  /** Grid index of the first row. */
  readonly firstIndex: number
  /** Rows. */
  readonly length: number
  /** Row-major [length, 3], source units. */
  readonly samples: Float64Array
  /** Grid index nearest to P. */
  readonly pIndex: number | undefined
  /** Grid index nearest to S. */
  readonly sIndex: number | undefined
  readonly isLive: readonly [boolean, boolean, boolean]
  /** The same trace on the grid of a second model, where it is not too slow for it. */
  readonly finer?: GridTrace
}

/** Grids of a model and of the one that it asks for a second opinion, Hz. */
export interface GridRates {
  readonly sampleRate: number
  readonly second?: { readonly sampleRate: number }
}

const CHANNELS = ['HHZ', 'HHN', 'HHE'] as const

/**
 * Resamples a trace with the pipeline's own resampler and its own start time: one code path from here to live data.
 *
 * @param gridRate Hz
 * @returns undefined when nothing of the trace reaches the grid: refused by the resampler (reported), or too short
 */
export function toGridTrace(trace: LabelledTrace, gridRate: number, onProblem: OnProblem): GridTrace | undefined {
  const components = trace.components.map((samples, index) => {
    const sourceId = sourceIdFromNslc('', '', '', CHANNELS[index] ?? '')
    const report: OnProblem = (problem) => onProblem({ ...problem, where: trace.label.name })
    // The components share rate and start, so what is said about one is said about all.
    const resampler = new Resampler(sourceId, index === 0 ? { gridRate, onProblem: report } : { gridRate })
    const { startTime } = trace.label
    return gridSamples(resampler.push({ kind: 'segment', sourceId, startTime, sampleRate: trace.sampleRate, samples }))
  })
  const [vertical, north, east] = components
  if (!vertical || !north || !east) return undefined
  const { firstIndex } = vertical
  const length = vertical.samples.length
  const samples = new Float64Array(length * 3)
  for (const [channel, component] of [vertical, north, east].entries()) {
    component.samples.forEach((value, row) => {
      samples[row * 3 + channel] = value
    })
  }
  const indexOf = (sample: number | undefined) => (sample === undefined ? undefined : gridIndexOf(trace, sample, gridRate))
  return {
    label: trace.label,
    firstIndex,
    length,
    samples,
    pIndex: indexOf(trace.label.pSample),
    sIndex: indexOf(trace.label.sSample),
    isLive: trace.isLive,
  }
}

/** As `toGridTrace`, on both grids where there is a second model. */
export function toGridTraces(
  trace: LabelledTrace,
  { sampleRate, second }: GridRates,
  onProblem: OnProblem,
): GridTrace | undefined {
  const grid = toGridTrace(trace, sampleRate, onProblem)
  // What is wrong with the trace has been said for the first.
  const finer = grid && second && toGridTrace(trace, second.sampleRate, () => {})
  return grid && finer ? { ...grid, finer } : grid
}

/**
 * The rows of a window.
 *
 * @param firstIndex grid index of its first row; the window must lie inside the trace
 * @returns a view, row-major [windowLength, 3], source units
 */
export function windowOf(trace: GridTrace, firstIndex: number, windowLength: number): Float64Array {
  const start = (firstIndex - trace.firstIndex) * 3
  return trace.samples.subarray(start, start + windowLength * 3)
}

/**
 * Copies the rows of a window, with time running faster or slower around P (around the window's start when there is no P), so that
 * P stays at its row.
 *
 * @param firstIndex grid index of its first row at speed 1; that window must lie inside the trace
 * @param speed rows of the trace per row of the window; where the trace does not reach far enough it is taken as 1
 * @param window row-major [windowLength, 3]; overwritten
 */
export function copyWindow(trace: GridTrace, firstIndex: number, speed: number, window: Float64Array): void {
  const rows = window.length / 3
  const fixed = trace.pIndex ?? firstIndex
  const from = fixed - (fixed - firstIndex) * speed - trace.firstIndex
  // Four neighbours of every place are needed.
  const isInside = from >= 1 && from + (rows - 1) * speed <= trace.length - 3
  if (speed === 1 || !isInside) {
    window.set(windowOf(trace, firstIndex, rows))
    return
  }
  for (let row = 0; row < rows; row++) {
    const place = from + row * speed
    const before = Math.floor(place)
    for (let channel = 0; channel < 3; channel++) {
      window[row * 3 + channel] = interpolated(trace.samples, before * 3 + channel, place - before)
    }
  }
}

/** Catmull–Rom spline through the values at `at` and its neighbours three places apart. */
function interpolated(values: Float64Array, at: number, share: number): number {
  const before = values[at - 3]!
  const here = values[at]!
  const next = values[at + 3]!
  const after = values[at + 6]!
  const slope = next - before
  const bend = 2 * before - 5 * here + 4 * next - after
  const twist = 3 * (here - next) + after - before
  return here + 0.5 * share * (slope + share * (bend + share * twist))
}

/** True when all rows of the window lie inside the trace. */
export function fitsInside(trace: GridTrace, firstIndex: number, windowLength: number): boolean {
  return firstIndex >= trace.firstIndex && firstIndex + windowLength <= trace.firstIndex + trace.length
}

function gridSamples(pieces: readonly GridPiece[]) {
  return pieces.find((piece) => piece.kind === 'grid')
}

function gridIndexOf({ label, sampleRate }: LabelledTrace, sample: number, gridRate: number): number {
  return microsToGridIndex(nanosToMicros(label.startTime + sampleOffsetNanos(sample, sampleRate)), gridRate)
}
