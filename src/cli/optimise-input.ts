import { Command, Option } from 'commander'
import { DEFAULT_MODEL } from '../app/default-config.ts'
import { rowsOf } from '../app/explain.ts'
import { readWindowFile } from '../app/explain-file.ts'
import { readModelFiles } from '../io/model-files.ts'
import { DEFAULT_RATE, DEFAULT_STEPS, type InputOptimisation, optimiseInput } from '../nn/input-optimisation.ts'

interface OptimiseInputOptions {
  model: string
  target: '0' | '1'
  start: string
  seed: number
  steps: number
  rate: number
  momentum?: number
  bound?: number
  smoothness?: number
  convergence?: number
  json?: true
}

export function optimiseInputCommand(): Command {
  return new Command('optimise-input')
    .description(
      'backward optimisation: frozen weights, and a window that moves to what the network takes for an earthquake or noise',
    )
    .option('--model <dir>', 'model folder; a LayersModel without a card will do', DEFAULT_MODEL)
    .addOption(new Option('--target <class>', '1: earthquake, 0: noise').choices(['0', '1']).makeOptionMandatory())
    .option('--start <what>', 'zero, random, or a window file as for explain --window', 'zero')
    .option('--seed <n>', 'of the random start', Number, 1)
    .option('--steps <n>', 'updates at most', Number, DEFAULT_STEPS)
    .option('--rate <r>', 'size of the updates', Number, DEFAULT_RATE)
    .option('--momentum <m>', 'share of the last update that goes into the next', Number)
    .option('--bound <a>', 'keep the window in ±a, such as 1', Number)
    .option('--smoothness <w>', 'weight of half the squared differences between neighbouring samples', Number)
    .option('--convergence <share>', 'stop when ten updates change the loss by less than this share', Number)
    .option('--json', 'one JSON object on stdout: loss, logit, input; index 0 is the start')
    .action(run)
}

function run({ model, target, start, seed, json, ...settings }: OptimiseInputOptions): void {
  const { network } = readModelFiles(model)
  const from = start === 'zero' ? start : start === 'random' ? { seed } : readWindowFile(start, network.input)
  const result = optimiseInput(network, { ...settings, target: target === '1' ? 1 : 0, start: from })
  const { loss, logit, input, end } = result
  if (json) {
    process.stdout.write(`${JSON.stringify({ loss, logit, input: rowsOf(input, network.input.channels), end })}\n`)
  } else process.stdout.write(`${lines(result).join('\n')}\n`)
  if (end === 'stuck') process.stderr.write(`${STUCK}\n`)
}

const STUCK =
  'stuck at the start: the gradient is zero everywhere, so that nothing can move. A network whose biases are all zero is stuck at the zero window; use --start random'

function lines({ loss, logit, end, input }: InputOptimisation): string[] {
  const last = loss.length - 1
  const shown = [...new Set([0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, last])].filter((step) => step <= last)
  const largest = input.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)
  return [
    '  update        loss       logit',
    ...shown
      .toSorted((a, b) => a - b)
      .map((step) => `${String(step).padStart(8)}${loss[step]!.toFixed(6).padStart(12)}${logit[step]!.toFixed(6).padStart(12)}`),
    `${last} updates (${end}), largest absolute value ${largest.toPrecision(4)}`,
  ]
}
