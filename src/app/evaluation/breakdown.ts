import type { ScoredProtocolWindow } from './score-traces.ts'

/** Earthquake windows of a range of some quantity: [from, to), an open end is null; both are null where it is unknown. */
export interface RecallBin {
  readonly from: number | null
  readonly to: number | null
  readonly windows: number
  readonly found: number
}

export interface Breakdown {
  /** Signal to noise, dB. */
  readonly snr: readonly RecallBin[]
  readonly magnitude: readonly RecallBin[]
  /** km. */
  readonly distance: readonly RecallBin[]
  /** Noise windows by kind: those called earthquakes. */
  readonly noiseKind: readonly { readonly kind: string; readonly windows: number; readonly falsePositives: number }[]
}

const SNR_EDGES = [0, 4, 8, 12, 16, 20, 30]
const MAGNITUDE_EDGES = [0, 1, 2, 3, 4, 5, 6]
const DISTANCE_EDGES = [0, 10, 30, 60, 100, 200, 300]

/** Where a model is good and where it is not. */
export function breakdownOf(windows: readonly ScoredProtocolWindow[], threshold: number): Breakdown {
  const earthquakes = windows.filter(({ isEarthquake }) => isEarthquake)
  const kinds = new Map<string, { windows: number; falsePositives: number }>()
  for (const { isEarthquake, label, score } of windows) {
    if (isEarthquake) continue
    const kind = kinds.get(label.noiseKind) ?? { windows: 0, falsePositives: 0 }
    kind.windows++
    if (score >= threshold) kind.falsePositives++
    kinds.set(label.noiseKind, kind)
  }
  const bins = (edges: readonly number[], quantityOf: (window: ScoredProtocolWindow) => number | undefined) =>
    binsOf(earthquakes, edges, quantityOf, threshold)
  return {
    snr: bins(SNR_EDGES, ({ label }) => label.snrDb),
    magnitude: bins(MAGNITUDE_EDGES, ({ label }) => label.magnitude),
    distance: bins(DISTANCE_EDGES, ({ label }) => label.distanceKm),
    noiseKind: [...kinds]
      .map(([kind, counts]) => ({ kind: kind || 'not said', ...counts }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
  }
}

function binsOf(
  windows: readonly ScoredProtocolWindow[],
  edges: readonly number[],
  quantityOf: (window: ScoredProtocolWindow) => number | undefined,
  threshold: number,
): RecallBin[] {
  const counts = new Map<number, { windows: number; found: number }>()
  for (const window of windows) {
    const value = quantityOf(window)
    const index = value === undefined ? edges.length + 1 : edges.filter((edge) => value >= edge).length
    const count = counts.get(index) ?? { windows: 0, found: 0 }
    count.windows++
    if (window.score >= threshold) count.found++
    counts.set(index, count)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) =>
      index > edges.length
        ? { from: null, to: null, ...count }
        : { from: edges[index - 1] ?? null, to: edges[index] ?? null, ...count },
    )
}
