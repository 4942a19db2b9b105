import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { distanceDegrees, KM_PER_DEGREE } from '../../src/domain/place.ts'
import { type BareEvent, eventsOf, healthOf, replayedEvents, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'
import { referencePath } from '../helpers/reference.ts'
import { seededRandom } from '../helpers/signals.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-events-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('network events of Ridgecrest 2019-07-04, three stations', () => {
  const data = referencePath('data/continuous/ridgecrest_2019-07-04')
  let replayed: BareEvent[] = []

  beforeAll(async () => {
    replayed = await replayedEvents(data)
  })

  it('are the same whatever the order in which files are named', async () => {
    expect(replayed.length).toBeGreaterThan(20)
    const files = ['CI.WBS.mseed', 'CI.CCC.mseed', 'CI.CLC.mseed'].map((name) => join(data, name))
    expect(await replayedEvents(...files)).toEqual(replayed)
  })

  it('are the same live, killed at random moments and started again', async () => {
    const server = await serve([data], '--speed', '400')
    const stations = ['CI_CCC__HH', 'CI_CLC__HH', 'CI_WBS__HH']
    const config = writeConfig(join(folder, 'killed'), [{ port: server.port, stations }])
    const random = seededRandom(31)
    for (let kill = 0; kill < 4; kill++) {
      const { command, url } = await run(config)
      while (kill === 0 && (await healthOf(url)).servers[0]?.packets === 0) await pause(20)
      await pause(random() * 2500)
      await command.kill('SIGKILL')
    }
    const live = await run(config)
    await untilEnded(live.url)
    expect(await eventsOf(live.url)).toEqual(replayed)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })
})

describe('network events of Hengill 2018-12-30, twenty stations', () => {
  it('have the main one at most stations, where its first stations are', async () => {
    const config = join(import.meta.dirname, '../fixtures/networks/hengill_2018-12-30.yaml')
    const events = await replayedEvents(referencePath('data/continuous/hengill_2018-12-30'), '--config', config)
    const main = events.filter(({ firstOnset }) => firstOnset >= '2018-12-30T03:00:39' && firstOnset < '2018-12-30T03:00:41')
    expect(main).toHaveLength(1)
    expect(main[0]?.stations).toBeGreaterThanOrEqual(12)
    expect(main[0]?.location?.rmsSeconds).toBeLessThan(0.5)
    const reykir = { latitude: 64.025, longitude: -21.375 }
    expect(distanceDegrees(main[0]!.location!, reykir) * KM_PER_DEGREE).toBeLessThan(5)
    // Some begin with onsets without a clear pick, seconds too early: they do not say when an event began, nor where.
    for (const { firstOnset, members, location } of events) {
      const predicted = members.filter(({ residualSeconds }) => residualSeconds !== null && Math.abs(residualSeconds) < 3)
      if (location) expect(predicted.some(({ onset }) => onset === firstOnset)).toBe(true)
    }
    expect(events.every(({ location }) => location === null || location.ellipse.majorKm <= 500)).toBe(true)
  })
})
