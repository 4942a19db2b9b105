import { Command } from 'commander'
import { buildScenario, DEFAULT_SCENARIO, type ScenarioOptions } from '../app/synth/build-scenario.ts'
import { demoScenario } from '../app/synth/demo-scenario.ts'
import type { Scenario } from '../app/synth/scenario.ts'
import { writeArchive } from '../app/synth/write-archive.ts'
import { UsageError } from '../domain/errors.ts'
import { formatNanos, type Nanos, parseIsoNanos } from '../domain/time.ts'
import { progressBar } from './progress.ts'

interface SynthOptions {
  readonly out: string
  readonly seed: string
  readonly stations: string
  readonly minutes: string
  readonly start: string
  readonly eventsPerHour: string
  readonly magnitudes: string
  readonly rate: string
  readonly quietStart: string
  readonly glitches: boolean
  readonly noise: boolean
  readonly format: string
  readonly demo?: true
}

const DEFAULTS = DEFAULT_SCENARIO

/** `quakewire synth`: a made-up network, its earthquakes and its mishaps as miniSEED, with the truth beside it. */
export function synthCommand(): Command {
  return new Command('synth')
    .description('write synthetic three-component miniSEED of a network, with known truth')
    .requiredOption(
      '--out <dir>',
      'directory to write: sds/, truth.json, truth.jsonl, catalogue.csv, arrivals.csv, stations.yaml',
    )
    .option('--seed <n>', 'the same seed gives the same bytes', String(DEFAULTS.seed))
    .option('--stations <n>', 'three-component stations around the source region', String(DEFAULTS.stations))
    .option('--minutes <m>', 'length of the archive', String(DEFAULTS.minutes))
    .option('--start <time>', 'ISO 8601, UTC', formatNanos(DEFAULTS.startTime).replace('.000000000', ''))
    .option('--events-per-hour <r>', 'earthquakes, Poisson', String(DEFAULTS.eventsPerHour))
    .option(
      '--magnitudes <from-to>',
      'Gutenberg–Richter between these',
      `${DEFAULTS.minimumMagnitude}-${DEFAULTS.maximumMagnitude}`,
    )
    .option('--rate <hz,…>', 'samples per second; several are taken in turn: 100,50,40,200', DEFAULTS.sampleRates.join(','))
    .option('--quiet-start <seconds>', 'nothing but noise at the beginning', String(DEFAULTS.quietStart))
    .option('--no-glitches', 'no vehicles, footsteps, machines, spikes, steps, gaps, dead channels or clock jitter')
    .option('--no-noise', 'the bare signals')
    .option('--format <2|3>', 'miniSEED version', String(DEFAULTS.recordFormat))
    .option('--demo', 'the twenty minutes that the demo plays; only --out, --seed and --start count beside it')
    .action((options: SynthOptions, command: Command) => synthesise(options, command))
}

function synthesise(options: SynthOptions, command: Command): void {
  const scenario = options.demo ? demoOf(options, command) : buildScenario(parseOptions(options))
  const bar = progressBar('synth')
  try {
    const { files, records, bytes } = writeArchive(scenario, options.out, { onProgress: (share) => bar.update(share) })
    bar.finish()
    const { earthquakes, stations, disturbances, faults } = scenario
    const lines = [
      `${options.out}: ${earthquakes.length} earthquakes at ${stations.length} stations, ${disturbances.length} disturbances, ${faults.length} faults`,
      `${files} files, ${records} records, ${(bytes / 1e6).toFixed(1)} MB; to watch it: quakewire serve ${options.out}/sds, quakewire run --config ${options.out}/stations.yaml`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  } finally {
    bar.finish()
  }
}

/** The demo has a seed of its own; one that is given wins. */
function demoOf(options: SynthOptions, command: Command): Scenario {
  const isSeedGiven = command.getOptionValueSource('seed') === 'cli'
  return demoScenario({
    startTime: parseTime(options.start),
    ...(isSeedGiven && { seed: parseNumber('seed', options.seed, { isWhole: true, from: 0, to: Number.MAX_SAFE_INTEGER }) }),
  })
}

function parseOptions(options: SynthOptions): ScenarioOptions {
  const [minimumMagnitude, maximumMagnitude] = parseMagnitudes(options.magnitudes)
  return {
    seed: parseNumber('seed', options.seed, { isWhole: true, from: 0, to: Number.MAX_SAFE_INTEGER }),
    startTime: parseTime(options.start),
    minutes: parseNumber('minutes', options.minutes, { from: 0.1, to: 60 * 24 * 366 }),
    stations: parseNumber('stations', options.stations, { isWhole: true, from: 1, to: 9999 }),
    sampleRates: options.rate.split(',').map((rate) => parseNumber('rate', rate, { from: 10, to: 1000 })),
    eventsPerHour: parseNumber('events-per-hour', options.eventsPerHour, { from: 0, to: 3600 }),
    minimumMagnitude,
    maximumMagnitude,
    quietStart: parseNumber('quiet-start', options.quietStart, { from: 0, to: Number.MAX_SAFE_INTEGER }),
    hasNoise: options.noise,
    hasGlitches: options.glitches,
    recordFormat: parseNumber('format', options.format, { isWhole: true, from: 2, to: 3 }) as 2 | 3,
  }
}

interface NumberRule {
  readonly isWhole?: boolean
  readonly from: number
  readonly to: number
}

function parseNumber(option: string, text: string, { isWhole = false, from, to }: NumberRule): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= from && value <= to && (!isWhole || Number.isInteger(value))) return value
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`
  throw unusable(option, `${isWhole ? 'a whole number' : 'a number'} ${range}`, text)
}

/** `0.8-4.5`. */
function parseMagnitudes(text: string): [number, number] {
  const match = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(text.trim())
  const from = Number(match?.[1])
  const to = Number(match?.[2])
  if (match && from >= -1 && from < to && to <= 6) return [from, to]
  throw unusable('magnitudes', 'two numbers between -1 and 6, the smaller first, such as 0.8-4.5', text)
}

function parseTime(text: string): Nanos {
  const time = parseIsoNanos(text)
  if (time === undefined) throw unusable('start', 'an ISO 8601 time such as 2024-03-12T09:00:00Z', text)
  return time
}

function unusable(option: string, expected: string, got: string): UsageError {
  return new UsageError(`synth --${option}: expected ${expected}, got ${JSON.stringify(got)}`, { command: 'synth', option })
}
