import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Delivery, DeliveryState } from '../../src/contract/alert.ts'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { type AlertOffice, openOffice } from '../helpers/alert-office.ts'
import { AlertReceiver, accept, answer, type Behaviour, hang } from '../helpers/alert-receiver.ts'
import { deduplicated, deliverAndKill } from '../helpers/deliver-and-kill.ts'
import { closed, exampleDetection } from '../helpers/example-detection.ts'
import { seededRandom } from '../helpers/signals.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-delivery-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const QUICK = 'retry: { firstSeconds: 0.01, maximumSeconds: 0.05 }'
const latency = {}
let count = 0

async function receiver(...script: Behaviour[]): Promise<AlertReceiver> {
  const made = await AlertReceiver.listen(...script)
  closing.push(() => made.close())
  return made
}

/** An office with one web hook and one rule. */
function office(url: string, { hook = QUICK, rule = '', path = `${count++}` } = {}): AlertOffice {
  const made = openOffice(
    join(folder, path),
    `hooks:
  web: { kind: webhook, url: "${url}", allowPrivate: true, ${hook} }
  other: { kind: file, path: other.jsonl }
alerts: [{ name: all, when: [detection, server], to: [web], ${rule} }]
`,
  )
  closing.push(() => made.close())
  return made
}

function detect(made: AlertOffice, ...detections: Parameters<typeof closed>[0][]) {
  made.store.commit({ detections: detections.map((detection) => ({ detection, latency })) })
  made.desk.wake()
}

async function delivery(made: AlertOffice, isSo: (each: Delivery) => boolean): Promise<Delivery> {
  for (;;) {
    const found = made.desk.deliveries({ limit: 100 }).find(isSo)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const inState = (state: DeliveryState) => (each: Delivery) => each.state === state

describe('delivery', { timeout: 30_000 }, () => {
  it('tells the opening and the closing of a detection, in order, whatever fails between', async () => {
    const there = await receiver(answer(500), answer(500), accept)
    const made = office(there.url)
    const detection = exampleDetection(0)
    detect(made, detection)
    detect(made, closed(detection))
    await there.requests(4)
    expect(there.received.map(({ json }) => [json.state, json.isUpdate, json.attempt])).toEqual([
      ['open', false, 1],
      ['open', false, 2],
      ['open', false, 3],
      ['closed', true, 1],
    ])
    expect(there.received[3]!.json.details).toEqual(made.store.detection(detection.id))
    await delivery(made, (each) => each.state === 'delivered' && each.key.includes('|closed|'))
    const [, first] = made.desk.deliveries({ limit: 10 })
    expect(first).toMatchObject({ state: 'delivered', attempts: 3, hook: 'web', rule: 'all' })
    expect(first!.plannedAt <= first!.firstAttemptAt! && first!.firstAttemptAt! <= first!.deliveredAt!).toBe(true)
  })

  it('does not tell the same detection twice when a restart or a replay stores it again', async () => {
    const there = await receiver(accept)
    const made = office(there.url)
    detect(made, exampleDetection(0))
    detect(made, exampleDetection(0))
    detect(made, exampleDetection(1))
    await there.requests(2)
    expect(there.received.map(({ headers }) => headers['idempotency-key'])).toEqual([
      `${exampleDetection(0).id}|open|all|web`,
      `${exampleDetection(1).id}|open|all|web`,
    ])
  })

  it('leaves a receiver alone for as long as it asks', async () => {
    const there = await receiver(answer(429, { 'retry-after': '2' }), accept)
    const made = office(there.url)
    const began = Date.now()
    detect(made, exampleDetection(0))
    await there.requests(1)
    await delivery(made, ({ attempts }) => attempts === 1)
    expect(made.desk.statuses()[0]).toMatchObject({ state: 'paused', pending: 1, reason: expect.stringContaining('429') })
    await there.requests(2)
    expect(Date.now() - began).toBeGreaterThanOrEqual(2000)
  })

  it('leaves a receiver alone that fails again and again, and finds out with one attempt whether it is back', async () => {
    const there = await receiver(answer(500))
    const made = office(there.url, { hook: `${QUICK}, concurrency: 1, breaker: { failures: 3, seconds: 0.3 }` })
    detect(made, exampleDetection(0))
    await there.requests(3)
    await delivery(made, ({ attempts }) => attempts === 3)
    expect(made.desk.statuses()[0]).toMatchObject({ state: 'paused', failures: 3 })
    there.behaviour = accept
    await there.requests(4)
    await delivery(made, inState('delivered'))
    expect(made.desk.statuses()[0]).toMatchObject({ state: 'ok', pending: 0, oldestSeconds: null, delivered: 1 })
  })

  it('makes a dead letter of what is refused for good or too old, goes on with the rest, and sends it again when asked to', async () => {
    const there = await receiver(answer(422), answer(500))
    const made = office(there.url, { hook: 'retry: { firstSeconds: 0.01, maximumSeconds: 0.05, giveUpSeconds: 0.2 }' })
    detect(made, exampleDetection(0), exampleDetection(1))
    const dead = await delivery(made, ({ state, number }) => state === 'dead' && number === 2)
    expect(dead).toMatchObject({ error: 'alert: delivery to web failed: expected status 2xx, got 500' })
    expect(made.desk.statuses()[0]).toMatchObject({ dead: 2, pending: 0 })
    there.behaviour = accept
    const before = there.received.length
    expect(made.desk.resend({ numbers: [1] })).toBe(1)
    expect(made.desk.resend({ hook: 'web' })).toBe(1)
    await there.requests(before + 2)
    await delivery(made, ({ state, number }) => state === 'delivered' && number === 1)
    await delivery(made, ({ state, number }) => state === 'delivered' && number === 2)
    expect(made.desk.deliveries({ limit: 10, state: 'dead' })).toEqual([])
  })

  it('is not held up at other stations by one that waits', async () => {
    const there = await receiver((response, { json }) =>
      json.stations[0] === 'CI_CLC' ? hang(response, json) : accept(response, json),
    )
    const made = office(there.url, { hook: `${QUICK}, concurrency: 2` })
    const other = parseInstrumentId('CI_TOW_00_HH')!
    detect(made, exampleDetection(0), exampleDetection(1), exampleDetection(2, { instrument: other }))
    detect(made, exampleDetection(3, { instrument: other }))
    await there.requests(3)
    expect(there.received.map(({ json }) => json.stations[0])).toEqual(['CI_CLC', 'CI_TOW', 'CI_TOW'])
  })

  it('takes back what a person calls noise, from those who were told only', async () => {
    const there = await receiver(accept)
    const made = office(there.url, { rule: 'where: { minimumScore: 0.9 }' })
    const weak = exampleDetection(50, { peak: { time: 0, score: 0.5 } })
    detect(made, exampleDetection(0), weak)
    await there.requests(1)
    made.store.setLabel(weak.id, 'noise', 'Ann')
    made.store.setLabel(exampleDetection(0).id, 'noise', 'Ann')
    made.desk.wake()
    await there.requests(2)
    expect(there.received[1]!.json).toMatchObject({
      phase: 'cancel',
      isUpdate: true,
      label: 'noise',
      title: expect.stringContaining('noise, says Ann'),
    })
  })

  it('calls the next one when nobody acknowledges, and does not when somebody does', async () => {
    const there = await receiver(accept)
    const escalating = openOffice(
      join(folder, 'escalation'),
      `hooks:
  web: { kind: webhook, url: "${there.url}", allowPrivate: true }
  other: { kind: file, path: other.jsonl }
alerts: [{ name: all, when: [detection], to: [other], escalate: { afterSeconds: 0.3, to: [web] } }]
`,
    )
    closing.push(() => escalating.close())
    detect(escalating, exampleDetection(0), exampleDetection(60))
    expect(escalating.desk.acknowledge(exampleDetection(60).id, 'Ann')).toBe(true)
    expect(escalating.desk.acknowledge('never heard', 'Ann')).toBe(false)
    const [request] = await there.requests(1)
    expect(request!.json).toMatchObject({ subject: exampleDetection(0).id, isEscalation: true })
    expect(escalating.desk.deliveries({ limit: 10, state: 'withdrawn' })).toMatchObject([
      { subject: exampleDetection(60).id, isEscalation: true, acknowledged: { by: 'Ann' } },
    ])
    const cared = escalating.desk
      .deliveries({ limit: 10, subject: exampleDetection(0).id })
      .map(({ acknowledged }) => acknowledged)
    expect(cared).toEqual([null, null])
  })

  it('brings a digest of what came together', async () => {
    const there = await receiver(accept)
    const made = office(there.url, { rule: 'digestSeconds: 1' })
    detect(made, exampleDetection(0), exampleDetection(60), exampleDetection(120))
    const all = await there.requests(1)
    const alerts = all.flatMap(({ json }) => (json.type === 'digest' ? json.alerts : [json]))
    expect(alerts.map(({ subject }: { subject: string }) => subject)).toEqual(
      [0, 60, 120].map((each) => exampleDetection(each).id),
    )
    expect(all[0]!.json).toMatchObject({ type: 'digest', title: '3 alerts of all' })
    await delivery(made, inState('delivered'))
    expect(made.desk.deliveries({ limit: 10, state: 'delivered' })).toHaveLength(3)
  })

  it('goes on after a restart with what waited', async () => {
    const there = await receiver(answer(500))
    const first = office(there.url, { path: 'restart' })
    detect(first, exampleDetection(0))
    await there.requests(1)
    await closing.pop()!()
    there.behaviour = accept
    office(there.url, { path: 'restart' })
    await there.requests(there.received.length + 1)
    expect(there.received.at(-1)!.json.subject).toBe(exampleDetection(0).id)
  })

  it('tells what a store refuses all the same, under the key it will have when it is stored', async () => {
    const there = await receiver(accept)
    const made = office(there.url)
    const wire = { ...detectionWire(made), seq: 0 }
    made.desk.tellUnstored(wire)
    made.desk.tellUnstored(wire)
    await there.requests(1)
    detect(made, exampleDetection(0))
    await there.requests(2)
    expect(new Set(there.received.map(({ json }) => json.key)).size).toBe(1)
    expect(there.received).toHaveLength(2)
  })
})

describe('kills at random moments', { timeout: 120_000 }, () => {
  it('lose no alert, double none but with its key, and keep the order of each station', async () => {
    const alerts = 300
    const stations = 7
    const { taken, kills } = await deliverAndKill({
      folder: join(folder, 'kills'),
      alerts,
      stations,
      kills: 4,
      random: seededRandom(11),
    })
    expect(kills).toBe(4)
    expect(taken.size).toBe(stations)
    for (let station = 0; station < stations; station++) {
      const expected = Array.from({ length: alerts }, (_, i) => i).filter((i) => i % stations === station)
      const numbers = deduplicated(taken.get(`XX_S${station}`)!).map((key) => Number(key.split('-')[1]))
      expect(numbers).toEqual(expected)
    }
  })
})

/** A detection's message as the feed would have it. */
function detectionWire(made: AlertOffice) {
  const scratch = openOffice(join(folder, `scratch-${count++}`), 'hooks: {}\n')
  scratch.store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
  const wire = scratch.store.detection(exampleDetection(0).id)!
  closing.push(() => scratch.close())
  expect(made.store.detection(wire.id)).toBeUndefined()
  return wire
}
