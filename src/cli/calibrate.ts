import { Command, InvalidArgumentError, Option } from 'commander'
import {
  archiveScores,
  calibrateModel,
  type InstrumentProposal,
  proposeThresholds,
  storedScores,
  withCalibration,
} from '../app/calibrate.ts'
import { type LoadedModel, loadModel } from '../app/load-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import type { Config } from '../contract/config.ts'
import { UsageError } from '../domain/errors.ts'
import { type TriggerOverride, withTriggers, writeTriggers } from '../io/config/write-triggers.ts'
import { readCatalogue } from '../io/event-catalogue.ts'
import { writeModelCard } from '../io/model-card.ts'
import { SPLITS, type Split } from '../io/seisbench/trace-label.ts'
import { chosenConfig } from './chosen-config.ts'
import { progressBar } from './progress.ts'

interface CalibrateOptions {
  data?: string[]
  split: Split
  db?: string
  archive?: string[]
  rate: number
  catalog?: string
  model?: string
  config?: string
  write?: true
  json?: true
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description(
      "thresholds for a rate of false alarms from each station's own noise (--db, --archive), or a model's scores as probabilities (--data)",
    )
    .option('--db <file>', 'scores that a monitor has stored; detections labelled earthquake or blast are no noise')
    .option('--archive <path...>', 'miniSEED files or folders to score')
    .option('--rate <n>', 'false alarms per station-day that can be borne', parseRate, 1)
    .option('--catalog <csv>', 'events that are no noise: columns time, optional station (NET_STA)')
    .option('--data <dir...>', 'folders in SeisBench format: fits the temperature of the model instead')
    .addOption(new Option('--split <name>', 'what it is fitted on').choices([...SPLITS]).default('dev'))
    .option('--model <dir>', 'model folder instead of the configured one')
    .option('--config <file>', 'the stations.yaml whose triggers are meant')
    .option('--write', 'write thresholds into --config, or the temperature into the model card')
    .option('--json', 'one JSON object per instrument, or one for the model')
    .action(run)
}

async function run(options: CalibrateOptions): Promise<void> {
  const sources = [options.data, options.db, options.archive].filter((source) => source !== undefined)
  if (sources.length !== 1) throw new UsageError('calibrate: expected one of --db, --archive and --data')
  if (options.write && options.data === undefined && options.config === undefined)
    throw new UsageError('calibrate --write: expected --config FILE to write into, got none')
  const config = chosenConfig(options)
  const problems = new ProblemCounter()
  const lines = options.data ? await onModel(options, config, problems) : await onStations(options, config, problems)
  process.stdout.write(`${lines.join('\n')}\n`)
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
}

async function onModel({ data = [], split, write, json }: CalibrateOptions, config: Config, problems: ProblemCounter) {
  const model = await loadModel(config.model, config.engine)
  const bar = progressBar('calibrating')
  const calibration = await calibrateModel(data, split, model, { onProblem: problems.add, onLoad: (share) => bar.update(share) })
  bar.finish()
  if (write) writeModelCard(config.model, withCalibration(model.card, calibration))
  if (json) return [JSON.stringify(calibration)]
  const { temperature, windows, before, after } = calibration
  const digits = (value: number | null) => value?.toFixed(4) ?? '–'
  return [
    `temperature ${temperature}, fitted on ${windows} windows of ${split}`,
    `negative log-likelihood ${digits(before.negativeLogLikelihood)} → ${digits(after.negativeLogLikelihood)}`,
    `expected calibration error ${digits(before.expectedCalibrationError)} → ${digits(after.expectedCalibrationError)}`,
    write ? `written into the card of ${model.id}` : 'not written: add --write to keep it in the model card',
  ]
}

async function onStations(options: CalibrateOptions, config: Config, problems: ProblemCounter): Promise<string[]> {
  const { db, archive, rate, catalog, write, json } = options
  const listed = catalog === undefined ? [] : readCatalogue(catalog, problems.add)
  const { scores, events } =
    db === undefined ? { scores: await scoreArchive(archive ?? [], config, problems), events: [] } : storedScores(db)
  if (scores.size === 0) throw new UsageError(`calibrate: expected scored data, got none (${db ?? archive?.join(', ')})`)
  const proposals = proposeThresholds({ scores, config, perDay: rate, events: [...listed, ...events] })
  const overrides = proposals.map((proposal) => overrideOf(proposal, rate))
  if (write && options.config !== undefined) writeTriggers(options.config, overrides)
  if (json) return proposals.map((proposal) => JSON.stringify(proposal))
  const text = withTriggers('stations: {}\n', overrides).trimEnd()
  return [
    `# at most ${rate} false alarms per station-day; whatever no catalogue and no label explains counts as noise`,
    ...proposals.flatMap(({ instrument, warnings }) => warnings.map((warning) => `# ${instrument}: ${warning}`)),
    text,
    ...(write ? [`# written into ${options.config}`] : []),
  ]
}

async function scoreArchive(paths: readonly string[], config: Config, problems: ProblemCounter) {
  const model: LoadedModel = await loadModel(config.model, config.engine)
  const bar = progressBar('scoring')
  const onProgress = (bytes: number, totalBytes: number) => bar.update(bytes / totalBytes)
  const scores = await archiveScores({ paths, config, model, onProgress, onProblem: problems.add })
  bar.finish()
  return scores
}

function overrideOf(proposal: InstrumentProposal, rate: number): TriggerOverride {
  const { instrument, on, off, days, alarms, alarmsNow, onNow, perDay, isExtrapolated } = proposal
  const range = `95 %: ${perDay.low.toFixed(2)} to ${perDay.high.toFixed(2)} per day`
  const comment = `for ${rate} per day: ${alarms} alarms in ${days.toFixed(2)} days of its noise (${range}; ${alarmsNow} at ${onNow})${isExtrapolated ? ', extrapolated' : ''}`
  return { id: instrument, on, off, comment }
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (!(rate > 0 && Number.isFinite(rate))) throw new InvalidArgumentError(`expected a number above 0, got ${text}`)
  return rate
}
