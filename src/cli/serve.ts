import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ProblemCounter } from '../app/problem-counter.ts'
import { serveArchive } from '../app/serve.ts'
import { loadUsers, SERVE_PASSWORD_VARIABLE, SERVE_USER_VARIABLE } from '../app/serve-users.ts'
import type { ListenAddress } from '../contract/config.ts'
import { DEFAULT_FAULTS, type Faults } from '../contract/faults.ts'
import { UsageError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { formatNanos } from '../domain/time.ts'
import { loadFaults } from '../io/faults-file.ts'
import type { ServerTls } from '../io/seedlink/server-listener.ts'
import { untilInterrupted } from './interruption.ts'
import { parseAddress, parseSpeed } from './options.ts'
import { problemLog } from './problem-log.ts'
import { progressBar } from './progress.ts'

const ABOUT = [
  'A SeedLink 3.1 and 4.0 server over archived miniSEED (files, folders, SDS), in data-time order whatever the order of the files.',
  'The playback stands still until the first client streams, so that a monitor that connects sees the archive from its first record. Data time then runs at --speed times real time, and a record is sent once the time of its last sample is reached. A client that comes later starts at the playback position unless it names a sequence number or a time. With --speed max nothing waits: every client gets the whole archive as fast as it reads.',
  'A client that has got everything is sent END; its connection stays open. Sequence numbers count the records of the archive from 1 and so survive a restart of the server over the same files; the playback then goes on at the number that the first client asks for.',
  'v3 clients get 512-byte miniSEED 2 (other records are repacked), v4 clients the records as they are. A client that reads nothing for 10 seconds is cut (60 with --speed max). A v3 client is told that a station is unknown; a v4 client gets the others, and END at once when there are none.',
  `AUTH USERPASS is wanted once somebody is named: in a file of user:password lines (--users) or in ${SERVE_USER_VARIABLE} and ${SERVE_PASSWORD_VARIABLE}.`,
  'Drills: --faults makes the archive arrive as on a bad day: late, with gaps, twice, in disorder, damaged, with wrong clocks, in stalls, over connections that break and a server that restarts. What is hit depends on the seed, the station and the data time alone, never on the clients or the clock. --truth appends what was really sent to a file of JSON lines, each of which is there before its bytes leave. A faults file is YAML, as in the example at the end; what it does not name does not happen.',
].join('\n\n')

const FAULTS_EXAMPLE = `
faults.yaml:
  seed: 7
  stations:                       # the last entry that names a station and a kind decides
    - stations: ['*']
      delay: { seconds: 1, jitterSeconds: 2 }
      gaps: { everySeconds: 900, seconds: [5, 60] }        # one in every 900 s of data, 5 to 60 s long
      duplicates: { share: 0.01, withinSeconds: 5 }
      shuffles: { share: 0.02, withinSeconds: 6 }
      corrupt: { share: 0.002, parts: [header, data, length], bits: 3 }
      clockJumps: { everySeconds: 1800, seconds: [10, 60], shiftsSeconds: [0.25, -86400, 315360000] }
      clockDrift: { everySeconds: 1200, ppm: 5 }
      stalls: { everySeconds: 1200, seconds: [5, 40] }
    - stations: [XX_ALDER]
      disconnects: { everySeconds: 300, how: [fin, reset, mid-packet] }
  server:
    stalls: { everySeconds: 1800, seconds: [5, 20] }
    disconnects: { everySeconds: 600 }
    restarts: { everySeconds: 2700, downSeconds: 2, renumber: false, wipe: false }
`

interface ServeCommandOptions {
  readonly listen: ListenAddress
  readonly speed: number | 'max'
  readonly now: boolean
  readonly loop: boolean
  readonly users?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly maxClients: number
  readonly maxClientsPerAddress?: number
  readonly faults?: string
  readonly seed?: number
  readonly truth?: string
}

/** `quakewire serve PATH…` */
export function serveCommand(): Command {
  return new Command('serve')
    .summary('a SeedLink server over archived miniSEED')
    .description(ABOUT)
    .argument('<path...>', 'miniSEED files or folders; what is no miniSEED is counted and passed over')
    .addOption(
      new Option('--listen <address:port>', 'port 0 takes a free one')
        .default({ host: '127.0.0.1', port: 18_000 }, '127.0.0.1:18000')
        .argParser(parseAddress),
    )
    .addOption(new Option('--speed <n|max>', 'times real time').default(1).argParser(parseSpeed))
    .option('--now', 'shift all times by whole seconds so that playback begins at the present', false)
    .option('--loop', 'begin again after the last record, with times and numbers that go on', false)
    .option('--users <file>', 'who may stream: a file of user:password lines')
    .option('--tls-cert <file>', 'certificate (chain) as PEM; TLS from the first byte')
    .option('--tls-key <file>', 'its private key as PEM')
    .addOption(new Option('--max-clients <n>', 'more are refused').default(600).argParser(parseCount))
    .addOption(new Option('--max-clients-per-address <n>', 'more from one address are refused').argParser(parseCount))
    .option('--faults <file|default>', 'inject faults (see above)')
    .addOption(new Option('--seed <n>', 'of the faults').argParser(parseCount))
    .option('--truth <file>', 'append what was really sent, as JSON lines')
    .addHelpText('after', FAULTS_EXAMPLE)
    .action(serve)
}

async function serve(paths: string[], options: ServeCommandOptions): Promise<void> {
  const { listen, speed, now, loop, maxClients, maxClientsPerAddress, truth } = options
  const tls = loadTls(options)
  const authenticate = loadUsers(options.users, process.env)
  const faults = chosenFaults(options)
  const bar = progressBar('indexing')
  const interruption = untilInterrupted()
  const problems = new ProblemCounter()
  let onProblem: OnProblem = problems.add
  const server = await serveArchive({
    paths,
    listen,
    speed: speed === 'max' ? Number.POSITIVE_INFINITY : speed,
    isNow: now,
    isLoop: loop,
    maxClients,
    ...(maxClientsPerAddress === undefined ? {} : { maxClientsPerAddress }),
    ...(tls ? { tls } : {}),
    ...(authenticate ? { authenticate } : {}),
    ...(faults ? { faults } : {}),
    ...(truth === undefined ? {} : { truthFile: truth }),
    onProgress: ({ bytes, totalBytes }) => bar.update(totalBytes === 0 ? 1 : bytes / totalBytes),
    onProblem: (problem) => onProblem(problem),
  }).finally(() => bar.finish())
  const { recordCount, streams, startTime = 0n, endTime = 0n } = server.archive
  say(`${recordCount} records of ${streams.length} channels, ${formatNanos(startTime)} to ${formatNanos(endTime)}`)
  if (faults) say(`with faults, seed ${faults.seed}${truth === undefined ? '' : `; what is really sent goes to ${truth}`}`)
  say(...problems.lines())
  onProblem = problemLog()
  const kind = `${tls ? 'TLS, ' : ''}${authenticate ? 'AUTH USERPASS, ' : ''}Ctrl-C stops it`
  say(`SeedLink server at ${server.host}:${server.port} (${kind})`)
  await interruption.interrupted
  interruption.release()
  await server.close()
}

function chosenFaults({ faults: name, seed }: ServeCommandOptions): Faults | undefined {
  if (name === undefined) {
    if (seed !== undefined) throw new UsageError('serve: expected --faults with --seed, got none')
    return undefined
  }
  const faults = name === 'default' ? DEFAULT_FAULTS : loadFaults(name)
  return seed === undefined ? faults : { ...faults, seed }
}

function loadTls({ tlsCert, tlsKey }: ServeCommandOptions): ServerTls | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError('serve: expected --tls-cert and --tls-key, got one of them')
  }
  return { cert: readPem(tlsCert), key: readPem(tlsKey) }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`serve: expected a readable PEM file, got none (${file})`, {}, error)
  }
}

/** A whole number ≥ 0. */
function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got ${text}`)
  return Number(text)
}

function say(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`)
}
