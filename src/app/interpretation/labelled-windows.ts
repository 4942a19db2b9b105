import type { OnProblem } from '../../domain/problem.ts'
import { openSeisbenchDataset } from '../../io/seisbench/dataset.ts'
import type { Split, TraceLabel } from '../../io/seisbench/trace-label.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import { protocolWindows } from '../evaluation/window-protocol.ts'
import { type GridTrace, toGridTrace, windowOf } from '../training/grid-trace.ts'
import { hasAllComponents } from '../training/load-traces.ts'
import { type PhaseParts, phaseParts } from './phase-parts.ts'

/** A window of a labelled trace as the network sees it, and what it shows. */
export interface LabelledWindow {
  readonly label: TraceLabel
  /** Row-major [windowLength, 3], preprocessed. */
  readonly input: Float32Array
  /** The same in source units. */
  readonly samples: Float64Array
  readonly parts: PhaseParts
  /** Row of P and S; may lie outside the window; undefined without a pick. */
  readonly pRow: number | undefined
  readonly sRow: number | undefined
}

export interface WindowChoice {
  /** Folders in SeisBench format. */
  readonly directories: readonly string[]
  readonly split: Split | 'all'
  /** At most so many windows, half of them of earthquakes; their traces lie evenly over the dataset. */
  readonly count: number
}

export interface WindowReading {
  readonly windowLength: number
  /** Hz. */
  readonly sampleRate: number
  readonly preprocess: Preprocessor
  readonly onProblem: OnProblem
  /** Share of the traces that are read. */
  readonly onLoad?: (share: number) => void
}

/**
 * Windows by the protocol of `evaluate`, one per trace: where P lies in them goes round from trace to trace. Traces with a dead
 * component are left out. Reads only the traces it takes, so that time is bounded whatever the dataset's size.
 *
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function labelledWindows(choice: WindowChoice, reading: WindowReading): Promise<LabelledWindow[]> {
  const windows: LabelledWindow[] = []
  const { directories } = choice
  for (const [index, directory] of directories.entries()) {
    const dataset = await openSeisbenchDataset(directory, reading.onProblem)
    try {
      const wanted = chosen(dataset.labels, choice.split, choice.count / directories.length)
      let read = 0
      for (const trace of dataset.traces((label) => wanted.has(label))) {
        reading.onLoad?.((index + ++read / wanted.size) / directories.length)
        const gridTrace = toGridTrace(trace, reading.sampleRate, reading.onProblem)
        const window = gridTrace && hasAllComponents(gridTrace) ? windowAt(gridTrace, read, reading) : undefined
        if (window) windows.push(window)
      }
    } finally {
      dataset.close()
    }
  }
  return windows
}

function chosen(labels: readonly TraceLabel[], split: Split | 'all', count: number): Set<TraceLabel> {
  const ofSplit = labels.filter((label) => split === 'all' || label.split === split)
  const categories = ['earthquake', 'noise'] as const
  return new Set(
    categories.flatMap((wanted) =>
      evenly(
        ofSplit.filter(({ category }) => category === wanted),
        Math.ceil(count / 2),
      ),
    ),
  )
}

function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T)
}

/** @param turn which of the trace's windows */
function windowAt(trace: GridTrace, turn: number, reading: WindowReading): LabelledWindow | undefined {
  const { windowLength, sampleRate, preprocess } = reading
  const starts = protocolWindows(trace, { windowLength, sampleRate })
  const firstIndex = starts[turn % Math.max(1, starts.length)]
  if (firstIndex === undefined) return undefined
  const samples = windowOf(trace, firstIndex, windowLength).slice()
  const input = new Float32Array(samples.length)
  if (!preprocess(samples, input)) return undefined
  const rowOf = (index: number | undefined) => (index === undefined ? undefined : index - firstIndex)
  const parts = phaseParts(trace, firstIndex, windowLength, sampleRate)
  return { label: trace.label, input, samples, parts, pRow: rowOf(trace.pIndex), sRow: rowOf(trace.sIndex) }
}
