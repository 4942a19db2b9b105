import type { RelevanceFacts } from '../domain/detection.ts'
import type { GlitchReason } from '../domain/glitch-reason.ts'

/** A window with its relevance; all arrays row-major [rows, 3]. */
export interface RelevantWindow {
  readonly relevance: Float32Array
  /** As the network saw it. */
  readonly input: Float32Array
  /** Source units. */
  readonly samples: Float64Array
  /** May lie outside the window. */
  readonly onsetRow: number
  /** Hz. */
  readonly gridRate: number
  readonly beta: number
}

/** Length of what counts as one spike. */
const SPIKE_SECONDS = 0.25
const WINDOW_EDGE_SECONDS = 1
/** A component that does not move for this long is frozen. */
const FLAT_SECONDS = 0.5
/** Of its range; the resampler leaves such ripples on a constant. */
const FLAT_CHANGE = 1e-6
/** The resampler spreads an edge over its own length. */
const FLAT_EDGE_SECONDS = 0.75
/** S is looked for from here after the onset, as the mean power of the horizontals after a row over the one before it. */
const S_FROM_SECONDS = 1
const S_BEFORE_SECONDS = 2
const S_AFTER_SECONDS = 1
const S_MINIMUM_RISE = 2

/** Far beyond what any of 1,085 labelled earthquakes shows (0.52, 0.31, 0.57 with β = 0; see DECISIONS.md). */
const GLITCH_SPIKE = 0.6
const GLITCH_FLAT_EDGE = 0.5
const GLITCH_WINDOW_EDGE = 0.7

/**
 * Why a detection looks like a glitch: nearly all of its relevance lies in one place that is no earthquake's. It informs; nothing is
 * suppressed by it.
 *
 * @returns undefined when nothing speaks against it
 */
export function glitchReason({ spike, flatEdge, windowEdge }: RelevanceFacts): GlitchReason | undefined {
  if (flatEdge > GLITCH_FLAT_EDGE) return 'relevance-at-gap-edge'
  if (windowEdge > GLITCH_WINDOW_EDGE) return 'relevance-at-window-edge'
  return spike > GLITCH_SPIKE ? 'relevance-in-one-spike' : undefined
}

export function relevanceFacts(window: RelevantWindow): RelevanceFacts {
  const { relevance, onsetRow, gridRate, beta } = window
  const byRow = absoluteByRow(relevance)
  const total = sum(byRow, 0, byRow.length)
  const share = (from: number, to: number) => (total > 0 ? sum(byRow, from, to) / total : 0)
  const sRow = guessS(window.input, onsetRow, gridRate)
  const rows = byRow.length
  return {
    beta,
    conserved: rounded(relevance.reduce((all, value) => all + value, 0)),
    beforeOnset: rounded(share(0, Math.ceil(onsetRow))),
    fromS: sRow === null ? null : rounded(share(sRow, rows)),
    centroidSeconds: total > 0 ? rounded((centroid(byRow, total) - onsetRow) / gridRate) : 0,
    sGuessSeconds: sRow === null ? null : rounded((sRow - onsetRow) / gridRate),
    spike: rounded(largestShare(byRow, total, Math.max(1, Math.round(SPIKE_SECONDS * gridRate)))),
    flatEdge: rounded(nearFlatEdges(window, byRow, total)),
    windowEdge: rounded(share(0, WINDOW_EDGE_SECONDS * gridRate) + share(rows - WINDOW_EDGE_SECONDS * gridRate, rows)),
    components: componentShares(relevance, total),
  }
}

/**
 * Row where S may begin: the sharpest rise of the horizontal components' power from a second after the onset on.
 *
 * @param input row-major [rows, 3], without offset
 * @returns null when the power nowhere doubles, or the onset is too late to tell
 */
export function guessS(input: Float32Array, onsetRow: number, gridRate: number): number | null {
  const rows = input.length / 3
  const power = new Float64Array(rows + 1)
  for (let row = 0; row < rows; row++) power[row + 1] = power[row]! + input[row * 3 + 1]! ** 2 + input[row * 3 + 2]! ** 2
  const mean = (from: number, to: number) => (power[to]! - power[from]!) / (to - from)
  const onset = Math.max(0, Math.round(onsetRow))
  const after = Math.round(S_AFTER_SECONDS * gridRate)
  let best: number | null = null
  let steepest = S_MINIMUM_RISE
  for (let row = onset + Math.round(S_FROM_SECONDS * gridRate); row + after <= rows; row++) {
    const before = mean(Math.max(onset, row - Math.round(S_BEFORE_SECONDS * gridRate)), row)
    const rise = before > 0 ? mean(row, row + after) / before : 0
    if (rise <= steepest) continue
    steepest = rise
    best = row
  }
  return best
}

function absoluteByRow(relevance: Float32Array): Float64Array {
  const byRow = new Float64Array(relevance.length / 3)
  for (let row = 0; row < byRow.length; row++) {
    byRow[row] = Math.abs(relevance[row * 3]!) + Math.abs(relevance[row * 3 + 1]!) + Math.abs(relevance[row * 3 + 2]!)
  }
  return byRow
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let i = Math.max(0, from); i < Math.min(values.length, to); i++) total += values[i]!
  return total
}

function centroid(byRow: Float64Array, total: number): number {
  return byRow.reduce((moment, value, row) => moment + value * row, 0) / total
}

function largestShare(byRow: Float64Array, total: number, length: number): number {
  if (!(total > 0)) return 0
  let most = 0
  for (let from = 0; from + length <= byRow.length; from++) most = Math.max(most, sum(byRow, from, from + length))
  return most / total
}

function componentShares(relevance: Float32Array, total: number): [number, number, number] {
  const shares: [number, number, number] = [0, 0, 0]
  if (!(total > 0)) return shares
  for (let i = 0; i < relevance.length; i++) shares[i % 3]! += Math.abs(relevance[i]!)
  return [rounded(shares[0] / total), rounded(shares[1] / total), rounded(shares[2] / total)]
}

function nearFlatEdges({ samples, gridRate }: RelevantWindow, byRow: Float64Array, total: number): number {
  if (!(total > 0)) return 0
  const reach = Math.round(FLAT_EDGE_SECONDS * gridRate)
  const isNear = new Uint8Array(byRow.length)
  for (let column = 0; column < 3; column++) {
    for (const edge of flatEdges(samples, column, FLAT_SECONDS * gridRate))
      isNear.fill(1, Math.max(0, edge - reach), edge + reach)
  }
  return byRow.reduce((near, value, row) => (isNear[row] ? near + value : near), 0) / total
}

/** Rows where a component stops moving or moves again; what is flat up to the window's border has no edge there. */
function flatEdges(samples: Float64Array, column: number, minimumRows: number): number[] {
  const rows = samples.length / 3
  const tolerance = FLAT_CHANGE * rangeOf(samples, column)
  const edges: number[] = []
  let start = 0
  for (let row = 1; row <= rows; row++) {
    const isFlat = row < rows && Math.abs(samples[row * 3 + column]! - samples[(row - 1) * 3 + column]!) <= tolerance
    if (isFlat) continue
    if (row - start >= minimumRows) {
      if (start > 0) edges.push(start)
      if (row < rows) edges.push(row)
    }
    start = row
  }
  return edges
}

function rangeOf(samples: Float64Array, column: number): number {
  let least = Infinity
  let most = -Infinity
  for (let i = column; i < samples.length; i += 3) {
    least = Math.min(least, samples[i]!)
    most = Math.max(most, samples[i]!)
  }
  return most - least
}

/** Four decimals say all there is to say, and keep messages short. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
