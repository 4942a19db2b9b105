import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { distanceDegrees, KM_PER_DEGREE } from '../../src/domain/place.ts'
import { type BareEvent, eventsOf, healthOf, replayedEvents, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'
import { referencePath } from '../helpers/reference.ts'
import { seededRandom } from '../helpers/signals.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-events-'))
const MODEL = join(import.meta.dirname, '../../models/majstorovic-36k')

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
  /** Of the inventory that comes with the waveforms (MALMI): latitude, longitude. */
  const PLACES: Readonly<Record<string, readonly [number, number]>> = {
    '2C_BIT06': [64.049, -21.267],
    '2C_BLK22': [64.041, -21.476],
    '2C_GAN02': [64.095, -21.357],
    '2C_JAK25': [64.04, -21.343],
    '2C_KAP01': [63.943, -21.414],
    '2C_LAK24': [64.009, -21.385],
    '2C_LAM08': [64.005, -21.484],
    '2C_LHA40': [64.024, -21.049],
    '2C_MEI05': [63.986, -21.422],
    '2C_NUP27': [64.002, -21.251],
    '2C_OLK26': [64.063, -21.255],
    '2C_REY09': [64.025, -21.375],
    '2C_SKA10': [64.047, -21.314],
    '2C_THF21': [64.039, -21.372],
    '2C_THU04': [63.987, -21.248],
    '2C_VAL41': [64.079, -21.469],
    ON_INNST: [64.069, -21.326],
    ON_LSKAR: [64.034, -21.299],
    ON_NESJV: [64.116, -21.235],
    ON_SKEGG: [64.108, -21.299],
  }

  it('have the main one at most stations, where its first stations are', async () => {
    const config = join(folder, 'hengill.yaml')
    const places = Object.entries(PLACES).map(
      ([station, [latitude, longitude]]) => `  ${station}: { coordinates: { latitude: ${latitude}, longitude: ${longitude} } }`,
    )
    writeFileSync(config, [`model: ${MODEL}`, 'stations:', ...places, ''].join('\n'))
    const events = await replayedEvents(referencePath('data/continuous/hengill_2018-12-30'), '--config', config)
    const main = events.filter(({ firstOnset }) => firstOnset >= '2018-12-30T03:00:39' && firstOnset < '2018-12-30T03:00:41')
    expect(main).toHaveLength(1)
    expect(main[0]?.stations).toBeGreaterThanOrEqual(12)
    expect(main[0]?.location?.rmsSeconds).toBeLessThan(0.5)
    const reykir = { latitude: 64.025, longitude: -21.375 }
    expect(distanceDegrees(main[0]!.location!, reykir) * KM_PER_DEGREE).toBeLessThan(5)
    // Onsets without a clear pick lead nowhere, and nothing is said of where.
    expect(events.some(({ stations, location }) => stations > 8 && location === null)).toBe(true)
    expect(events.every(({ location }) => location === null || location.ellipse.majorKm <= 500)).toBe(true)
  })
})
