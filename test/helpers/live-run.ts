import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { storeView } from '../../src/app/store-view.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { EventWire } from '../../src/contract/event.ts'
import type { DetectionAnswer, HealthAnswer, RelevanceWire } from '../../src/contract/http.ts'
import { openStore } from '../../src/io/store/store.ts'
import { CommandLine, quakewire } from './command-line.ts'

/** A detection without what may differ between live and replay. */
export type BareDetection = Omit<DetectionWire, 'seq' | 'latency'>

export function bare({ seq: _seq, latency: _latency, ...rest }: DetectionWire): BareDetection {
  return rest
}

export interface ServerOfTest {
  readonly port: number
  readonly stations: readonly string[]
}

/** Writes a stations.yaml for `run`; dashboard on a free port. @returns its path */
export function writeConfig(folder: string, servers: readonly ServerOfTest[], more = ''): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'stations.yaml')
  const lines = [
    `model: ${join(import.meta.dirname, '../../models/majstorovic-36k')}`,
    'servers:',
    ...servers.flatMap(({ port, stations }) => [
      `  - url: seedlink://127.0.0.1:${port}`,
      `    stations: [${stations.join(', ')}]`,
    ]),
    'store: { file: quakewire.db }',
    'http: { listen: "127.0.0.1:0" }',
    more,
  ]
  writeFileSync(file, lines.join('\n'))
  return file
}

/** `quakewire serve` on a free port. */
export async function serve(paths: readonly string[], ...options: string[]): Promise<{ command: CommandLine; port: number }> {
  const command = new CommandLine(['serve', ...paths, '--listen', '127.0.0.1:0', ...options])
  const [, port] = await command.shows(/SeedLink server at [\d.]+:(\d+)/)
  return { command, port: Number(port) }
}

/** `quakewire run` with its dashboard's address. */
export async function run(
  config: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ command: CommandLine; url: string }> {
  const command = new CommandLine(['run', '--config', config], environment)
  const [, url] = await command.shows(/Dashboard: (http\S+)/)
  return { command, url: url as string }
}

/** Asks the monitor until every server has said END. */
export async function untilEnded(url: string): Promise<HealthAnswer> {
  for (;;) {
    const health = await healthOf(url)
    if (health.servers.every(({ state }) => state === 'ended')) return health
    await pause(100)
  }
}

export async function healthOf(url: string): Promise<HealthAnswer> {
  return (await (await fetch(`${url}/api/health`)).json()) as HealthAnswer
}

/** All detections, oldest onset first, then by id. */
export async function detectionsOf(url: string): Promise<BareDetection[]> {
  const found: DetectionWire[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer = await fetch(`${url}/api/detections?limit=500${cursor ? `&cursor=${cursor}` : ''}`)
    const page = (await answer.json()) as { detections: DetectionWire[]; cursor: string | null }
    found.push(...page.detections)
    cursor = page.cursor
  }
  return sorted(found.map(bare))
}

/** An event without its number. */
export type BareEvent = Omit<EventWire, 'seq'>

/** All network events, oldest first, then by id. */
export async function eventsOf(url: string): Promise<BareEvent[]> {
  const answer = await fetch(`${url}/api/events?limit=1000`)
  return sortedEvents(((await answer.json()) as { events: EventWire[] }).events)
}

/** What `replay --json` says last of each detection and of each event. */
export async function replayed(...args: string[]): Promise<{ detections: BareDetection[]; events: BareEvent[] }> {
  const messages = await replayedMessages(...args)
  const detections = messages.filter((message) => message.type === 'detection')
  const events = messages.filter((message) => message.type === 'event')
  return {
    detections: sorted([...new Map(detections.map((message) => [message.id, bare(message)])).values()]),
    events: sortedEvents([...new Map(events.map((message) => [message.id, message])).values()]),
  }
}

function sortedEvents(events: readonly EventWire[]): BareEvent[] {
  return events.map(({ seq: _seq, ...rest }) => rest).sort((a, b) => (a.time + a.id < b.time + b.id ? -1 : 1))
}

/** Relevance of each detection as the monitor's API gives it. */
export async function relevancesOf(url: string, detections: readonly BareDetection[]): Promise<(RelevanceWire | null)[]> {
  return Promise.all(
    detections.map(async ({ id }) => {
      const answer = await fetch(`${url}/api/detections/${encodeURIComponent(id)}`)
      return ((await answer.json()) as DetectionAnswer).relevance
    }),
  )
}

/** The same from the file that a replay has written. */
export function storedRelevances(database: string, detections: readonly BareDetection[]): (RelevanceWire | null)[] {
  const options = { clock: SYSTEM_CLOCK, keepScoresDays: 30, maximumMegabytes: 100, strideSeconds: 1, onProblem() {} }
  const store = openStore(database, options)
  try {
    const view = storeView(store)
    return detections.map(({ id }) => view.detection(id)?.relevance ?? null)
  } finally {
    store.close()
  }
}

export async function replayedEvents(...args: string[]): Promise<BareEvent[]> {
  return (await replayed(...args)).events
}

export async function replayedDetections(...args: string[]): Promise<BareDetection[]> {
  return (await replayed(...args)).detections
}

async function replayedMessages(...args: string[]): Promise<(DetectionWire | EventWire)[]> {
  const { code, stdout, stderr } = await quakewire('replay', '--json', ...args)
  if (code !== 0) throw new Error(`replay ended with ${code}: ${stderr}`)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as DetectionWire | EventWire)
}

function sorted(detections: BareDetection[]): BareDetection[] {
  return detections.sort((a, b) =>
    a.onset.time === b.onset.time ? (a.id < b.id ? -1 : 1) : a.onset.time < b.onset.time ? -1 : 1,
  )
}
