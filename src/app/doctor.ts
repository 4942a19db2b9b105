import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AlertMessage } from '../contract/alert.ts'
import type { Config, ServerConfig } from '../contract/config.ts'
import { ConfigError, MonitorError, SeedlinkConnectionError, StoreError } from '../domain/errors.ts'
import type { Clock } from '../domain/ports.ts'
import { stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros } from '../domain/time.ts'
import type { Hook } from '../io/alerts/hook.ts'
import { openHooks } from '../io/alerts/open-hooks.ts'
import type { Environment } from '../io/alerts/secrets.ts'
import { loadConfig } from '../io/config-file.ts'
import { clockOffsetSeconds } from '../io/network-time.ts'
import { requestInfo } from '../io/seedlink/index.ts'
import { storeError } from '../io/store/store-error.ts'
import { openStoreReader } from '../io/store/store-reader.ts'
import { checkConfigFits } from './config-fit.ts'
import { loadModel } from './load-model.ts'
import { complaintsOf } from './server-complaints.ts'
import { credentialsOf } from './server-links.ts'

/** One thing that was tried. */
export interface Finding {
  readonly name: string
  readonly result: 'PASS' | 'FAIL' | 'SKIP'
  /** What was seen; for a failure what was expected and what to do. */
  readonly text: string
  /** Of a failure. */
  readonly error?: Error
}

export interface DoctorOptions {
  /** stations.yaml */
  readonly file: string
  readonly environment: Environment
  readonly clock: Clock
  /** Server to compare the clock with (SNTP); none: the clock is not compared. */
  readonly timeServer?: string | undefined
  /** The built dashboard. */
  readonly webRoot: string
}

/** Detections are dated by the data; a clock that is off spoils latencies, signatures of web hooks and silence. */
const MOST_CLOCK_SECONDS = 1
const INFO_SECONDS = 10

/** Tries everything a monitor needs, as the monitor would; gives each finding as soon as it is there. */
export async function* doctor(options: DoctorOptions): AsyncGenerator<Finding> {
  let config: Config
  try {
    config = loadConfig(options.file, options.environment)
    yield {
      name: 'configuration',
      result: 'PASS',
      text: `${options.file}: ${config.servers.length} servers, ${config.alerts.length} alert rules`,
    }
  } catch (error) {
    yield failed('configuration', error)
    return
  }
  yield await tried('model', () => tryModel(config))
  yield await tried('disk', async () => tryDisk(config))
  yield await tryClock(options)
  for (const server of config.servers) yield await tried(`server ${server.url.url}`, () => tryServer(server, config))
  yield* tryHooks(config, options)
  yield await tried('page', () => tryPage(config, options.webRoot))
}

async function tryModel(config: Config): Promise<string> {
  const model = await loadModel(config.model, config.engine)
  checkConfigFits(config, model.card)
  return `${model.id}${model.second ? ` with ${model.second.id}` : ''}, engine ${model.engine}`
}

function tryDisk({ store, watchdog }: Config): string {
  const folder = dirname(store.file)
  const free = freeMegabytes(folder, store.file)
  const needed = Math.max(store.maximumMegabytes, watchdog.freeMegabytes)
  const isThere = existsSync(store.file)
  if (isThere) openStoreReader(store.file).close()
  if (free < watchdog.freeMegabytes || (!isThere && free < needed)) {
    throw new StoreError(
      `disk: expected at least ${isThere ? watchdog.freeMegabytes : needed} MB free, got ${free} MB (${folder}); free some, or lower store.maximumMegabytes`,
      { folder, free },
    )
  }
  return `${free} MB free; ${isThere ? 'the store opens' : 'the store will be made'} (${store.file})`
}

function freeMegabytes(folder: string, file: string): number {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return Math.floor((bavail * bsize) / 1e6)
  } catch (cause) {
    throw storeError('open', file, cause)
  }
}

async function tryClock({ timeServer, clock }: DoctorOptions): Promise<Finding> {
  if (timeServer === undefined) return { name: 'clock', result: 'SKIP', text: 'not compared; --time-server HOST names one' }
  let offset: number
  try {
    offset = await clockOffsetSeconds(timeServer, clock)
  } catch (error) {
    return {
      name: 'clock',
      result: 'SKIP',
      text: `no answer from ${timeServer}: ${(error as Error).message}; --time-server HOST names another`,
    }
  }
  const text = `${Math.abs(offset).toFixed(3)} s ${offset < 0 ? 'ahead of' : 'behind'} ${timeServer}`
  if (Math.abs(offset) <= MOST_CLOCK_SECONDS) return { name: 'clock', result: 'PASS', text }
  return {
    name: 'clock',
    result: 'FAIL',
    text: `expected at most ${MOST_CLOCK_SECONDS} s off, got ${text}; set it, better let NTP keep it`,
  }
}

async function tryServer(server: ServerConfig, config: Config): Promise<string> {
  const { url } = server.url
  const options = { ...credentialsOf(server), timings: { infoSeconds: INFO_SECONDS } }
  const { software } = await requestInfo(url, 'ID', options)
  const ask = async (level: 'STATIONS' | 'STREAMS') =>
    (await requestInfo(url, level, options).catch(() => undefined))?.stations ?? []
  // A station without any stream may be missing in INFO STREAMS.
  const told = [...(await ask('STATIONS')), ...(await ask('STREAMS'))]
  const served = new Map(told.map(({ stationId, streams }) => [stationId, streams]))
  const wanted = new Set(server.stations.map(stationOfInstrument))
  const complaints = served.size === 0 ? [] : complaintsOf(server, config, served)
  if (complaints.length > 0) throw new SeedlinkConnectionError(complaints.join('; '), { url })
  return `${software || 'answers'}${served.size > 0 ? `; has all ${wanted.size} stations` : '; does not say which stations it has'}`
}

async function* tryHooks(config: Config, { environment, clock }: DoctorOptions): AsyncGenerator<Finding> {
  let hooks: ReadonlyMap<string, Hook>
  try {
    hooks = openHooks(config, environment, clock)
  } catch (error) {
    yield failed('hooks', error)
    return
  }
  for (const [name, hook] of hooks) {
    yield await tried(`hook ${name}`, async () => {
      const began = clock.now()
      await hook.send(testMessage(name, clock), AbortSignal.timeout((config.hooks[name]?.timeoutSeconds ?? INFO_SECONDS) * 1000))
      return `took a test message in ${Math.round((clock.now() - began) / 1000)} ms`
    })
    await hook.close()
  }
}

function testMessage(hook: string, clock: Clock): AlertMessage {
  const now = formatMicros(clock.now())
  const subject = `test@${now}`
  return {
    type: 'alert',
    key: `${subject}|test|doctor|${hook}`,
    rule: 'doctor',
    severity: 'info',
    kind: 'test',
    subject,
    state: 'test',
    phase: 'begin',
    isUpdate: false,
    isEscalation: false,
    time: now,
    stations: [],
    instruments: [],
    title: 'Test message of `quakewire doctor`: nothing has happened',
    plannedAt: now,
    sentAt: now,
    attempt: 1,
    details: null,
  }
}

async function tryPage({ http }: Config, webRoot: string): Promise<string> {
  if (!existsSync(join(webRoot, 'index.html'))) {
    throw new ConfigError('expected a built dashboard, got none; run `npm run build`', { webRoot })
  }
  const { host, port } = http.listen
  const name = host.includes(':') ? `[${host}]` : host
  try {
    const answer = await fetch(`http://${name}:${port}/`, { signal: AbortSignal.timeout(INFO_SECONDS * 1000) })
    const text = await answer.text()
    if (answer.ok && text.includes('Quakewire')) return `a monitor shows it on http://${name}:${port}`
    throw new ConfigError(`expected a free address, got another program on ${name}:${port}; name another http.listen`, {
      host,
      port,
    })
  } catch (error) {
    if (error instanceof MonitorError) throw error
    return `built; nothing listens on ${name}:${port} yet`
  }
}

async function tried(name: string, attempt: () => Promise<string>): Promise<Finding> {
  try {
    return { name, result: 'PASS', text: await attempt() }
  } catch (error) {
    return failed(name, error)
  }
}

/** A defect is no finding. */
function failed(name: string, error: unknown): Finding {
  if (!(error instanceof MonitorError)) throw error
  return { name, result: 'FAIL', text: error.message, error }
}
