import type { OnProblem } from '../../domain/problem.ts'
import { openSeisbenchDataset, type SeisbenchDataset } from '../../io/seisbench/dataset.ts'
import type { Split, TraceLabel } from '../../io/seisbench/trace-label.ts'
import { type GridTrace, toGridTrace } from './grid-trace.ts'

export interface TraceStreamOptions {
  readonly directories: readonly string[]
  readonly split: Split
  /** Hz. */
  readonly gridRate: number
  /** Bytes of samples held at once, half of them earthquakes. */
  readonly budgetBytes: number
  readonly isWanted: (trace: GridTrace) => boolean
  readonly onProblem: OnProblem
  /** While the first round is read: `share` of the split. */
  readonly onLoad?: (share: number) => void
}

/**
 * Labelled traces in rounds that fit in memory, whatever the size of the datasets: each round goes on in the files where the last
 * one ended, earthquakes and noise apart, and begins anew at their end. What fits whole is read once.
 */
export class TraceStream {
  readonly #datasets: readonly SeisbenchDataset[]
  readonly #cursors: readonly TraceCursor[]
  readonly #halfBudget: number
  #round: readonly GridTrace[] = []
  #isWhole = false

  /** @throws {DatasetError} when a dataset cannot be read */
  static async open(options: TraceStreamOptions): Promise<TraceStream> {
    const datasets: SeisbenchDataset[] = []
    for (const directory of options.directories) datasets.push(await openSeisbenchDataset(directory, options.onProblem))
    return new TraceStream(datasets, options)
  }

  private constructor(datasets: readonly SeisbenchDataset[], options: TraceStreamOptions) {
    this.#datasets = datasets
    this.#halfBudget = options.budgetBytes / 2
    const isOfSplit = ({ split }: TraceLabel) => split === options.split
    const total = datasets.flatMap(({ labels }) => labels.filter(isOfSplit)).length
    let read = 0
    const onRead = () => {
      if (read < total) options.onLoad?.(++read / total)
    }
    this.#cursors = (['earthquake', 'noise'] as const).map(
      (category) =>
        new TraceCursor(() =>
          gridTracesOf(datasets, (label) => isOfSplit(label) && label.category === category, options, onRead),
        ),
    )
  }

  /** The next round; always the same array when everything fits. */
  next(): readonly GridTrace[] {
    if (this.#isWhole) return this.#round
    this.#round = []
    this.#round = this.#cursors.flatMap((cursor) => cursor.take(this.#halfBudget))
    this.#isWhole = this.#cursors.every(({ isWhole }) => isWhole)
    return this.#round
  }

  close(): void {
    for (const dataset of this.#datasets) dataset.close()
  }
}

/** Goes through its traces again and again. */
class TraceCursor {
  readonly #begin: () => Iterator<GridTrace>
  #traces: Iterator<GridTrace> | undefined
  #kept: GridTrace[] | undefined

  constructor(begin: () => Iterator<GridTrace>) {
    this.#begin = begin
  }

  /** Everything came out of one `take`. */
  get isWhole(): boolean {
    return this.#kept !== undefined
  }

  /** Traces until the budget is full or all have come once. */
  take(budgetBytes: number): readonly GridTrace[] {
    if (this.#kept) return this.#kept
    const isFromStart = this.#traces === undefined
    this.#traces ??= this.#begin()
    const taken: GridTrace[] = []
    let bytes = 0
    while (bytes < budgetBytes) {
      const { value, done } = this.#traces.next()
      if (done) {
        this.#traces = undefined
        if (isFromStart) this.#kept = taken
        // A round that begins at the end of the files would be empty.
        return taken.length > 0 || isFromStart ? taken : this.take(budgetBytes)
      }
      taken.push(value)
      bytes += value.samples.byteLength
    }
    return taken
  }
}

function* gridTracesOf(
  datasets: readonly SeisbenchDataset[],
  isWanted: (label: TraceLabel) => boolean,
  options: TraceStreamOptions,
  onRead: () => void,
): Generator<GridTrace> {
  for (const dataset of datasets) {
    for (const trace of dataset.traces(isWanted)) {
      onRead()
      const gridTrace = toGridTrace(trace, options.gridRate, options.onProblem)
      if (gridTrace && options.isWanted(gridTrace)) yield gridTrace
    }
  }
}
