import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type AlertMessage, alertMessageSchema } from '../../src/contract/alert.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import { detectionsOf, healthOf, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'

describe('a live run that is killed again and again', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-live-alerts-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('tells the opening and the closing of every detection in its store, in order, and of nothing else', async () => {
    const scenario = { stations: 3, minutes: 6, eventsPerHour: 60, hasGlitches: false }
    const { folder: archive, instruments: stations } = await liveArchive(join(folder, 'archive'), scenario)
    const server = await serve([archive], '--speed', '60')
    const config = writeConfig(
      join(folder, 'run'),
      [{ port: server.port, stations }],
      'hooks: { log: { kind: file, path: alerts.jsonl } }\nalerts: [{ name: all, when: [detection], to: [log] }]',
    )
    let live = await run(config)
    for (let kill = 0; kill < 2; kill++) {
      while ((await healthOf(live.url)).detections <= kill) await pause(20)
      await live.command.kill('SIGKILL')
      live = await run(config)
    }
    await untilEnded(live.url)
    const detections = await detectionsOf(live.url)
    expect(detections.length).toBeGreaterThan(3)
    while ((await healthOf(live.url)).hooks?.some(({ pending }) => pending > 0)) await pause(20)
    await live.command.kill('SIGTERM')

    const alerts = alertsIn(join(folder, 'run', 'alerts.jsonl'))
    const expected = detections.flatMap(({ id }) => [`${id}|open|all|log`, `${id}|closed|all|log`])
    expect([...new Set(alerts.map(({ key }) => key))].sort()).toEqual(expected.sort())
    for (const station of new Set(detections.map((each) => each.station))) {
      const own = alerts.filter(({ stations: [each] }) => each === station)
      const first = new Map<string, AlertMessage>()
      for (const alert of own) if (!first.has(alert.key)) first.set(alert.key, alert)
      const told = [...first.values()].map(({ time, state }) => `${time} ${state === 'open' ? 0 : 1}`)
      expect(told).toEqual([...told].sort())
    }
    const { time, plannedAt, sentAt } = alerts[0]!
    expect(time < plannedAt && plannedAt <= sentAt).toBe(true)
    await server.command.kill('SIGTERM')
  })
})

function alertsIn(file: string): AlertMessage[] {
  expect(existsSync(file)).toBe(true)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => alertMessageSchema.parse(JSON.parse(line)))
}
