import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { AlertReceiver, answer, hang } from '../helpers/alert-receiver.ts'
import { untilEnded } from './live-run.ts'
import { Program } from './program.ts'

/**
 * How long a monitor takes for an archive, and how much of the processor, without hooks, and with hooks of every kind that are all dead; side by side, with a
 * second one without hooks: what those two differ by is chance. Not a test: times are told, not judged.
 * `node --import tsx test/drill/dead-hooks.ts [turns] [minutes of data]`
 */
const [turns = 4, minutes = 180] = process.argv.slice(2).map(Number)
/** Each look counts what waits for every hook: work that detection does not have. */
const LOOK_MILLIS = 500
const folder = mkdtempSync(join(tmpdir(), 'quakewire-dead-hooks-'))
writeArchive(
  buildScenario({ ...DEFAULT_SCENARIO, stations: 8, minutes, eventsPerHour: 120, hasGlitches: false }),
  join(folder, 'archive'),
)
const archive = join(folder, 'archive', 'sds')
const opened = await openArchive([archive], { onProblem() {} })
opened.close()
const stations = [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]

const hanging = await AlertReceiver.listen(hang)
const failing = await AlertReceiver.listen(answer(500))
const sockets = new Set<Socket>()
const mute = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
await once(mute, 'listening')
const mutePort = (mute.address() as { port: number }).port
const hooks = `hooks:
  hanging: { kind: webhook, url: "${hanging.url}", allowPrivate: true }
  failing: { kind: webhook, url: "${failing.url}", allowPrivate: true }
  refused: { kind: webhook, url: "http://127.0.0.1:9/", allowPrivate: true }
  command: { kind: command, command: [sleep, "1000"] }
  mail: { kind: mail, host: 127.0.0.1, port: ${mutePort}, security: none, from: a@b, to: [c@d] }
  broker: { kind: mqtt, url: "mqtt://127.0.0.1:${mutePort}" }
alerts: [{ name: all, when: [detection, station, server, event, latency], to: [hanging, failing, refused, command, mail, broker] }]`

interface Cost {
  readonly detections: number
  readonly seconds: number
  readonly cpu: number
}

const CONFIGS = { none: '', again: '', dead: hooks }
type Name = keyof typeof CONFIGS

const costs: Record<Name, Cost[]> = { none: [], again: [], dead: [] }
for (let turn = 0; turn < turns; turn++) {
  const names = Object.keys(CONFIGS) as Name[]
  // Who starts first has a short while for itself.
  if (turn % 2 === 1) names.reverse()
  // At the same time, so that whatever else this machine does hits all of them.
  await Promise.all(names.map(async (name) => costs[name].push(await costOf(`${name}-${turn}`, CONFIGS[name]))))
}
const ratios = (of: (cost: Cost) => number) => ({ chance: ratio('again', of), dead: ratio('dead', of) })
process.stdout.write(`${JSON.stringify({ costs, seconds: ratios(({ seconds }) => seconds), cpu: ratios(({ cpu }) => cpu) })}\n`)
for (const socket of sockets) socket.destroy()
mute.close()
await hanging.close()
await failing.close()
rmSync(folder, { recursive: true })

/** A monitor from its start to the end of the archive. */
async function costOf(name: string, more: string): Promise<Cost> {
  const server = new Program(['serve', archive, '--listen', '127.0.0.1:0', '--speed', 'max'])
  const [, port] = await server.shows(/SeedLink server at [\d.]+:(\d+)/)
  const live = new Program(['run', '--config', writeConfig(name, Number(port), more)])
  const [, url] = await live.shows(/Dashboard: (http\S+)/)
  // Hooks are opened once: that says nothing about detection.
  const cpuAtStart = await cpuSeconds(url as string)
  const began = performance.now()
  const health = await untilEnded(url as string, { lookMillis: LOOK_MILLIS })
  const seconds = Math.round(performance.now() - began) / 1000
  const cpu = Math.round(((await cpuSeconds(url as string)) - cpuAtStart) * 1000) / 1000
  await live.kill('SIGTERM')
  await server.kill('SIGTERM')
  return { detections: health.detections, seconds, cpu }
}

function writeConfig(name: string, port: number, more: string): string {
  const file = join(folder, `${name}.yaml`)
  const model = join(import.meta.dirname, '../../models/majstorovic-36k')
  const server = `servers: [{ url: "seedlink://127.0.0.1:${port}", stations: [${stations.join(', ')}] }]`
  writeFileSync(file, `model: ${model}\n${server}\nstore: { file: ${name}.db }\nhttp: { listen: "127.0.0.1:0" }\n${more}\n`)
  return file
}

/** To the same turn without hooks, over the turns. */
function ratio(name: Name, of: (cost: Cost) => number): { median: number; least: number; most: number } {
  const sorted = costs[name].map((cost, turn) => of(cost) / of(costs.none[turn] as Cost)).sort((a, b) => a - b)
  const [lower, upper] = [(sorted.length - 1) >> 1, sorted.length >> 1].map((i) => sorted[i]) as [number, number]
  return { median: (lower + upper) / 2, least: sorted[0] as number, most: sorted.at(-1) as number }
}

/** Of the monitor, so far. */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^quakewire_process_cpu_seconds_total ([\d.]+)/m.exec(text)?.[1])
}
