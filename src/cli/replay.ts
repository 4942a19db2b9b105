import { Command, Option } from 'commander'
import { checkConfigFits } from '../app/config-fit.ts'
import { loadModel } from '../app/load-model.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { replayArchive } from '../app/replay-archive.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import { scoreText } from '../domain/score-text.ts'
import { chosenConfig } from './chosen-config.ts'
import { untilInterrupted } from './interruption.ts'
import { parseSpeed } from './options.ts'
import { progressBar } from './progress.ts'

interface ReplayOptions {
  config?: string
  model?: string
  speed: number | 'max'
  db?: string
  json?: true
  alerts?: true
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('archived miniSEED (files, folders, SDS trees) through the pipeline of the live monitor, in data-time order')
    .argument('<path...>', 'miniSEED files or folders; what is no miniSEED is counted and passed over')
    .option('--config <file>', 'thresholds, model and overrides from a stations.yaml; every station found is accepted')
    .option('--model <folder>', 'model instead of the configured one')
    .addOption(new Option('--speed <n|max>', 'times real time').default('max' as const).argParser(parseSpeed))
    .option('--db <file>', 'store detections, scores and waveforms in this SQLite file')
    .option(
      '--alerts',
      'tell the hooks of the configuration, marked as a replay; what a receiver has had before comes under another key',
    )
    .option('--json', 'one message (detection, event) per line on stdout, as the feed sends them')
    .action(run)
}

async function run(paths: string[], options: ReplayOptions): Promise<void> {
  const config = chosenConfig(options)
  const model = await loadModel(config.model, config.engine)
  checkConfigFits(config, model.card)
  const problems = new ProblemCounter()
  const indexing = progressBar('indexing')
  const replaying = progressBar('replaying')
  const print = options.json ? printJson : printLine
  const begin = performance.now()
  const interruption = untilInterrupted()
  const printEvent = options.json ? printJson : printEventLine
  let detections = 0
  let events = 0
  const summary = await replayArchive({
    paths,
    config,
    model,
    speed: options.speed,
    ...(options.db === undefined ? {} : { database: options.db }),
    ...(options.alerts ? { alerts: { environment: process.env } } : {}),
    signal: interruption.signal,
    onProblem: problems.add,
    onIndexProgress: ({ bytes, totalBytes }) => indexing.update(bytes / totalBytes),
    onProgress: (bytes, totalBytes) => replaying.update(bytes / totalBytes),
    onMessages: (messages) => {
      replaying.finish()
      for (const message of messages) {
        if (message.state === 'closed') detections++
        print(message)
      }
    },
    onEvents: (found) => {
      replaying.finish()
      for (const event of found) {
        if (event.state === 'closed') events++
        printEvent(event)
      }
    },
  })
  replaying.finish()
  interruption.release()
  const seconds = (performance.now() - begin) / 1000
  const lines = [
    `${detections} detections (${summary.suppressed} too short), ${events} network events in ${summary.windows} windows of ${summary.channels} channels`,
    `${summary.packets} records, ${(summary.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s: ${Math.round(summary.scoredSeconds / seconds)} × real time per instrument`,
    ...summary.hooks.map(
      ({ hook, delivered, pending, dead }) =>
        `hook ${hook}: ${delivered} alerts delivered, ${pending} wait, ${dead} could not be`,
    ),
    ...problems.lines(),
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

function printJson(message: DetectionWire | EventWire): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function printLine({ state, onset, instrument, peak, on, off }: DetectionWire): void {
  if (state === 'open') return
  const seconds = off === null ? 0 : (Date.parse(off) - Date.parse(on)) / 1000
  process.stdout.write(
    `${onset.time}  ${instrument.padEnd(16)} score ${scoreText(peak.score)}  ${String(seconds).padStart(3)} s above threshold\n`,
  )
}

function printEventLine({ state, time, stations, location, nearest, reason }: EventWire): void {
  if (state === 'open') return
  const where = location
    ? `${location.latitude.toFixed(3)} ${location.longitude.toFixed(3)}, ${location.depthKm.value} km deep, ± ${location.ellipse.majorKm} km (preliminary)`
    : `near ${nearest}`
  const what = state === 'vetoed' ? `no event (${reason})` : 'EVENT'
  process.stdout.write(`${time}  ${what} at ${stations} stations, ${where}\n`)
}
