import type { GridSearchHooks } from '../app/grid-search.ts'
import type { GridResult } from '../app/training/grid-journal.ts'
import type { EpochReport } from '../app/training/train-network.ts'

/** A guess has a loss of ln 2 = 0.693. */
const LEARNED_NOTHING = 0.65

/** One line per epoch and, on a terminal, one that moves. Wall time is for the eyes only: nothing of it reaches the model. */
export class TrainingProgress {
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
    if (isBest) this.#bestLoss = dev?.loss ?? undefined
    this.#clear()
    process.stderr.write(
      `epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}${devTextOf(dev)}${isBest ? ' (best)' : ''}, ${this.#remaining()} left\n`,
    )
  }

  readonly teacher = (teacher: number, { dev }: EpochReport): void => {
    this.#clear()
    process.stderr.write(`teacher ${teacher}${devTextOf(dev)}, ${this.#remaining()} left\n`)
  }

  end(): void {
    this.#clear()
    if (this.#bestLoss === undefined || this.#bestLoss < LEARNED_NOTHING) return
    process.stderr.write(
      'the network learned nothing (every rectifier may be dead): lower optimiser.learningRate or raise optimiser.warmUp\n',
    )
  }

  #remaining(): string {
    return readable(((performance.now() - this.#begin) / 1000) * (1 / this.#share - 1))
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

function devTextOf(dev: EpochReport['dev']): string {
  return dev?.loss == null ? '' : `, dev loss ${dev.loss.toFixed(4)} accuracy ${((dev.accuracy ?? 0) * 100).toFixed(2)} %`
}

/** One line per finished cell of a grid search and, on a terminal, one that moves. */
export class GridProgress implements GridSearchHooks {
  readonly #isTerminal = process.stderr.isTTY
  #begin = performance.now()
  #doneBefore: number | undefined
  #done = 0
  #cells = 0

  readonly onProgress = (done: number, cells: number): void => {
    if (this.#doneBefore === undefined) {
      this.#doneBefore = done
      this.#begin = performance.now()
      process.stderr.write(`grid: ${cells} combinations, ${done} known\n`)
    }
    this.#done = done
    this.#cells = cells
    if (this.#isTerminal) process.stderr.write(`\rgrid ${done.toFixed(1)}/${cells}, ${this.#remaining()} left\u001b[K`)
  }

  readonly onResult = (result: GridResult, isKnown: boolean): void => {
    if (isKnown) return
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
    process.stderr.write(`${described(result)}, ${this.#remaining()} left\n`)
  }

  /** @param results best first */
  end(results: readonly GridResult[]): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
    for (const result of results.slice(0, 10)) process.stderr.write(`  ${described(result)}\n`)
  }

  #remaining(): string {
    const gained = this.#done - (this.#doneBefore ?? 0)
    if (gained <= 0) return '?'
    return readable(((performance.now() - this.#begin) / 1000) * ((this.#cells - this.#done) / gained))
  }
}

function described({ name, selectedEpoch, devLoss, devAccuracy }: GridResult): string {
  const accuracy = devAccuracy === null ? '–' : `${(devAccuracy * 100).toFixed(2)} %`
  return `${name}: dev loss ${devLoss?.toFixed(4) ?? '–'}, accuracy ${accuracy} (epoch ${selectedEpoch})`
}

function readable(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
