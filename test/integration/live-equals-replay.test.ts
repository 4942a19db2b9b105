import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_MODEL } from '../../src/app/default-config.ts'
import type { RelevanceWire } from '../../src/contract/http.ts'
import { CuttingProxy } from '../helpers/cutting-proxy.ts'
import { type LiveArchive, liveArchive } from '../helpers/live-archive.ts'
import {
  type BareDetection,
  type BareEvent,
  detectionsOf,
  eventsOf,
  healthOf,
  relevancesOf,
  replayed,
  run,
  serve,
  storedRelevances,
  untilEnded,
  writeConfig,
} from '../helpers/live-run.ts'
import { seededRandom } from '../helpers/signals.ts'

/** Lively minutes of five stations at mixed rates, with spikes, gaps and clock jitter; all runs at the same time. */
describe('a live run over SeedLink', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-live-'))
  const database = join(folder, 'reference.db')
  let archive: LiveArchive
  let detections: BareDetection[] = []
  let events: BareEvent[] = []
  let relevances: (RelevanceWire | null)[] = []
  let coordinates = ''

  beforeAll(async () => {
    const scenario = { stations: 5, minutes: 6, seed: 2, eventsPerHour: 60, sampleRates: [100, 50, 40, 200] }
    archive = await liveArchive(join(folder, 'archive'), scenario)
    const written = readFileSync(archive.config, 'utf8')
    coordinates = written.slice(written.indexOf('\nstations:') + 1)
    const reference = await replayed(archive.folder, '--config', archive.config, '--model', DEFAULT_MODEL, '--db', database)
    detections = reference.detections
    events = reference.events
    relevances = storedRelevances(database, detections)
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function configOf(name: string, port: number): string {
    return writeConfig(join(folder, name), [{ port, stations: archive.instruments }], coordinates)
  }

  it('has something to compare', () => {
    expect(detections.length).toBeGreaterThan(5)
    expect(detections.every(({ state }) => state === 'closed')).toBe(true)
    expect(events.length).toBeGreaterThan(1)
    expect(events.some(({ location }) => location !== null)).toBe(true)
    expect(detections.every(({ relevance }) => relevance !== undefined)).toBe(true)
    expect(relevances.every((relevance) => relevance?.Z.some((value) => value !== 0))).toBe(true)
  })

  it.concurrent.each(['max', '300'])('finds at speed %s exactly what replay finds', async (speed) => {
    const server = await serve([archive.folder], '--speed', speed)
    const live = await run(configOf(`run-${speed}`, server.port))
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(detections)
    expect(await eventsOf(live.url)).toEqual(events)
    expect(await relevancesOf(live.url, detections)).toEqual(relevances)
    expect(await live.command.kill('SIGTERM')).toBe(0)
    await server.command.kill('SIGTERM')
  })

  it.concurrent('finds the same detections when its stations come from two servers at different speeds', async () => {
    const [one, two] = await Promise.all([serve([archive.folder], '--speed', '300'), serve([archive.folder], '--speed', 'max')])
    const servers = [
      { port: one.port, stations: archive.instruments.slice(0, 2) },
      { port: two.port, stations: archive.instruments.slice(2) },
    ]
    const live = await run(writeConfig(join(folder, 'run-two'), servers, coordinates))
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(detections)
    // No events: one server is minutes of data ahead of the other, and coincidence does not wait so long.
    await Promise.all([live, one, two].map(({ command }) => command.kill('SIGTERM')))
  })

  it.concurrent('finds the same over a link that cuts packets every seven bytes and breaks in the middle of three of them', async () => {
    const server = await serve([archive.folder], '--speed', '300')
    // A reset takes along what was not read yet: before the very first packet there is nothing to go on from, and live is all that is left.
    let url = ''
    const beforeReset = async () => {
      while (url === '' || (await healthOf(url)).servers[0]?.packets === 0) await pause(20)
    }
    const faults = { pieceBytes: 7, resetsAfterBytes: [5_123, 77_777, 200_001], beforeReset }
    const proxy = await CuttingProxy.listen(server.port, faults)
    const live = await run(configOf('run-cut', proxy.port))
    url = live.url
    await untilEnded(live.url)
    expect(proxy.connections).toBeGreaterThanOrEqual(4)
    expect(await detectionsOf(live.url)).toEqual(detections)
    expect(await eventsOf(live.url)).toEqual(events)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
    await proxy.close()
  })

  it.concurrent('loses and doubles nothing when it is killed at random moments and started again', async () => {
    const server = await serve([archive.folder], '--speed', '40')
    const config = configOf('run-killed', server.port)
    const random = seededRandom(4)
    for (let kill = 0; kill < 5; kill++) {
      const { command, url } = await run(config)
      // Before its first packet is stored there is nothing to go on from.
      while (kill === 0 && (await healthOf(url)).windows === 0) await pause(20)
      await pause(random() * 1500)
      await command.kill('SIGKILL')
    }
    const live = await run(config)
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(detections)
    expect(await eventsOf(live.url)).toEqual(events)
    expect(await relevancesOf(live.url, detections)).toEqual(relevances)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })

  it.concurrent('has nothing to say when the replay is repeated into the same file', async () => {
    const again = await replayed(archive.folder, '--config', archive.config, '--model', DEFAULT_MODEL, '--db', database)
    expect(again.detections).toEqual([])
  })
})
