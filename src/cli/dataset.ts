import { writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { buildDataset } from '../app/dataset/build-dataset.ts'
import { type Count, type DatasetInspection, inspectDataset } from '../app/dataset/inspect-dataset.ts'
import { inspectionPage } from '../app/dataset/inspection-page.ts'
import { loadModel } from '../app/load-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { scorerOf } from '../app/window-scorer.ts'
import { DEFAULT_ENGINE } from '../contract/config.ts'
import { UsageError } from '../domain/errors.ts'
import { readEvents } from '../io/event-catalogue.ts'
import { progressBar } from './progress.ts'

interface BuildCommandOptions {
  catalog: string
  out: string
  before: number
  after: number
  noiseRatio: number
  noiseSeconds: number
  train: number
  dev: number
  seed: number
  json?: true
}

interface InspectCommandOptions {
  model?: string
  html?: string
  json?: true
}

export function datasetCommand(): Command {
  const build = new Command('build')
    .description('a dataset in SeisBench format from archived miniSEED and a catalogue, with noise from between the events')
    .argument('<path...>', 'miniSEED files or folders')
    .requiredOption(
      '--catalog <file>',
      'QuakeML, or CSV with columns time, optional station (then time is P there) and magnitude',
    )
    .requiredOption('--out <dir>', 'an empty or new folder')
    .option('--before <s>', 'seconds kept before P', parseSeconds, 30)
    .option('--after <s>', 'seconds kept after P', parseSeconds, 60)
    .option('--noise-ratio <n>', 'noise traces for each earthquake trace', parseSeconds, 1)
    .option('--noise-seconds <s>', 'length of a noise trace', parseSeconds, 60)
    .option('--train <share>', 'share of the groups that is trained on', parseShare, 0.7)
    .option('--dev <share>', 'share of the groups that decisions are made on; the rest is test', parseShare, 0.15)
    .option('--seed <n>', 'same archive, catalogue and seed: same traces and splits', parseSeed, 1)
    .option('--json', 'one JSON object on stdout')
    .action(runBuild)
  const inspect = new Command('inspect')
    .description('what is in datasets, and which labels look wrong')
    .argument('<dir...>', 'folders in SeisBench format')
    .option('--model <dir>', 'also traces that this model surely calls the opposite of their label')
    .option('--html <file>', 'the same as a page with histograms')
    .option('--json', 'one JSON object per dataset on stdout')
    .action(runInspect)
  for (const command of [build, inspect]) command.exitOverride()
  return new Command('dataset').description('labelled waveforms: build, inspect').addCommand(build).addCommand(inspect)
}

async function runBuild(paths: string[], options: BuildCommandOptions): Promise<void> {
  const { catalog, out, before, after, noiseRatio, noiseSeconds, train, dev, seed, json } = options
  if (train + dev > 1) throw new UsageError(`dataset build: expected --train and --dev of 1 at most together, got ${train + dev}`)
  const problems = new ProblemCounter()
  const bar = progressBar('cutting')
  const summary = await buildDataset({
    paths,
    events: readEvents(catalog, problems.add),
    out,
    name: basename(resolve(out)),
    beforeSeconds: before,
    afterSeconds: after,
    noiseRatio,
    noiseSeconds,
    shares: { train, dev },
    seed,
    onProgress: (share) => bar.update(share),
    onProblem: problems.add,
  })
  bar.finish()
  const { earthquakes, noise, bySplit, leftOut, largestGroupShare } = summary
  const lines = json
    ? [JSON.stringify(summary)]
    : [
        `${out}: ${earthquakes} earthquake and ${noise} noise traces`,
        ...Object.entries(bySplit).map(([split, count]) => `  ${split}: ${count}`),
        ...Object.entries(leftOut).map(([reason, count]) => `  left out, ${reason}: ${count}`),
        ...(largestGroupShare > 0.3
          ? [
              `  ${(largestGroupShare * 100).toFixed(0)} % of the earthquake traces overlap in time and are on one side of the split: add other days`,
            ]
          : []),
      ]
  process.stdout.write(`${lines.join('\n')}\n`)
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
}

async function runInspect(directories: string[], { model, html, json }: InspectCommandOptions): Promise<void> {
  const scorer = model === undefined ? undefined : scorerOf(await loadModel(model, DEFAULT_ENGINE))
  const bar = progressBar('reading')
  const inspections: DatasetInspection[] = []
  for (const [index, directory] of directories.entries()) {
    const onProgress = (share: number) => bar.update((index + share) / directories.length)
    inspections.push(await inspectDataset(directory, { ...(scorer && { scorer }), onProgress }))
  }
  bar.finish()
  const lines = json ? inspections.map((inspection) => JSON.stringify(inspection)) : inspections.flatMap(inspectionLines)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (html !== undefined) writeFileSync(html, inspectionPage(inspections))
}

function inspectionLines(inspection: DatasetInspection): string[] {
  const { directory, labels, traces, earthquakes, noise, hours, partial, leakingGroups, problems, suspicions } = inspection
  const kinds = new Map<string, string[]>()
  for (const { kind, trace, detail } of suspicions) kinds.set(kind, [...(kinds.get(kind) ?? []), `${trace} ${detail}`.trim()])
  return [
    `${directory}: ${traces} of ${labels} traces read, ${earthquakes} earthquakes, ${noise} noise, ${hours.toFixed(1)} h, ${partial} with a dead component`,
    ...table('split', inspection.bySplit),
    ...table('sample rate', inspection.bySampleRate),
    ...table('collection', inspection.byCollection),
    ...table('noise', inspection.byNoiseKind),
    quantiles('signal to noise, dB', inspection.snr),
    quantiles('magnitude', inspection.magnitude),
    quantiles('distance, km', inspection.distance),
    quantiles('data before P, s', inspection.secondsBeforeP),
    `groups on two sides of a split: ${leakingGroups.length}${leakingGroups.length > 0 ? ` (${leakingGroups.slice(0, 5).join('; ')})` : ''}`,
    ...problems.map(({ code, count, first }) => `${code} × ${count}: ${first.message} (${first.where ?? ''})`),
    ...[...kinds].map(([kind, found]) => `to be looked at, ${kind} × ${found.length}: ${found.slice(0, 5).join('; ')}`),
  ]
}

function table(title: string, counts: readonly Count[]): string[] {
  return counts.map(({ name, earthquakes, noise }) => `  ${title} ${name}: ${earthquakes} earthquakes, ${noise} noise`)
}

function quantiles(title: string, values: readonly number[]): string {
  if (values.length === 0) return `${title}: not said`
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)
  return `${title}: ${at(0)} to ${at(1)}, half of them ${at(0.25)} to ${at(0.75)}, ${values.length} known`
}

function parseSeconds(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && Number.isFinite(value))) throw new InvalidArgumentError(`expected a number of 0 or more, got ${text}`)
  return value
}

function parseShare(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError(`expected a share from 0 to 1, got ${text}`)
  return value
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError(`expected a whole number, got ${text}`)
  return seed
}
