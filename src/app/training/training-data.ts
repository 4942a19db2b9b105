import { archiveNoise } from './archive-noise.ts'
import type { GridTrace } from './grid-trace.ts'
import { gridTraces, hasAllComponents, type LoadHooks } from './load-traces.ts'

/** Where traces come from. */
export interface TrainingSources {
  /** Folders in SeisBench format. */
  readonly directories: readonly string[]
  /** Files or folders of continuous miniSEED that hold no earthquake, trained as noise. */
  readonly noiseArchives: readonly string[]
}

export interface TrainingData {
  /** Train split and archives. */
  readonly trainTraces: readonly GridTrace[]
  /** Dev split, as far as it has all components. */
  readonly devTraces: readonly GridTrace[]
  /** Traces of each archive, in the order given. */
  readonly archiveCounts: readonly number[]
}

/**
 * Everything a training draws from, on the grid.
 *
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function loadTrainingData(
  { directories, noiseArchives }: TrainingSources,
  shape: { readonly gridRate: number; readonly windowLength: number },
  hooks: LoadHooks,
): Promise<TrainingData> {
  const trainTraces = await collect(gridTraces(directories, 'train', shape.gridRate, hooks))
  const archiveCounts: number[] = []
  for (const path of noiseArchives) {
    const traces = await archiveNoise(path, shape, hooks.onProblem)
    archiveCounts.push(traces.length)
    trainTraces.push(...traces)
  }
  const devTraces = (await collect(gridTraces(directories, 'dev', shape.gridRate, hooks))).filter(hasAllComponents)
  return { trainTraces, devTraces, archiveCounts }
}

async function collect(traces: AsyncIterable<GridTrace>): Promise<GridTrace[]> {
  const collected: GridTrace[] = []
  for await (const trace of traces) collected.push(trace)
  return collected
}
