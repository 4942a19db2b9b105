import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { AlertReceiver, answer, hang } from '../helpers/alert-receiver.ts'
import { run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'

/**
 * How long a monitor takes for an archive without hooks, and with hooks of every kind that are all dead; side by side, in turns. Not a
 * test: times are told, not judged. `node --import tsx test/drill/dead-hooks.ts [turns]`
 */
const [turns = 4] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'quakewire-dead-hooks-'))
writeArchive(
  buildScenario({ ...DEFAULT_SCENARIO, stations: 8, minutes: 60, eventsPerHour: 120, hasGlitches: false }),
  join(folder, 'archive'),
)
const archive = join(folder, 'archive', 'sds')
const stations = [...new Set((await openArchive([archive])).sourceIds.map(instrumentIdOf))]

const hanging = await AlertReceiver.listen(hang)
const failing = await AlertReceiver.listen(answer(500))
const sockets = new Set<Socket>()
const mute = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
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
const detections: number[] = []
for (let turn = 0; turn < 2 * turns; turn++) {
  const which = turn % 2 === 0 ? 'none' : 'dead'
  const server = await serve([archive], '--speed', 'max')
  const config = writeConfig(join(folder, `run-${turn}`), [{ port: server.port, stations }], which === 'none' ? '' : hooks)
  const began = performance.now()
  const live = await run(config)
  const health = await untilEnded(live.url)
  seconds[which].push(Math.round(performance.now() - began) / 1000)
  detections.push(health.detections)
  await live.command.kill('SIGTERM')
  await server.command.kill('SIGTERM')
}
const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
process.stdout.write(`${JSON.stringify({ seconds, detections, ratio: middle(seconds.dead) / middle(seconds.none) })}\n`)
for (const socket of sockets) socket.destroy()
mute.close()
await hanging.close()
await failing.close()
rmSync(folder, { recursive: true })
