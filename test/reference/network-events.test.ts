import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { evaluateEvents } from '../../src/app/evaluate-events.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { monitor } from '../../src/app/monitor.ts'
import { monitorParts } from '../../src/app/monitor-parts.ts'
import { type EventSummary, summariseEvents } from '../../src/detection/event-summary.ts'
import type { CoincidenceOutput } from '../../src/domain/network-event.ts'
import type { Packet } from '../../src/domain/packet.ts'
import { FORGETFUL_STATE } from '../../src/domain/ports.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { readCatalogue } from '../../src/io/event-catalogue.ts'
import { eventsOf, replayedEvents, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'
import { referencePath } from '../helpers/reference.ts'
import { seededRandom } from '../helpers/signals.ts'

const NETWORKS = join(import.meta.dirname, '../fixtures/networks')
const HENGILL = 'hengill_2018-12-30'
const WESTMORLAND = 'westmorland_2020-10-01'
const RIDGECREST = 'ridgecrest_2019-07-04'
const configOf = (name: string) => join(NETWORKS, `${name}.yaml`)
const dataOf = (name: string) => referencePath('data/continuous', name)

async function summaryOf(name: string, catalogue = join(NETWORKS, `${name}.csv`)): Promise<EventSummary> {
  const config = loadConfig(configOf(name))
  const onProblem = () => {}
  const model = await loadModel(config.model, config.engine)
  const known = readCatalogue(catalogue, onProblem)
  return summariseEvents(await evaluateEvents({ paths: [dataOf(name)], catalogue: known, config, model, onProblem }))
}

describe('events of real networks beside what is known of them', () => {
  it('has every earthquake of Hengill that a reader sees but the one it begins with, once each and near its place', async () => {
    const { fates, kinds, locatable, locatableFound, residuals, location } = await summaryOf(HENGILL)
    expect(locatable).toBeGreaterThanOrEqual(8)
    expect(locatableFound).toBe(locatable)
    expect(fates.found).toBeGreaterThanOrEqual(8)
    expect({ split: fates.split, merged: fates.merged, mixed: kinds.mixed, another: kinds.another }).toEqual({
      split: 0,
      merged: 0,
      mixed: 0,
      another: 0,
    })
    expect(kinds.unknown).toBeLessThanOrEqual(1)
    expect(Math.abs(residuals!.median)).toBeLessThan(0.6)
    expect(residuals!.mad).toBeLessThan(0.6)
    expect(location!.count).toBeGreaterThanOrEqual(6)
    expect(location!.medianKm).toBeLessThan(4)
  })

  it('has the earthquakes of Westmorland once each', async () => {
    const { fates, kinds, location } = await summaryOf(WESTMORLAND)
    expect(fates.found).toBeGreaterThanOrEqual(3)
    expect([fates.split, fates.merged, kinds.mixed]).toEqual([0, 0, 0])
    expect(kinds.unknown).toBeLessThanOrEqual(1)
    expect(location!.largestKm).toBeLessThan(15)
  })

  it('has of Ridgecrest nearly all that all three stations detected, and little that is not in the catalogue', async () => {
    const { known, fates, kinds, residuals } = await summaryOf(RIDGECREST, join(dataOf(RIDGECREST), 'catalog_scsn.csv'))
    expect(known).toBe(121)
    expect(fates.found).toBeGreaterThanOrEqual(17)
    expect(fates.split).toBeLessThanOrEqual(1)
    expect(fates.merged + fates['not-associated']).toBeLessThanOrEqual(3)
    expect(kinds.unknown).toBeLessThanOrEqual(6)
    expect(Math.abs(residuals!.median)).toBeLessThan(0.4)
    expect(residuals!.mad).toBeLessThan(0.6)
  })
})

describe.each([HENGILL, WESTMORLAND])('events of %s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-network-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are the same bit for bit in any order of packets inside the horizon', async () => {
    const config = loadConfig(configOf(name))
    const model = await loadModel(config.model, config.engine)
    const archive = await openArchive([dataOf(name)], { onProblem() {} })
    const records = Array.from(archive.records(), (record) => ({ ...record, bytes: record.bytes.slice() }))
    archive.close()
    const play = (order: typeof records): CoincidenceOutput[] => {
      const packets$ = new Subject<Packet>()
      const outputs: CoincidenceOutput[] = []
      const parts = monitorParts(config, model, {
        isAccepted: () => true,
        state: FORGETFUL_STATE,
        onLatency() {},
        onCounters() {},
        onProblem() {},
      })
      monitor(packets$, parts).events$.subscribe((output) => outputs.push(output))
      for (const { bytes, path, offset } of order) packets$.next({ bytes, origin: path, sequence: BigInt(offset) })
      packets$.complete()
      return outputs
    }
    const inOrder = play(records)
    expect(inOrder.length).toBeGreaterThan(10)
    const horizon = 0.8e9 * config.merge.horizonSeconds
    // What a channel begins with comes first: nobody can wait for what may have come before.
    const first = new Map(records.toReversed().map((record) => [record.sourceId, record]))
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed)
      const late = (record: (typeof records)[number]) => (first.get(record.sourceId) === record ? 0 : random() * horizon)
      const arriving = records.map((record) => ({ record, at: Number(record.endTime - records[0]!.endTime) + late(record) }))
      const shuffled = arriving.sort((a, b) => a.at - b.at).map(({ record }) => record)
      expect(shuffled).not.toEqual(records)
      expect(play(shuffled)).toEqual(inOrder)
    }
  })

  it('are the same live and replayed', async () => {
    const replayed = await replayedEvents(dataOf(name), '--config', configOf(name))
    expect(replayed.length).toBeGreaterThanOrEqual(3)
    const archive = await openArchive([dataOf(name)], { onProblem() {} })
    archive.close()
    const stations = [...new Set(archive.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
    const server = await serve([dataOf(name)], '--speed', '100')
    const places = readFileSync(configOf(name), 'utf8')
    const more = places.slice(places.indexOf('stations:'))
    const live = await run(writeConfig(folder, [{ port: server.port, stations }], more))
    await untilEnded(live.url)
    expect(await eventsOf(live.url)).toEqual(replayed)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })
})
