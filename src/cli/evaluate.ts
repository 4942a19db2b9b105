import { dirname } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { defaultConfig } from '../app/default-config.ts'
import { DEFAULT_THRESHOLD, evaluateWindows } from '../app/evaluate.ts'
import { evaluateContinuous } from '../app/evaluate-continuous.ts'
import { evaluateSuite } from '../app/evaluate-suite.ts'
import { type LoadedModel, loadModel } from '../app/load-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import type { Config } from '../contract/config.ts'
import { evaluationSuiteSchema } from '../contract/evaluation-suite.ts'
import type { ClassificationMetrics } from '../detection/metrics.ts'
import { UsageError } from '../domain/errors.ts'
import { readCatalogueCsv } from '../io/catalogue-csv.ts'
import { readCheckedYaml } from '../io/config/checked-yaml.ts'
import { loadConfig } from '../io/config-file.ts'
import { SPLITS, type Split } from '../io/seisbench/trace-label.ts'
import { createPreprocessor } from '../signal/preprocess.ts'
import { matchLines, mismatchLines, percent, suiteLines } from './match-lines.ts'
import { progressBar } from './progress.ts'

interface EvaluateCommandOptions {
  data?: string[]
  split: Split | 'all'
  threshold: number
  partial?: true
  continuous?: string[]
  catalog?: string
  suite?: string
  root?: string
  list?: true
  model?: string
  config?: string
  json?: true
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'how good a model is: on labelled windows (--data), or on continuous data beside a catalogue (--continuous --catalog)',
    )
    .option('--data <dir...>', 'folders in SeisBench format')
    .addOption(new Option('--split <name>', 'which traces').choices([...SPLITS, 'all']).default('test'))
    .option('--threshold <score>', 'a window at or above it is called an earthquake', parseThreshold, DEFAULT_THRESHOLD)
    .option('--partial', 'also traces with a dead component')
    .option('--continuous <path...>', 'miniSEED files or folders')
    .option('--catalog <csv>', 'events: columns time, optional station (NET_STA) and magnitude')
    .option('--suite <yaml>', 'a list of continuous data sets with what is known to be in them')
    .option('--root <dir>', 'where the paths of the suite start; its own folder unless given')
    .option('--list', 'also every false positive and every miss')
    .option('--model <dir>', 'model folder instead of the configured one')
    .option('--config <file>', 'thresholds and model from a stations.yaml')
    .option('--json', 'one JSON object on stdout')
    .action(run)
}

async function run(options: EvaluateCommandOptions): Promise<void> {
  const { data, continuous, catalog, suite } = options
  if ([data, continuous, suite].filter((given) => given !== undefined).length !== 1)
    throw new UsageError('evaluate: expected one of --data, --continuous and --suite')
  if (continuous !== undefined && catalog === undefined)
    throw new UsageError('evaluate --continuous: expected --catalog CSV, got none')
  const base = options.config === undefined ? defaultConfig() : loadConfig(options.config)
  const config = options.model === undefined ? base : { ...base, model: options.model }
  const model = await loadModel(config.model, config.engine)
  const problems = new ProblemCounter()
  const lines =
    data !== undefined
      ? await onWindows(data, options, model, problems)
      : suite !== undefined
        ? await onSuite(suite, options, config, model, problems)
        : await onContinuous(continuous ?? [], catalog ?? '', config, model, problems, options.json)
  process.stdout.write(`${lines.join('\n')}\n`)
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
}

async function onWindows(
  directories: string[],
  { split, threshold, partial, json }: EvaluateCommandOptions,
  { card, classifier }: LoadedModel,
  problems: ProblemCounter,
): Promise<string[]> {
  const { sampleRate, windowLength, components } = card
  const preprocess = createPreprocessor(card.preprocess, { windowLength, channels: components.length, sampleRate })
  const scorer = { classifier, preprocess, sampleRate }
  const options = { directories, split, threshold, isPartialAccepted: partial === true }
  const bar = progressBar('evaluating')
  const evaluation = await evaluateWindows(options, scorer, { onProblem: problems.add, onLoad: (share) => bar.update(share) })
  bar.finish()
  if (json) return [JSON.stringify(evaluation)]
  const { byDataset, ...all } = evaluation
  return [
    `split ${split}, threshold ${threshold}`,
    '  windows  accuracy  precision   recall  false pos.     AUC  dataset',
    metricsLine(all, 'all'),
    ...Object.entries(byDataset).map(([name, metrics]) => metricsLine(metrics, name)),
  ]
}

async function onContinuous(
  paths: string[],
  catalog: string,
  config: Config,
  model: LoadedModel,
  problems: ProblemCounter,
  json: true | undefined,
): Promise<string[]> {
  const bar = progressBar('replaying')
  const { match } = await evaluateContinuous({
    paths,
    catalogue: readCatalogueCsv(catalog, problems.add),
    config,
    model,
    onProgress: (bytes, totalBytes) => bar.update(bytes / totalBytes),
    onProblem: problems.add,
  })
  bar.finish()
  return json ? [JSON.stringify(match)] : matchLines(match)
}

async function onSuite(
  file: string,
  { root, json, list }: EvaluateCommandOptions,
  config: Config,
  model: LoadedModel,
  problems: ProblemCounter,
): Promise<string[]> {
  const bar = progressBar('replaying')
  const sets = await evaluateSuite({
    suite: readCheckedYaml(file, evaluationSuiteSchema, 'evaluation suite'),
    root: root ?? dirname(file),
    config,
    model,
    onProgress: (share) => bar.update(share),
    onProblem: problems.add,
  })
  bar.finish()
  if (json) return sets.map((set) => JSON.stringify(set))
  return [...suiteLines(sets), ...(list ? sets.flatMap((set) => mismatchLines(set.name, set.list)) : [])]
}

function metricsLine(metrics: ClassificationMetrics, name: string): string {
  const { windows, accuracy, precision, recall, falsePositiveRate, auc } = metrics
  const shares = [accuracy, precision, recall, falsePositiveRate].map(percent)
  const [a = '', p = '', r = '', f = ''] = shares
  return `${String(windows).padStart(9)}${a.padStart(10)}${p.padStart(11)}${r.padStart(9)}${f.padStart(12)}${(auc?.toFixed(4) ?? '–').padStart(8)}  ${name}`
}

function parseThreshold(text: string): number {
  const threshold = Number(text)
  if (!(threshold > 0 && threshold <= 1)) throw new InvalidArgumentError(`expected a number above 0 and at most 1, got ${text}`)
  return threshold
}
