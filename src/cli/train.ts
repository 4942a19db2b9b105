import { Command, InvalidArgumentError } from 'commander'
import { ProblemCounter } from '../app/problem-counter.ts'
import { train } from '../app/train.ts'
import type { EpochReport } from '../app/training/train-network.ts'
import { trainingConfigSchema } from '../contract/training-config.ts'
import { loadTrainingConfig } from '../io/training-config-file.ts'

interface TrainCommandOptions {
  data: string[]
  out: string
  config?: string
  seed: number
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a detector on labelled waveforms in SeisBench format')
    .requiredOption('--data <dir...>', 'folders with metadata.csv and waveforms.hdf5')
    .requiredOption('--out <folder>', 'where the model goes, such as models/my-region')
    .option('--config <file>', 'training.yaml; what it does not name has its published default')
    .option('--seed <n>', 'same data, configuration and seed: same weights, bit for bit', parseSeed, 1)
    .action(run)
}

async function run({ data, out, config, seed }: TrainCommandOptions): Promise<void> {
  const problems = new ProblemCounter()
  const report = new TrainingReport()
  const card = await train(
    { directories: data, out, seed, config: config === undefined ? trainingConfigSchema.parse({}) : loadTrainingConfig(config) },
    { onStep: report.step, onEpoch: report.epoch, onLoad: report.load, onProblem: problems.add },
  )
  report.end()
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
  const test = card.metrics.test
  const accuracy =
    test?.accuracy == null ? '' : `, test accuracy ${(test.accuracy * 100).toFixed(2)} % of ${test.windows} windows`
  process.stderr.write(`${out}: epoch ${card.training?.selectedEpoch} kept${accuracy}\n`)
}

/** A guess has a loss of ln 2 = 0.693. */
const LEARNED_NOTHING = 0.65

/** One line per epoch and, on a terminal, one that moves. Wall time is for the eyes only: nothing of it reaches the model. */
class TrainingReport {
  #begin = performance.now()
  readonly #isTerminal = process.stderr.isTTY
  #share = 0
  #bestLoss: number | undefined
  #lastShown = 0

  readonly load = (share: number): void => {
    this.#show(`reading ${(share * 100).toFixed(0)} %`)
  }

  readonly step = (share: number): void => {
    if (this.#share === 0) this.#begin = performance.now()
    this.#share = share
    this.#show(`training ${(share * 100).toFixed(1)} %, ${this.#remaining()} left`)
  }

  readonly epoch = ({ epoch, epochs, loss, dev, isBest }: EpochReport): void => {
    const devText =
      dev?.loss == null ? '' : `, dev loss ${dev.loss.toFixed(4)} accuracy ${((dev.accuracy ?? 0) * 100).toFixed(2)} %`
    if (isBest) this.#bestLoss = dev?.loss ?? undefined
    this.#clear()
    process.stderr.write(
      `epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}${devText}${isBest ? ' (best)' : ''}, ${this.#remaining()} left\n`,
    )
  }

  end(): void {
    this.#clear()
    if (this.#bestLoss === undefined || this.#bestLoss < LEARNED_NOTHING) return
    process.stderr.write(
      'the network learned nothing (every rectifier may be dead): lower optimiser.learningRate or raise optimiser.warmUp\n',
    )
  }

  #remaining(): string {
    const seconds = Math.round(((performance.now() - this.#begin) / 1000) * (1 / this.#share - 1))
    return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  }

  #show(text: string): void {
    const now = performance.now()
    if (!this.#isTerminal || now - this.#lastShown < 200) return
    this.#lastShown = now
    process.stderr.write(`\r${text}\u001b[K`)
  }

  #clear(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
  }
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError(`expected a whole number, got ${text}`)
  return seed
}
