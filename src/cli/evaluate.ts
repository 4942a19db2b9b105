import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_THRESHOLD } from '../app/evaluate.ts'
import { evaluateContinuous } from '../app/evaluate-continuous.ts'
import { evaluateEvents } from '../app/evaluate-events.ts'
import { evaluateSuite } from '../app/evaluate-suite.ts'
import { evaluateInDetail, tuneStaLta } from '../app/evaluate-windows.ts'
import { type EvaluationPageInput, evaluationPage } from '../app/evaluation/evaluation-page.ts'
import { tradeOffVariants } from '../app/evaluation/trace-delays.ts'
import { type LoadedModel, loadModel } from '../app/load-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { scorerOf } from '../app/window-scorer.ts'
import type { Config } from '../contract/config.ts'
import { evaluationSuiteSchema } from '../contract/evaluation-suite.ts'
import { mismatches } from '../detection/catalogue-matching.ts'
import { summariseEvents } from '../detection/event-summary.ts'
import { UsageError } from '../domain/errors.ts'
import { readCheckedYaml } from '../io/config/checked-yaml.ts'
import { readCatalogue } from '../io/event-catalogue.ts'
import { SPLITS, type Split } from '../io/seisbench/trace-label.ts'
import { chosenConfig } from './chosen-config.ts'
import { eventLines, eventList, eventListLines } from './event-lines.ts'
import { matchLines, mismatchLines, suiteLines } from './match-lines.ts'
import { progressBar } from './progress.ts'
import { mistakeLines, windowLines } from './window-lines.ts'

interface EvaluateCommandOptions {
  data?: string[]
  split: Split | 'all'
  threshold: number
  partial?: true
  continuous?: string[]
  catalog?: string
  events?: true
  suite?: string
  root?: string
  staLta?: true
  tradeOff?: true
  list?: true
  html?: string
  model?: string
  config?: string
  json?: true
}

/** What every kind of evaluation needs. */
interface Run {
  readonly options: EvaluateCommandOptions
  readonly config: Config
  readonly model: LoadedModel
  readonly problems: ProblemCounter
}

/** What an evaluation has to say. */
interface Outcome {
  readonly lines: string[]
  readonly page?: Pick<EvaluationPageInput, 'detail' | 'sets'>
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'how good a model is: on labelled windows (--data), or on continuous data beside a catalogue (--continuous --catalog, --suite)',
    )
    .option('--data <dir...>', 'folders in SeisBench format')
    .addOption(new Option('--split <name>', 'which traces').choices([...SPLITS, 'all']).default('test'))
    .option('--threshold <score>', 'a window at or above it is called an earthquake', parseThreshold, DEFAULT_THRESHOLD)
    .option('--partial', 'also traces with a dead component')
    .option('--continuous <path...>', 'miniSEED files or folders')
    .option('--catalog <csv>', 'events: columns time, optional station (NET_STA) and magnitude')
    .option(
      '--events',
      'network events instead of detections; the configuration gives coordinates of stations, the catalogue epicentres',
    )
    .option('--suite <yaml>', 'a list of continuous data sets with what is known to be in them')
    .option('--root <dir>', 'where the paths of the suite start; its own folder unless given')
    .option('--sta-lta', 'recursive STA/LTA beside it, tuned on the dev split of --data')
    .option('--trade-off', 'other thresholds, minimum durations and strides on the same scores')
    .option('--list', 'also every false positive and every miss')
    .option('--html <file>', 'the same as a page with curves, breakdowns and the worst mistakes drawn')
    .option('--model <dir>', 'model folder instead of the configured one')
    .option('--config <file>', 'thresholds and model from a stations.yaml')
    .option('--json', 'one JSON object on stdout; of a suite one line per set')
    .action(run)
}

async function run(options: EvaluateCommandOptions): Promise<void> {
  const { data, continuous, catalog, suite } = options
  const kinds = [continuous, suite].filter((given) => given !== undefined).length
  if (kinds > 1 || (data === undefined && kinds === 0))
    throw new UsageError('evaluate: expected one of --data, --continuous and --suite')
  if (continuous !== undefined && catalog === undefined)
    throw new UsageError('evaluate --continuous: expected --catalog CSV, got none')
  if (options.staLta && data === undefined)
    throw new UsageError('evaluate --sta-lta: expected --data DIR to tune it on, got none')
  if (options.events && continuous === undefined) throw new UsageError('evaluate --events: expected --continuous PATH, got none')
  const config = chosenConfig(options)
  const model = await loadModel(config.model, config.engine)
  const context: Run = { options, config, model, problems: new ProblemCounter() }
  const evaluate = options.events ? onEvents : continuous ? onContinuous : suite ? onSuite : onWindows
  const { lines, page } = await evaluate(context)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (options.html !== undefined && page) {
    const { card, id } = model
    const title = `Evaluation of ${id}`
    writeFileSync(
      options.html,
      evaluationPage({ title, sampleRate: card.sampleRate, temperature: card.calibration?.temperature, ...page }),
    )
  }
  for (const line of context.problems.lines()) process.stderr.write(`${line}\n`)
}

async function onWindows({ options, config, model, problems }: Run): Promise<Outcome> {
  const { data: directories = [], split, threshold, partial, json, list } = options
  const bar = progressBar('evaluating')
  const detail = await evaluateInDetail(
    {
      directories,
      split,
      threshold,
      isPartialAccepted: partial === true,
      trigger: { ...config.trigger, model: model.id, config: '' },
      strideSeconds: config.window.strideSeconds,
      isTradeOff: options.tradeOff === true,
      isStaLta: options.staLta === true,
    },
    scorerOf(model),
    { onProblem: problems.add, onLoad: (share) => bar.update(share) },
  )
  bar.finish()
  const { evaluation, delay, tradeOff, staLta, windows } = detail
  if (json) {
    const mistakes = windows
      .filter(({ isEarthquake, score }) => score >= threshold !== isEarthquake)
      .map(({ label, firstIndex, isEarthquake, score }) => ({
        trace: label.name,
        dataset: label.dataset,
        station: label.station,
        firstIndex,
        isEarthquake,
        score,
      }))
    const printed = {
      ...evaluation,
      delay,
      ...(staLta && { staLta }),
      ...(options.tradeOff && { tradeOff }),
      ...(list && { mistakes }),
    }
    return { lines: [JSON.stringify(printed)], page: { detail } }
  }
  const mistakes = list ? mistakeLines(windows, threshold, model.card.sampleRate) : []
  return { lines: [...windowLines(detail, split), ...mistakes], page: { detail } }
}

async function onContinuous({ options, config, model, problems }: Run): Promise<Outcome> {
  const { continuous: paths = [], catalog = '', json, list } = options
  const baseline = await tunedBaseline({ options, config, model, problems })
  const bar = progressBar('replaying')
  const catalogue = readCatalogue(catalog, problems.add)
  const { match, instruments, variants, staLta } = await evaluateContinuous({
    paths,
    catalogue,
    config,
    model,
    ...(baseline && { staLta: baseline }),
    ...(options.tradeOff && { variants: tradeOffVariants() }),
    onProgress: (bytes, totalBytes) => bar.update(bytes / totalBytes),
    onProblem: problems.add,
  })
  bar.finish()
  const wrong = mismatches({ events: catalogue, instruments })
  const sets = [{ name: 'continuous data', note: '', match, variants, staLta, list: wrong }]
  if (json) {
    const printed = { ...match, ...(options.tradeOff && { variants }), ...(baseline && { staLta }), ...(list && { list: wrong }) }
    return { lines: [JSON.stringify(printed)], page: { sets } }
  }
  const others = options.tradeOff || baseline ? suiteLines(sets) : []
  return { lines: [...matchLines(match), ...others, ...(list ? mismatchLines('continuous data', wrong) : [])], page: { sets } }
}

async function onEvents({ options, config, model, problems }: Run): Promise<Outcome> {
  const { continuous: paths = [], catalog = '', json, list } = options
  const bar = progressBar('replaying')
  const match = await evaluateEvents({
    paths,
    catalogue: readCatalogue(catalog, problems.add),
    config,
    model,
    onProgress: (bytes, totalBytes) => bar.update(bytes / totalBytes),
    onProblem: problems.add,
  })
  bar.finish()
  const summary = summariseEvents(match)
  if (json) return { lines: [JSON.stringify({ ...summary, ...(list && { list: eventList(match) }) })] }
  return { lines: [...eventLines(summary), ...(list ? eventListLines(match) : [])] }
}

async function onSuite({ options, config, model, problems }: Run): Promise<Outcome> {
  const { suite: file = '', root, json, list } = options
  const baseline = await tunedBaseline({ options, config, model, problems })
  const bar = progressBar('replaying')
  const sets = await evaluateSuite({
    suite: readCheckedYaml(file, evaluationSuiteSchema, 'evaluation suite'),
    root: root ?? dirname(file),
    config,
    model,
    ...(options.tradeOff && { variants: tradeOffVariants() }),
    ...(baseline && { staLta: baseline }),
    onProgress: (share) => bar.update(share),
    onProblem: problems.add,
  })
  bar.finish()
  if (json) return { lines: sets.map((set) => JSON.stringify(set)), page: { sets } }
  return {
    lines: [...suiteLines(sets), ...(list ? sets.flatMap((set) => mismatchLines(set.name, set.list)) : [])],
    page: { sets },
  }
}

/** STA/LTA as the dev split of `--data` wants it, and at higher ratios, where it gives fewer false alarms. */
async function tunedBaseline({ options, model, problems }: Run) {
  const { staLta, data = [] } = options
  const settings = staLta ? await tuneStaLta(data, 'dev', scorerOf(model), { onProblem: problems.add }) : undefined
  return settings && { settings, thresholds: [settings.on, 2 * settings.on, 4 * settings.on] }
}

function parseThreshold(text: string): number {
  const threshold = Number(text)
  if (!(threshold > 0 && threshold <= 1)) throw new InvalidArgumentError(`expected a number above 0 and at most 1, got ${text}`)
  return threshold
}
