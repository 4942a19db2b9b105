import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { HealthAnswer } from '../../src/contract/http.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { AlertReceiver, answer, hang } from '../helpers/alert-receiver.ts'
import { Program } from './program.ts'

/**
 * How long a monitor takes for an archive, and how much of the processor, without hooks, and with hooks of every kind that are all dead; side by side, in turns. Not a
 * test: times are told, not judged. `node --import tsx test/drill/dead-hooks.ts [turns]`
 */
const [turns = 4] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'quakewire-dead-hooks-'))
writeArchive(
  buildScenario({ ...DEFAULT_SCENARIO, stations: 8, minutes: 60, eventsPerHour: 120, hasGlitches: false }),
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

const seconds: Record<'none' | 'dead', number[]> = { none: [], dead: [] }
const cpu: Record<'none' | 'dead', number[]> = { none: [], dead: [] }
const detections: number[] = []
for (let turn = 0; turn < 2 * turns; turn++) {
  const which = turn % 2 === 0 ? 'none' : 'dead'
  const server = new Program(['serve', archive, '--listen', '127.0.0.1:0', '--speed', 'max'])
  const [, port] = await server.shows(/SeedLink server at [\d.]+:(\d+)/)
  const config = writeConfig(`run-${turn}`, Number(port), which === 'none' ? '' : hooks)
  const live = new Program(['run', '--config', config])
  const [, url] = await live.shows(/Dashboard: (http\S+)/)
  const began = performance.now()
  let health = await healthOf(url as string)
  for (; health.servers[0]?.state !== 'ended'; health = await healthOf(url as string)) await pause(50)
  seconds[which].push(Math.round(performance.now() - began) / 1000)
  detections.push(health.detections)
  cpu[which].push(await cpuSeconds(url as string))
  await live.kill('SIGTERM')
  await server.kill('SIGTERM')
}
function writeConfig(name: string, port: number, more: string): string {
  const file = join(folder, `${name}.yaml`)
  const model = join(import.meta.dirname, '../../models/majstorovic-36k')
  const server = `servers: [{ url: "seedlink://127.0.0.1:${port}", stations: [${stations.join(', ')}] }]`
  writeFileSync(file, `model: ${model}\n${server}\nstore: { file: ${name}.db }\nhttp: { listen: "127.0.0.1:0" }\n${more}\n`)
  return file
}

async function healthOf(url: string): Promise<HealthAnswer> {
  return (await (await fetch(`${url}/api/health`)).json()) as HealthAnswer
}

process.stdout.write(`${JSON.stringify({ detections, seconds, cpu, ratioOfSeconds: ratio(seconds), ratioOfCpu: ratio(cpu) })}\n`)
for (const socket of sockets) socket.destroy()
mute.close()
await hanging.close()
await failing.close()
rmSync(folder, { recursive: true })

function ratio({ dead, none }: typeof seconds): number {
  const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
  return middle(dead) / middle(none)
}

/** Of the monitor, since it started: what others do on this machine does not count. */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^quakewire_process_cpu_seconds_total ([\d.]+)/m.exec(text)?.[1])
}
