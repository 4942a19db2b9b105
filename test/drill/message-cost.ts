import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { type AlertOffice, openOffice } from '../helpers/alert-office.ts'
import { AlertReceiver, answer } from '../helpers/alert-receiver.ts'
import { closed, exampleDetection } from '../helpers/example-detection.ts'

/**
 * What six hooks that are known to be dead cost a message: microseconds of processor and of time to store it, beside a store without hooks. Both in one
 * process, in short turns, so that what else the machine does hits both. Not a test: times are told, not judged.
 * `node --import tsx test/drill/message-cost.ts [turns]`
 */
const [turns = 40] = process.argv.slice(2).map(Number)
const DETECTIONS = 150
const MESSAGES = 2 * DETECTIONS
/** Planning is put off by a quarter of a second; it belongs to the turn whose messages it is for. */
const PUT_OFF_MILLIS = 400
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']

const folder = mkdtempSync(join(tmpdir(), 'quakewire-message-cost-'))
const failing = await AlertReceiver.listen(answer(500))
const hooks = NAMES.map(
  (name) => `  ${name}: { kind: webhook, url: "${failing.url}", allowPrivate: true, breaker: { failures: 1, seconds: 3600 } }`,
)
const rule = `alerts: [{ name: all, when: [detection], to: [${NAMES.join(', ')}] }]`
const offices = {
  none: openOffice(join(folder, 'none'), ''),
  dead: openOffice(join(folder, 'dead'), `hooks:\n${hooks.join('\n')}\n${rule}\n`),
}
const costs = { none: [] as Cost[], dead: [] as Cost[] }
interface Cost {
  readonly cpu: number
  readonly time: number
}

let stored = 0
for (const office of Object.values(offices)) detect(office)
while (offices.dead.desk.statuses().some(({ state }) => state !== 'paused')) await pause(20)
for (let turn = 0; turn < turns; turn++) {
  for (const name of turn % 2 === 0 ? (['none', 'dead'] as const) : (['dead', 'none'] as const)) {
    costs[name].push(await costOf(offices[name]))
  }
}
const micros = (of: keyof Cost) => ({ none: mean(costs.none, of), dead: mean(costs.dead, of) })
process.stdout.write(`${JSON.stringify({ cpuMicros: micros('cpu'), micros: micros('time') })}\n`)
for (const office of Object.values(offices)) await office.close()
await failing.close()
rmSync(folder, { recursive: true })

/** Of one message. */
async function costOf(office: AlertOffice): Promise<Cost> {
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  for (let i = 0; i < DETECTIONS; i++) {
    detect(office)
    if (i % 4 === 0) await pause(0)
  }
  const time = (performance.now() - began) * 1000
  await pause(PUT_OFF_MILLIS)
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpu: (user + system) / MESSAGES, time: time / MESSAGES }
}

/** Opens and closes a detection at one of eight stations. */
function detect({ store, desk }: AlertOffice): void {
  const instrument = parseInstrumentId(`XX_S${stored % 8}_00_HH`)
  if (instrument === undefined) throw new Error('expected an instrument')
  const detection = exampleDetection(stored++, { instrument })
  for (const each of [detection, closed(detection)]) {
    store.commit({ detections: [{ detection: each, latency: {} }] })
    desk.wake()
  }
}

function mean(all: readonly Cost[], of: keyof Cost): number {
  return Math.round(all.reduce((sum, cost) => sum + cost[of], 0) / all.length)
}
