import { Command, InvalidArgumentError, Option } from 'commander'
import { type ExplainableWindow, explainWindow, explanationToJson, type WindowExplanation } from '../app/explain.ts'
import { archivedWindow } from '../app/explain-archive.ts'
import { storedWindow } from '../app/explain-detection.ts'
import { readWindowFile } from '../app/explain-file.ts'
import { type ExplainedModel, loadExplainedModel } from '../app/explain-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { windowReport } from '../app/report/window-report.ts'
import { writeReport } from '../app/report/write-report.ts'
import type { Config } from '../contract/config.ts'
import { UsageError } from '../domain/errors.ts'
import { parseInstrumentId } from '../domain/source-id.ts'
import { parseIsoMicros } from '../domain/time.ts'
import { SPLITS, type Split } from '../io/seisbench/trace-label.ts'
import {
  BIAS_MODES,
  type BiasMode,
  RELEVANCE_METHODS,
  RELEVANCE_STARTS,
  type RelevanceMethod,
  type RelevanceStart,
  relevanceRule,
} from '../nn/relevance-rule.ts'
import { chosenConfig } from './chosen-config.ts'
import { explainModel } from './explain-model.ts'
import { explanationLines } from './explanation-lines.ts'
import { progressBar } from './progress.ts'

interface ExplainOptions {
  detection?: string
  db?: string
  file?: string[]
  at?: string
  instrument?: string
  window?: string
  model?: string
  config?: string
  method: RelevanceMethod
  beta: number
  bias: BiasMode
  start: RelevanceStart
  data?: string[]
  split: Split | 'all'
  windows: number
  json?: true
  html?: string
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('why the network gave a window its score: the relevance of every sample')
    .option('--detection <id>', 'the best window of a stored detection; its score is worked out again')
    .option('--db <file>', 'store to look the detection up in, instead of the configured one')
    .option('--file <path...>', 'with --at: miniSEED files or folders')
    .option('--at <time>', 'the window that ends at this time (UTC), or the last one before')
    .option('--instrument <id>', 'NET_STA_LOC_BS, when several have a window at that time')
    .option('--window <file>', 'a preprocessed window: float32, little-endian, row-major [time][Z,N,E]')
    .option('--model <dir>', 'model folder instead of the configured one; a LayersModel without a card will do')
    .option('--config <file>', 'model, store and pipeline from a stations.yaml')
    .addOption(
      new Option('--method <name>', 'lrp and epsilon: relevance propagation; the others to compare with')
        .choices(RELEVANCE_METHODS)
        .default('lrp'),
    )
    .option('--beta <number>', 'lrp: weight of negative contributions, ≥ −1; −1: negative ones only', Number, 0)
    .addOption(new Option('--bias <mode>', 'what biases get of the relevance').choices(BIAS_MODES).default('ignore'))
    .addOption(new Option('--start <value>', 'what is handed out at the logit').choices(RELEVANCE_STARTS).default('one'))
    .option('--data <dir...>', 'over a dataset in SeisBench format: mean relevance, methods compared, feature maps')
    .addOption(new Option('--split <name>', 'with --data: which traces').choices([...SPLITS, 'all']).default('test'))
    .option('--windows <number>', 'with --data: at most so many, which bounds the time', parseCount, 400)
    .option('--json', 'one JSON object on stdout')
    .option('--html <file>', 'a page of its own; without a window: what the model sees')
    .action(run)
}

async function run(options: ExplainOptions): Promise<void> {
  if (isAboutModel(options)) return explainModel(await modelOf(options), options)
  checkSource(options)
  // What contradicts itself is told before an archive is read for minutes.
  relevanceRule(options)
  const config = chosenConfig(options)
  const model = await modelOf(options)
  const window = await windowOf(options, config, model)
  const { method, beta, bias, start } = options
  const explanation = explainWindow(model.network, window, { method, beta, bias, start })
  if (options.html !== undefined) {
    writeReport(options.html, windowReport(explanation, model.id, model.card.sampleRate))
    process.stderr.write(`${options.html} written\n`)
  }
  if (options.html === undefined || options.json) print(explanation, model, options.json)
}

/** No window is named, and something that needs none. */
function isAboutModel({ detection, file, window, data, html }: ExplainOptions): boolean {
  const hasWindow = detection !== undefined || file !== undefined || window !== undefined
  if (hasWindow && data !== undefined) throw new UsageError('explain: expected either a window or --data, got both')
  return !hasWindow && (data !== undefined || html !== undefined)
}

function modelOf(options: ExplainOptions): Promise<ExplainedModel> {
  return loadExplainedModel(options.model ?? chosenConfig(options).model)
}

function print(explanation: WindowExplanation, model: ExplainedModel, json: true | undefined): void {
  const lines = json ? [JSON.stringify(explanationToJson(explanation, model.id))] : explanationLines(explanation, model.id)
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function windowOf(options: ExplainOptions, config: Config, model: ExplainedModel): Promise<ExplainableWindow> {
  if (options.window !== undefined) return { input: readWindowFile(options.window, model.network.input), isUsable: true }
  if (model.isCardAssumed) {
    const { sampleRate, preprocess } = model.card
    const assumed = `${sampleRate} Hz, ${preprocess.detrend}, ${preprocess.normalise}`
    process.stderr.write(`no card.json beside the model: assuming the published detector's ${assumed}\n`)
  }
  if (options.detection !== undefined) return storedWindow(options.db ?? config.store.file, options.detection, model)
  const problems = new ProblemCounter()
  const bar = progressBar('replaying')
  const window = await archivedWindow({
    paths: options.file ?? [],
    at: timeOf(options.at ?? ''),
    ...(options.instrument !== undefined && { instrument: instrumentOf(options.instrument) }),
    config,
    model,
    onProblem: problems.add,
    onProgress: (bytes, totalBytes) => bar.update(bytes / totalBytes),
  })
  bar.finish()
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
  return window
}

function checkSource({ detection, file, at, window }: ExplainOptions): void {
  const given = [detection, file, window].filter((source) => source !== undefined).length
  if (given !== 1) throw new UsageError(`explain: expected one of --detection, --file with --at, or --window, got ${given}`)
  if ((file === undefined) !== (at === undefined))
    throw new UsageError('explain: expected --file and --at together, got one of them')
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!(Number.isInteger(count) && count >= 2))
    throw new InvalidArgumentError(`expected a whole number of at least 2, got ${text}`)
  return count
}

function timeOf(text: string) {
  const time = parseIsoMicros(text)
  if (time === undefined) throw new UsageError(`explain --at: expected a time such as 2019-07-04T17:34:14Z, got ${text}`)
  return time
}

function instrumentOf(text: string) {
  const instrument = parseInstrumentId(text)
  if (instrument === undefined)
    throw new UsageError(`explain --instrument: expected NET_STA_LOC_BS such as CI_CLC__HH, got ${text}`)
  return instrument
}
