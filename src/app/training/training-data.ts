import { archiveNoise } from './archive-noise.ts'
import type { GridTrace } from './grid-trace.ts'
import { hasAllComponents, type LoadHooks } from './load-traces.ts'
import { TraceStream } from './trace-stream.ts'
import type { TraceRounds } from './train-network.ts'

/** Where traces come from. */
export interface TrainingSources {
  /** Folders in SeisBench format. */
  readonly directories: readonly string[]
  /** Files or folders of continuous miniSEED that hold no earthquake, trained as noise. */
  readonly noiseArchives: readonly string[]
}

export interface TrainingData {
  /** Train split in rounds that fit in memory, and in each of them the archives. */
  readonly trainTraces: TraceRounds
  /** Dev split, as far as it has all components and fits in memory. */
  readonly devTraces: readonly GridTrace[]
  /** Traces of each archive, in the order given. */
  readonly archiveCounts: readonly number[]
  close(): void
}

export interface TrainingDataShape {
  /** Hz. */
  readonly gridRate: number
  /** Rows. */
  readonly windowLength: number
  /** Of labelled samples on the grid held at once. */
  readonly memoryMegabytes: number
}

/** Of the memory, the share of the dev split. */
const DEV_SHARE = 0.2

/**
 * Everything a training draws from, on the grid.
 *
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function loadTrainingData(
  { directories, noiseArchives }: TrainingSources,
  shape: TrainingDataShape,
  { onProblem, onLoad }: LoadHooks,
): Promise<TrainingData> {
  const { gridRate, memoryMegabytes } = shape
  const archives: GridTrace[][] = []
  for (const path of noiseArchives) archives.push(await archiveNoise(path, shape, onProblem))

  const budgetBytes = memoryMegabytes * 2 ** 20
  const common = { directories, gridRate, onProblem }
  const dev = await TraceStream.open({
    ...common,
    split: 'dev',
    budgetBytes: budgetBytes * DEV_SHARE,
    isWanted: hasAllComponents,
  })
  const devTraces = dev.next()
  dev.close()
  const train = await TraceStream.open({
    ...common,
    split: 'train',
    budgetBytes: budgetBytes * (1 - DEV_SHARE),
    isWanted: () => true,
    ...(onLoad && { onLoad }),
  })
  return {
    trainTraces: withArchives(train, archives.flat()),
    devTraces,
    archiveCounts: archives.map(({ length }) => length),
    close: () => train.close(),
  }
}

function withArchives(labelled: TraceRounds, archives: readonly GridTrace[]): TraceRounds {
  let last: { readonly labelled: readonly GridTrace[]; readonly all: readonly GridTrace[] } | undefined
  return {
    next() {
      const round = labelled.next()
      if (last?.labelled !== round) last = { labelled: round, all: [...round, ...archives] }
      return last.all
    },
  }
}
