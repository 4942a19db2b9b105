import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Random } from '../../src/app/synth/random.ts'
import type { HealthAnswer } from '../../src/contract/http.ts'
import type { ForgetfulProxy } from '../helpers/forgetful-proxy.ts'
import { Program } from './program.ts'
import { lastSequence } from './truth-file.ts'
import { type Patience, untilDone } from './until-done.ts'

export interface LiveRunOptions {
  readonly archive: string
  readonly config: string
  /** Of the server; it is started again at the same one. */
  readonly port: number
  readonly faults: string
  readonly truth: string
  /** Data seconds per second, or `max`. */
  readonly speed: string
  /** Of `kill -9`; every other one hits the server. */
  readonly kills: number
  readonly seed: number
  /** Records in the archive: how far the server can come. */
  readonly records: number
  /** Data seconds of the archive. */
  readonly duration: number
  /** Between the two, so that the server seems to know no numbers; only the monitor is killed then. */
  readonly link?: ForgetfulProxy | undefined
  readonly say: (line: string) => void
}

export interface LiveRunResult {
  readonly seconds: number
  readonly health: HealthAnswer
  readonly peakMegabytes: { readonly server: number; readonly monitor: number }
  readonly kills: { readonly server: number; readonly monitor: number }
}

const LOOK_MILLIS = 20
/** A monitor that works hard answers late. */
const ANSWER_MILLIS = 300_000
/** Share of the archive. */
const LAST_FORGOTTEN = 0.85

/**
 * `quakewire serve` with faults and `quakewire run`, as processes, until the monitor has all that the archive holds. At random moments,
 * counted in records and so the same for the same seed, one of the two is killed and started again.
 */
export async function liveRun(options: LiveRunOptions): Promise<LiveRunResult> {
  const begin = performance.now()
  const peak = { server: 0, monitor: 0 }
  const killed = { server: 0, monitor: 0 }
  let server = await startServer(options)
  let monitor = await startMonitor(options)
  const look = () => {
    peak.server = Math.max(peak.server, server.peakMegabytes)
    peak.monitor = Math.max(peak.monitor, monitor.program.peakMegabytes)
  }
  const played = playedRecords(options)
  // A server that forgets at the very end, when nothing follows, cannot be found out.
  const remembering = setInterval(() => {
    if (options.link && played() > LAST_FORGOTTEN * options.records) options.link.isForgetting = false
  }, LOOK_MILLIS)
  try {
    for (const { at, who } of killPlan(options)) {
      await untilPlayed(at, played, options)
      look()
      options.say(`kill -9 of the ${who} at record ${at} of ${options.records}`)
      killed[who]++
      if (who === 'server') {
        await server.kill()
        server = await startServer(options)
      } else {
        await monitor.program.kill()
        monitor = await startMonitor(options)
      }
    }
    const health = await untilEnded(monitor.url)
    look()
    const seconds = (performance.now() - begin) / 1000
    return { seconds, health, peakMegabytes: peak, kills: killed }
  } finally {
    clearInterval(remembering)
    await Promise.all([monitor.program.kill('SIGTERM'), server.kill('SIGTERM')])
  }
}

/**
 * How far the server has come. Its truth file tells what it has sent: behind a link that forgets, what it plays while the monitor waits
 * to connect again is never sent, and only time tells.
 */
function playedRecords({ truth, link, speed, duration, records }: LiveRunOptions): () => number {
  const begin = performance.now()
  const perMilli = link && speed !== 'max' ? (records * Number(speed)) / (duration * 1000) : 0
  return () => Math.max(lastSequence(truth), (performance.now() - begin) * perMilli)
}

function killPlan({ kills, seed, records, link }: LiveRunOptions): { at: number; who: 'server' | 'monitor' }[] {
  const random = new Random(seed, 'kills')
  const moments = Array.from({ length: kills }, () => Math.round(random.between(0.02, 0.98) * records))
  return moments
    .sort((a, b) => a - b)
    .map((at, index) => ({ at, who: link || index % 2 === 0 ? ('monitor' as const) : ('server' as const) }))
}

async function startServer({ archive, port, faults, truth, speed }: LiveRunOptions): Promise<Program> {
  const listen = ['--listen', `127.0.0.1:${port}`]
  const program = new Program(['serve', archive, ...listen, '--speed', speed, '--faults', faults, '--truth', truth])
  await program.shows(/SeedLink server at/)
  return program
}

async function startMonitor({ config }: LiveRunOptions): Promise<{ program: Program; url: string }> {
  const program = new Program(['run', '--config', config])
  const [, url] = await program.shows(/Dashboard: (http\S+)/)
  return { program, url: url as string }
}

async function untilPlayed(at: number, played: () => number, { records, truth }: LiveRunOptions): Promise<void> {
  await untilDone(`record ${at} of ${records} in ${truth}`, () => {
    const progress = played()
    return progress < at ? { progress } : { progress, result: true }
  })
}

/** Asks a monitor until all its servers have said END. */
export async function untilEnded(url: string, patience: Patience = {}): Promise<HealthAnswer> {
  const look = async () => {
    const health = await healthOf(url)
    const { windows, dataTime, queue } = health
    const states = health.servers.map(({ state }) => state)
    const progress = { states, windows, dataTime, queue }
    return states.every((state) => state === 'ended') ? { progress, result: health } : { progress }
  }
  return untilDone(`END from every server of ${url}`, look, patience)
}

async function healthOf(url: string): Promise<HealthAnswer> {
  const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(ANSWER_MILLIS) })
  return (await answer.json()) as HealthAnswer
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** A stations.yaml for the monitor of a drill. @returns its path */
export function writeDrillConfig(folder: string, port: number, instruments: readonly string[], isFetching: boolean): string {
  const file = join(folder, 'stations.yaml')
  const lines = [
    `model: ${join(import.meta.dirname, '../../models/majstorovic-36k')}`,
    'servers:',
    `  - url: seedlink://127.0.0.1:${port}`,
    '    stations:',
    ...instruments.map((each) => `      - ${each}`),
    // A clock that is years ahead must not make all that a drill stores look old.
    'store: { file: live.db, keepScoresDays: 36500, maximumMegabytes: 65536 }',
    // Fetched packets overtake others, so that some come in time that were late: where order decides, nobody could say afterwards which.
    `backlog: { fetch: ${isFetching} }`,
    'http: { listen: "127.0.0.1:0" }',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
