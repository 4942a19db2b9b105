import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { RelevanceWire } from '../../src/contract/http.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { CuttingProxy } from '../helpers/cutting-proxy.ts'
import {
  type BareDetection,
  type BareEvent,
  detectionsOf,
  eventsOf,
  healthOf,
  relevancesOf,
  replayedDetections,
  replayedEvents,
  run,
  serve,
  storedRelevances,
  untilEnded,
  writeConfig,
} from '../helpers/live-run.ts'
import { seededRandom } from '../helpers/signals.ts'

/** Ten lively minutes of five stations at mixed rates, with spikes, gaps and clock jitter. */
describe('a live run over SeedLink', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-live-'))
  const archive = join(folder, 'archive', 'sds')
  let stations: string[] = []
  let replayed: BareDetection[] = []
  let events: BareEvent[] = []
  let coordinates = ''
  let replayedRelevance: (RelevanceWire | null)[] = []

  beforeAll(async () => {
    const scenario = { ...DEFAULT_SCENARIO, stations: 5, minutes: 10, eventsPerHour: 40, sampleRates: [100, 50, 40, 200] }
    writeArchive(buildScenario(scenario), join(folder, 'archive'))
    const opened = await openArchive([archive], { onProblem() {} })
    stations = [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
    opened.close()
    const database = join(folder, 'reference.db')
    replayed = await replayedDetections(archive, '--db', database)
    const model = join(import.meta.dirname, '../../models/majstorovic-36k')
    const written = readFileSync(join(folder, 'archive', 'stations.yaml'), 'utf8')
    coordinates = written.slice(written.indexOf('\nstations:') + 1)
    events = await replayedEvents(archive, '--config', join(folder, 'archive', 'stations.yaml'), '--model', model)
    replayedRelevance = storedRelevances(database, replayed)
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has something to compare', () => {
    expect(replayed.length).toBeGreaterThan(5)
    expect(replayed.every(({ state }) => state === 'closed')).toBe(true)
    expect(events.length).toBeGreaterThan(1)
    expect(events.some(({ location }) => location !== null)).toBe(true)
    expect(replayed.every(({ relevance }) => relevance !== undefined)).toBe(true)
    expect(replayedRelevance.every((relevance) => relevance?.Z.some((value) => value !== 0))).toBe(true)
  })

  it.each(['max', '300'])('finds at speed %s exactly what replay finds', async (speed) => {
    const server = await serve([archive], '--speed', speed)
    const live = await run(writeConfig(join(folder, `run-${speed}`), [{ port: server.port, stations }], coordinates))
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    expect(await eventsOf(live.url)).toEqual(events)
    expect(await relevancesOf(live.url, replayed)).toEqual(replayedRelevance)
    expect(await live.command.kill('SIGTERM')).toBe(0)
    await server.command.kill('SIGTERM')
  })

  it('finds the same detections when its stations come from two servers at different speeds', async () => {
    const [one, two] = await Promise.all([serve([archive], '--speed', '300'), serve([archive], '--speed', 'max')])
    const servers = [
      { port: one.port, stations: stations.slice(0, 2) },
      { port: two.port, stations: stations.slice(2) },
    ]
    const live = await run(writeConfig(join(folder, 'run-two'), servers, coordinates))
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    // No events: one server is minutes of data ahead of the other, and coincidence does not wait so long.
    await Promise.all([live, one, two].map(({ command }) => command.kill('SIGTERM')))
  })

  it('finds the same over a link that cuts packets every seven bytes and breaks in the middle of three of them', async () => {
    const server = await serve([archive], '--speed', '300')
    // A reset takes along what was not read yet: before the very first packet there is nothing to go on from, and live is all that is left.
    let url = ''
    const beforeReset = async () => {
      while (url === '' || (await healthOf(url)).servers[0]?.packets === 0) await pause(20)
    }
    const faults = { pieceBytes: 7, resetsAfterBytes: [5_123, 77_777, 300_001], beforeReset }
    const proxy = await CuttingProxy.listen(server.port, faults)
    const live = await run(writeConfig(join(folder, 'run-cut'), [{ port: proxy.port, stations }], coordinates))
    url = live.url
    await untilEnded(live.url)
    expect(proxy.connections).toBeGreaterThanOrEqual(4)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    expect(await eventsOf(live.url)).toEqual(events)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
    await proxy.close()
  })

  it('loses and doubles nothing when it is killed at random moments and started again', async () => {
    const server = await serve([archive], '--speed', '60')
    const config = writeConfig(join(folder, 'run-killed'), [{ port: server.port, stations }], coordinates)
    const random = seededRandom(4)
    for (let kill = 0; kill < 5; kill++) {
      const { command, url } = await run(config)
      // Before its first packet there is nothing to go on from.
      while (kill === 0 && (await healthOf(url)).servers[0]?.packets === 0) await pause(20)
      await pause(random() * 1500)
      await command.kill('SIGKILL')
    }
    const live = await run(config)
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    expect(await eventsOf(live.url)).toEqual(events)
    expect(await relevancesOf(live.url, replayed)).toEqual(replayedRelevance)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })

  it('stores the same detections when a replay is repeated into the same file', async () => {
    const database = join(folder, 'replay.db')
    expect(await replayedDetections(archive, '--db', database)).toEqual(replayed)
    expect(await replayedDetections(archive, '--db', database)).toEqual([])
  })
})
