import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { systemOccasion } from '../../src/app/alerts/occasions.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { openOutbox } from '../../src/io/store/open-outbox.ts'
import { sqlite } from '../../src/io/store/sqlite-binding.ts'
import { type AlertOffice, openOffice } from '../helpers/alert-office.ts'
import { AlertReceiver, accept, answer } from '../helpers/alert-receiver.ts'
import { exampleDetection } from '../helpers/example-detection.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-planning-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0).reverse()) await close()
})

const LONG = 'breaker: { failures: 1, seconds: 3600 }'
const SHORT = 'breaker: { failures: 1, seconds: 0.2 }, retry: { firstSeconds: 0.01, maximumSeconds: 0.05 }'
/** More than are planned in one transaction. */
const MANY = 150

/** An office whose hook has failed once and is left alone, with one alert that waits for it. */
async function pausedOffice(path: string, hook = LONG) {
  const there = await AlertReceiver.listen(answer(500))
  const made = openOffice(
    join(folder, path),
    `hooks: { web: { kind: webhook, url: "${there.url}", allowPrivate: true, ${hook} } }
alerts: [{ name: all, when: [detection, server], to: [web] }]
`,
  )
  closing.push(() => there.close())
  let isOpen = true
  const close = async () => {
    if (isOpen) await made.close()
    isOpen = false
  }
  closing.push(close)
  detect(made, 0)
  await there.requests(1)
  while (made.desk.statuses()[0]!.state !== 'paused') await turn()
  return { made, there, close }
}

/** Detections one after the other of seven stations, as packets bring them. */
function detect(made: AlertOffice, first: number, count = 1) {
  for (let i = first; i < first + count; i++) {
    const instrument = parseInstrumentId(`XX_S${i % 7}_00_HH`)!
    made.store.commit({ detections: [{ detection: exampleDetection(i, { instrument }), latency: {} }] })
    made.desk.wake()
  }
}

function planned(path: string): { subject: string; lane: string }[] {
  const Database = sqlite()
  const database = new Database(join(folder, path, 'quakewire.db'), { readonly: true })
  try {
    return database.prepare('SELECT subject, lane FROM outbox ORDER BY number').all() as { subject: string; lane: string }[]
  } finally {
    database.close()
  }
}

function subjects(of: readonly { json: { subject: string; stations: string[] } }[], station: string): string[] {
  return of.filter(({ json }) => json.stations[0] === station).map(({ json }) => json.subject)
}

describe('planning', { timeout: 30_000 }, () => {
  it('waits as long as nobody can be told, and what waits is counted', async () => {
    const { made } = await pausedOffice('lazy')
    detect(made, 1, MANY)
    expect(made.desk.statuses()).toMatchObject([{ state: 'paused', pending: MANY + 1, delivered: 0 }])
    expect(made.desk.statuses()[0]!.oldestSeconds).toBeGreaterThan(0)
    expect(planned('lazy')).toHaveLength(1)
  })

  it('is made up for when the hook answers again: everything is told, in order at each station', async () => {
    const { made, there } = await pausedOffice('back', SHORT)
    there.behaviour = accept
    const before = there.received.length
    detect(made, 1, MANY)
    await there.requests(before + MANY + 1)
    const taken = there.received.slice(before)
    const expected = Array.from({ length: MANY + 1 }, (_, i) => i)
    for (let station = 0; station < 7; station++) {
      const own = expected.filter((i) => i % 7 === station)
      const instrument = parseInstrumentId(`XX_S${station}_00_HH`)!
      expect(subjects(taken, `XX_S${station}`)).toEqual(own.map((i) => exampleDetection(i, { instrument }).id))
    }
    while (made.desk.statuses()[0]!.pending > 0) await turn()
    expect(made.desk.statuses()).toMatchObject([{ state: 'ok', pending: 0, oldestSeconds: null, delivered: MANY + 1 }])
  })

  it('is made up for after a restart', async () => {
    const { made, there, close } = await pausedOffice('restart')
    detect(made, 1, MANY)
    await close()
    there.behaviour = accept
    const again = openOffice(
      join(folder, 'restart'),
      `hooks: { web: { kind: webhook, url: "${there.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`,
    )
    closing.push(() => again.close())
    // All but those of the first station, whose first alert is not due yet.
    const others = Array.from({ length: MANY }, (_, i) => i + 1).filter((i) => i % 7 !== 0)
    await there.requests(1 + others.length)
    expect(new Set(there.received.slice(1).map(({ json }) => json.subject)).size).toBe(others.length)
  })

  it('happens at once for those who ask what became of alerts', async () => {
    const { made } = await pausedOffice('asked')
    detect(made, 1, MANY)
    made.desk.deliveries({ limit: 1 })
    while (planned('asked').length <= MANY) await turn()
    expect(made.desk.deliveries({ limit: 1000, state: 'pending' })).toHaveLength(MANY + 1)
  })

  it('keeps what was stored before an outage before it', async () => {
    const { made } = await pausedOffice('outage')
    detect(made, 1, MANY)
    const occasionOf = (subject: string) =>
      systemOccasion('server', { subject, time: SYSTEM_CLOCK.now(), phase: 'begin', lane: 'XX_S1', title: 'lost' })
    made.desk.raiseIncidents([{ kind: 'server', topic: 'server', phase: 'begin', occasionOf }])
    expect(planned('outage')).toHaveLength(MANY + 2)
    expect(planned('outage').at(-1)!.subject).toMatch(/^server@/)
  })

  it('knows what is acknowledged, however much waits before it', async () => {
    const { made } = await pausedOffice('acknowledged')
    detect(made, 1, MANY)
    const instrument = parseInstrumentId(`XX_S${MANY % 7}_00_HH`)!
    expect(made.desk.acknowledge(exampleDetection(MANY, { instrument }).id, 'Ann')).toBe(true)
  })

  it('asks the store nothing for a hook that is left alone', async () => {
    const { made } = await pausedOffice('silent')
    const { outbox } = made.store
    const asked = [
      vi.spyOn(outbox, 'take'),
      vi.spyOn(outbox, 'nextInLane'),
      vi.spyOn(outbox, 'heads'),
      vi.spyOn(outbox, 'planSome'),
    ]
    detect(made, 1, MANY)
    made.desk.statuses()
    // Behind the timers that wakes have set.
    await new Promise((resolve) => setTimeout(resolve, 300))
    for (const each of asked) expect(each).not.toHaveBeenCalled()
  })

  it('tells within seconds what a courier could not read', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    closing.push(async () => void vi.useRealTimers())
    const there = await AlertReceiver.listen(accept)
    closing.push(() => there.close())
    const made = openOffice(
      join(folder, 'unread'),
      `hooks: { web: { kind: webhook, url: "${there.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`,
    )
    closing.push(() => made.close())
    vi.spyOn(made.store.outbox, 'nextInLane').mockImplementationOnce(() => {
      throw new Error('disk I/O error')
    })
    detect(made, 0)
    while (made.problems.length === 0) await turn()
    expect(made.problems[0]!.message).toContain('disk I/O error')
    vi.advanceTimersByTime(5000)
    await there.requests(1)
  })

  it('notices what another process changes, and reads what waits again only then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    closing.push(async () => void vi.useRealTimers())
    const there = await AlertReceiver.listen(answer(422), accept)
    closing.push(() => there.close())
    const made = openOffice(
      join(folder, 'other'),
      `hooks: { web: { kind: webhook, url: "${there.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`,
    )
    closing.push(() => made.close())
    detect(made, 0)
    while (made.desk.statuses()[0]!.dead === 0) await turn()
    const heads = vi.spyOn(made.store.outbox, 'heads')
    vi.advanceTimersByTime(60_000)
    expect(heads).not.toHaveBeenCalled()
    const other = openOutbox(join(folder, 'other', 'quakewire.db'), SYSTEM_CLOCK)
    expect(other.outbox.resend({})).toBe(1)
    other.close()
    expect(made.desk.statuses()).toMatchObject([{ dead: 0, pending: 1 }])
    vi.advanceTimersByTime(5000)
    await there.requests(2)
    while (made.desk.statuses()[0]!.delivered === 0) await turn()
    expect(heads).toHaveBeenCalledTimes(1)
  })
})
