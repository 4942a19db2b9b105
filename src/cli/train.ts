import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { gridSearch } from '../app/grid-search.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { type TrainOptions, train } from '../app/train.ts'
import { type TrainingConfig, trainingConfigSchema } from '../contract/training-config.ts'
import { loadTrainingConfig } from '../io/training-config-file.ts'
import { GridProgress, TrainingProgress } from './training-progress.ts'

interface TrainCommandOptions {
  data: string[]
  noise: string[]
  out: string
  config?: string
  html?: string
  grid?: boolean
  workers: number
  seed: number
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a detector on labelled waveforms in SeisBench format')
    .requiredOption('--data <dir...>', 'folders with metadata.csv and waveforms.hdf5')
    .option('--noise <path...>', 'continuous miniSEED known to hold no earthquake: files or folders, trained as noise', [])
    .requiredOption('--out <folder>', 'where the model goes, such as models/my-region')
    .option('--config <file>', 'training.yaml; what it does not name has its published default')
    .option('--html <file>', 'a report: curves, settings, ROC, reliability, the worst mistakes as waveforms')
    .option(
      '--grid',
      "try every combination of the configuration's grid first, then train the best; goes on where it was cut off",
    )
    .option('--workers <n>', 'threads of the grid search', parseWorkers, Math.max(1, availableParallelism() - 1))
    .option('--seed <n>', 'same data, configuration and seed: same weights, bit for bit', parseSeed, 1)
    .action(run)
}

async function run({ data, noise, out, config: file, html, grid, workers, seed }: TrainCommandOptions): Promise<void> {
  const problems = new ProblemCounter()
  const progress = new TrainingProgress()
  const given = file === undefined ? trainingConfigSchema.parse({}) : loadTrainingConfig(file)
  const options = { directories: data, noiseArchives: noise, out, seed }
  const config = grid ? await bestOfGrid({ ...options, config: given, workers }) : given
  const card = await train(
    { ...options, config, ...(html !== undefined && { html }) },
    {
      onStep: progress.step,
      onEpoch: progress.epoch,
      onTeacher: progress.teacher,
      onLoad: progress.load,
      onProblem: problems.add,
    },
  )
  progress.end()
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
  const test = card.metrics.test
  const accuracy =
    test?.accuracy == null ? '' : `, test accuracy ${(test.accuracy * 100).toFixed(2)} % of ${test.windows} windows`
  process.stderr.write(`${out}: epoch ${card.training?.selectedEpoch} kept${accuracy}\n`)
}

async function bestOfGrid(options: TrainOptions & { readonly workers: number }): Promise<TrainingConfig> {
  const progress = new GridProgress()
  const journalFile = join(options.out, 'grid.jsonl')
  const { best, results } = await gridSearch({ ...options, journalFile }, progress)
  progress.end(results)
  return best
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError(`expected a whole number, got ${text}`)
  return seed
}

function parseWorkers(text: string): number {
  const workers = Number(text)
  if (!Number.isSafeInteger(workers) || workers < 1) throw new InvalidArgumentError(`expected a whole number from 1, got ${text}`)
  return workers
}
