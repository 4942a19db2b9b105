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
 * How long a monitor takes for an archive, and how much of the processor, without hooks, and with hooks of every kind that are all dead; side by side. Not a
 * test: times are told, not judged. `node --import tsx test/drill/dead-hooks.ts [turns]`
 */
const [turns = 4] = process.argv.slice(2).map(Number)
/** Each look counts what waits for every hook: work that detection does not have. */
const LOOK_MILLIS = 500
const folder = mkdtempSync(join(tmpdir(), 'quakewire-dead-hooks-'))
writeArchive(
  buildScenario({ ...DEFAULT_SCENARIO, stations: 8, minutes: 180, eventsPerHour: 120, hasGlitches: false }),
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

const costs: Record<'none' | 'dead', Cost[]> = { none: [], dead: [] }
for (let turn = 0; turn < turns; turn++) {
  // At the same time, so that whatever else this machine does hits both.
  const [none, dead] = await Promise.all([costOf(`none-${turn}`, ''), costOf(`dead-${turn}`, hooks)])
  costs.none.push(none)
  costs.dead.push(dead)
}
process.stdout.write(
  `${JSON.stringify({ costs, ratioOfSeconds: ratio(({ seconds }) => seconds), ratioOfCpu: ratio(({ cpu }) => cpu) })}\n`,
)
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

/** Median over the turns, of dead to none. */
function ratio(of: (cost: Cost) => number): number {
  const ratios = costs.dead.map((dead, turn) => of(dead) / of(costs.none[turn] as Cost)).sort((a, b) => a - b)
  return ratios[Math.floor(ratios.length / 2)] as number
}

/** Of the monitor, so far. */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^quakewire_process_cpu_seconds_total ([\d.]+)/m.exec(text)?.[1])
}
