import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type RemoteAnswer, remoteAnswerSchema } from '../../src/contract/remote.ts'
import { exampleAlert, openOffice } from '../helpers/alert-office.ts'
import { closed, exampleDetection } from '../helpers/example-detection.ts'
import { detectionsOf, healthOf, run, writeConfig } from '../helpers/live-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-remote-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const STATIONS = [{ port: 1, stations: ['IU_ANMO_00_BH'] }]

async function remoteAt(url: string, token: string): Promise<RemoteAnswer['alerts']> {
  const response = await fetch(`${url}/api/remote`, { headers: { authorization: `Bearer ${token}` } })
  return remoteAnswerSchema.parse(await response.json()).alerts
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/remote`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

describe('a hook of kind quakewire', { timeout: 60_000 }, () => {
  it('brings alerts to another monitor, in order and once each, also when that one is killed meanwhile', async () => {
    const config = writeConfig(join(folder, 'there'), STATIONS)
    const token = { QUAKEWIRE_TOKEN: 'sesame-open-sesame' }
    let there = await run(config, token)
    const { port } = new URL(there.url)
    const here = openOffice(
      join(folder, 'here'),
      `hooks:
  centre: { kind: quakewire, url: "http://127.0.0.1:${port}", as: north, token: "\${ENV:TOKEN}", allowPrivate: true, retry: { firstSeconds: 0.1, maximumSeconds: 0.3 }, breaker: { failures: 100 } }
alerts: [{ name: all, when: [detection], to: [centre] }]
`,
      { TOKEN: 'sesame-open-sesame' },
    )
    const detection = exampleDetection(0)
    here.store.commit({ detections: [{ detection, latency: {} }] })
    here.desk.wake()
    while ((await remoteAt(there.url, 'sesame-open-sesame')).length < 1) await pause(20)
    await there.command.kill('SIGKILL')
    here.store.commit({ detections: [{ detection: closed(detection), latency: {} }] })
    here.desk.wake()
    // Of the closing, or of the opening, when the answer to it was lost with the monitor.
    while (here.desk.deliveries({ limit: 2 }).every(({ error }) => error === null)) await pause(20)
    for (const { dueAt } of here.desk.deliveries({ limit: 2 })) expect(dueAt).toMatch(/:\d\d\.\d{6}Z$/)
    there = await run(config, token)
    // It listens on another port now: the old one is what the hook knows.
    const second = openOffice(
      join(folder, 'second'),
      `hooks: { centre: { kind: quakewire, url: "${there.url}", as: north, token: "\${ENV:TOKEN}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [centre] }]\n`,
      { TOKEN: 'sesame-open-sesame' },
    )
    second.store.commit({ detections: [{ detection, latency: {} }] })
    second.desk.wake()
    while (second.desk.deliveries({ limit: 1, state: 'delivered' }).length < 1) await pause(20)
    second.store.commit({ detections: [{ detection: closed(detection), latency: {} }] })
    second.desk.wake()
    while ((await remoteAt(there.url, 'sesame-open-sesame')).length < 2) await pause(20)

    const [last, first] = await remoteAt(there.url, 'sesame-open-sesame')
    // The opening came twice, before and after the kill, under one key.
    expect([first, last].map((each) => [each?.source, each?.alert.state])).toEqual([
      ['north', 'open'],
      ['north', 'closed'],
    ])
    expect(last!.alert.details).toEqual(second.store.detection(detection.id))
    expect((await healthWithToken(there.url)).detections).toBe(0)
    const stranger = await post(there.url, exampleAlert(), { 'x-quakewire-source': 'north' })
    expect(stranger.status).toBe(401)
    await Promise.all([here.close(), second.close(), there.command.kill('SIGTERM')])
  })

  it('is told what is wrong with what it sends', async () => {
    const there = await run(writeConfig(join(folder, 'plain'), STATIONS))
    const nameless = await post(there.url, exampleAlert())
    expect([nameless.status, await nameless.text()]).toEqual([400, expect.stringContaining('x-quakewire-source')])
    const garbled = await post(there.url, { type: 'alert' }, { 'x-quakewire-source': 'north' })
    expect([garbled.status, await garbled.text()]).toEqual([400, expect.stringContaining('key')])
    const good = await post(there.url, exampleAlert(), { 'x-quakewire-source': 'north' })
    expect([good.status, await good.json()]).toEqual([200, { taken: 1 }])
    const again = await post(there.url, exampleAlert(), { 'x-quakewire-source': 'north' })
    expect(await again.json()).toEqual({ taken: 0 })
    const other = await post(there.url, exampleAlert(), { 'x-quakewire-source': 'south' })
    expect(await other.json()).toEqual({ taken: 1 })
    expect(await detectionsOf(there.url)).toEqual([])
    expect((await healthOf(there.url)).detections).toBe(0)
    await there.command.kill('SIGTERM')
  })
})

async function healthWithToken(url: string): Promise<{ detections: number }> {
  return (await (await fetch(`${url}/api/health`, { headers: { authorization: 'Bearer sesame-open-sesame' } })).json()) as {
    detections: number
  }
}
