import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GapsAnswer } from '../../src/contract/gaps.ts'
import type { StationsAnswer } from '../../src/contract/http.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { decodeRecord, encodeRecords, toTraceRecord } from '../../src/miniseed/index.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import {
  type BareDetection,
  detectionsOf,
  healthOf,
  replayedDetections,
  run,
  serve,
  untilEnded,
  writeConfig,
} from '../helpers/live-run.ts'
import { seededRandom } from '../helpers/signals.ts'

/** The same samples from two servers, in records of other lengths. */
describe('a station that two servers have', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-two-'))
  const archive = join(folder, 'archive', 'sds')
  const repacked = join(folder, 'repacked')
  let stations: string[] = []
  let replayed: BareDetection[] = []

  beforeAll(async () => {
    const scenario = { stations: 3, minutes: 6, eventsPerHour: 60, sampleRates: [100, 50, 40] }
    stations = (await liveArchive(join(folder, 'archive'), scenario)).instruments
    await repack(archive, repacked)
    replayed = await replayedDetections(archive)
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.concurrent('gives what replay gives, whatever the packets of the second, and says what was redundant', async () => {
    expect(replayed.length).toBeGreaterThan(5)
    expect(await replayedDetections(repacked)).toEqual(replayed)
    const servers = await Promise.all([serve([archive], '--speed', '100'), serve([repacked], '--speed', '100')])
    const live = await run(
      writeConfig(
        join(folder, 'run-both'),
        servers.map(({ port }) => ({ port, stations })),
      ),
    )
    const { problems } = await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    expect(problems).toEqual({})
    const found = await stationsOf(live.url)
    const redundant = found.flatMap(({ servers: each = [] }) => each.map((server) => server.redundant))
    expect(redundant.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0)
    for (const station of found) {
      expect(station).toMatchObject({ late: 0, servers: [{}, {}] })
      expect(station.servers?.filter(({ leadsSince }) => leadsSince !== null)).toHaveLength(1)
    }
    const { channels } = (await (await fetch(`${live.url}/api/gaps`)).json()) as GapsAnswer
    expect(channels.every(({ samples }) => samples % 10 === 9)).toBe(true)
    await Promise.all([live, ...servers].map(({ command }) => command.kill('SIGTERM')))
  })

  it.concurrent('goes on without a gap when one of them dies, and changes nothing however often the monitor is killed', async () => {
    // Slow enough that the survivor still has much to send when the other one dies, on a busy machine, too.
    const servers = await Promise.all([serve([archive], '--speed', '20'), serve([repacked], '--speed', '20')])
    const config = writeConfig(
      join(folder, 'run-killed'),
      servers.map(({ port }) => ({ port, stations })),
    )
    const random = seededRandom(11)
    let live = await run(config)
    while ((await healthOf(live.url)).servers.some(({ packets }) => packets < 50)) await pause(20)
    for (let kill = 0; kill < 2; kill++) {
      await pause(500 + random() * 1500)
      await live.command.kill('SIGKILL')
      live = await run(config)
    }
    await servers[0]?.command.kill('SIGKILL')
    while ((await healthOf(live.url)).servers[1]?.state !== 'ended') await pause(100)
    expect((await stationsOf(live.url)).map(({ server }) => server)).toEqual(
      stations.map(() => `seedlink://127.0.0.1:${servers[1]?.port}`),
    )
    // What is held back comes out only when every server has ended: the dead one comes back.
    const back = await serve([archive], '--speed', 'max', '--listen', `127.0.0.1:${servers[0]?.port}`)
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    await Promise.all([live, back, servers[1]].map((each) => each?.command.kill('SIGTERM')))
  })
})

async function stationsOf(url: string) {
  return ((await (await fetch(`${url}/api/stations`)).json()) as StationsAnswer).stations
}

/** Writes all channels anew with longer records. */
async function repack(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true })
  const archive = await openArchive([from], { onProblem() {} })
  const runs = new Map<string, { startTime: bigint; sampleRate: number; samples: number[] }>()
  for (const { bytes } of archive.records()) {
    const record = toTraceRecord(decodeRecord(bytes))
    if (!record) continue
    const known = runs.get(record.sourceId)
    if (known) known.samples.push(...record.samples)
    else runs.set(record.sourceId, { startTime: record.startTime, sampleRate: record.sampleRate, samples: [...record.samples] })
  }
  for (const { sourceId } of archive.streams) {
    const run = runs.get(sourceId)
    if (!run) continue
    // The first records begin together, the others nowhere near each other.
    const records = encodeRecords(sourceId, run.startTime, run.sampleRate, Int32Array.from(run.samples), { recordLength: 1024 })
    writeFileSync(join(to, `${sourceId.slice(5)}.mseed`), Buffer.concat(records))
  }
  archive.close()
}
