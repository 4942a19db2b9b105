import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type InstrumentId, type StationId, stationOfInstrument } from '../../src/domain/source-id.ts'
import { microsToNanos, parseIsoNanos } from '../../src/domain/time.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { compareStores } from '../drill/compare-stores.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import { detectionsOf, healthOf, replayed, replayedDetections, run, untilEnded, writeConfig } from '../helpers/live-run.ts'
import { ScriptedServer } from '../helpers/seedlink-server.ts'

it('closes a detection that was open when it stopped, though all it hears afterwards is the end of the data', {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-end-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { instrument, station, records } = await halfADetection(folder)
  const archive = join(folder, 'half.mseed')
  writeFileSync(archive, Buffer.concat(records))
  const packets = records.map((record, index) => ({ station, sequence: index + 1, record }))
  const server = await ScriptedServer.listen([{ packets }, { packets, afterwards: 'end' }])
  onTestFinished(() => server.close())
  const config = writeConfig(join(folder, 'run'), [{ port: server.port, stations: [instrument] }])

  const first = await run(config)
  await untilHeard(first.url, packets.length)
  expect((await detectionsOf(first.url)).at(-1)).toMatchObject({ state: 'open', off: null })
  expect(await first.command.kill('SIGTERM')).toBe(0)

  const second = await run(config)
  const { servers } = await untilEnded(second.url)
  expect(servers[0]?.packets).toBe(0)
  const closed = await replayedDetections(archive)
  expect(closed.at(-1)).toMatchObject({ state: 'closed' })
  expect(await detectionsOf(second.url)).toEqual(closed)
  await second.command.kill('SIGTERM')
})

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'revises what was open when %s ended it to what replay says, once the data go on and though no END ever comes',
  { timeout: 180_000 },
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'quakewire-end-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { archive, instrument, station, records, detections, growing } = await quietAtItsEnd(folder)
    const packets = records.map(({ bytes }, index) => ({ station, sequence: index + 1, record: bytes }))
    // Behind its opening and before its peak.
    const before = records.findIndex(({ endTime }) => endTime > nanosOf(growing.on) + microsToNanos(8_000_000))
    const server = await ScriptedServer.listen([{ packets: packets.slice(0, before) }, { packets }])
    onTestFinished(() => server.close())
    const config = writeConfig(join(folder, 'run'), [{ port: server.port, stations: [instrument] }])

    const first = await run(config)
    await untilHeard(first.url, before)
    const [told] = (await detectionsOf(first.url)).filter(({ id }) => id === growing.id)
    expect(told).toMatchObject({ state: 'open', off: null, onset: growing.onset, on: growing.on })
    expect(told?.peak.score).toBeLessThan(growing.peak.score)
    await first.command.kill(signal)

    const second = await run(config)
    await until(async () => (await detectionsOf(second.url)).filter(({ state }) => state === 'closed').length === detections)
    const { servers } = await healthOf(second.url)
    expect(servers[0]?.state).toBe('connected')
    expect(await second.command.kill('SIGTERM')).toBe(0)

    const reference = join(folder, 'replay.db')
    await replayed(archive, '--db', reference)
    const compared = compareStores(join(folder, 'run', 'quakewire.db'), reference).filter(
      ({ what }) => what !== 'scores' && what !== 'arrivals',
    )
    expect(compared.map(({ what }) => what)).toEqual(['detections', 'waveforms', 'peak windows', 'relevances'])
    for (const { counts, differences } of compared)
      expect({ counts, differences }).toEqual({ counts: [detections, detections], differences: 0 })
  },
)

/** Records of a station, none of whose detections is under way at their end, and one that has its peak long after its beginning: of the first seed that gives such. */
async function quietAtItsEnd(folder: string) {
  for (let seed = 1; seed <= 20; seed++) {
    const options = { stations: 1, minutes: 3, eventsPerHour: 90, seed }
    const { folder: archive, instruments } = await liveArchive(join(folder, `seed-${seed}`), options)
    const all = await replayedDetections(archive)
    const growing = all.find(({ on, peak }) => nanosOf(peak.time) - nanosOf(on) > microsToNanos(15_000_000))
    if (growing === undefined || all.some(({ quality }) => quality.isTruncated)) continue
    const [instrument] = instruments as [InstrumentId]
    const records = await recordsOf(archive)
    return { archive, instrument, station: stationOfInstrument(instrument), records, detections: all.length, growing }
  }
  throw new Error('expected whole detections, and one with a late peak, of 20 seeds, got others')
}

async function recordsOf(archive: string): Promise<{ bytes: Uint8Array; endTime: bigint }[]> {
  const opened = await openArchive([archive], { onProblem() {} })
  // One after the other: the bytes of a record are valid until the next.
  const records = Array.from(opened.records(), ({ bytes, endTime }) => ({ bytes: bytes.slice(), endTime }))
  opened.close()
  return records
}

/** Records of a station up to the middle of a detection. */
async function halfADetection(folder: string): Promise<{ instrument: InstrumentId; station: StationId; records: Uint8Array[] }> {
  const archive = await liveArchive(folder, { stations: 1, minutes: 3, eventsPerHour: 90 })
  const [instrument] = archive.instruments as [InstrumentId]
  const longest = (await replayedDetections(archive.folder))
    .map(({ on, off }) => ({ on: nanosOf(on), off: nanosOf(off ?? on) }))
    .sort((a, b) => Number(b.off - b.on - (a.off - a.on)))[0]
  if (longest === undefined) throw new Error('expected a detection in the archive, got none')
  const middle = longest.off - microsToNanos(2_000_000)
  const records = (await recordsOf(archive.folder)).filter(({ endTime }) => endTime < middle).map(({ bytes }) => bytes)
  return { instrument, station: stationOfInstrument(instrument), records }
}

/** Until so many packets have come and are processed. */
function untilHeard(url: string, packets: number): Promise<void> {
  return until(async () => {
    const [status] = (await healthOf(url)).servers
    return status?.packets === packets && status.queue?.packets === 0
  })
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await pause(20)
}

function nanosOf(text: string): bigint {
  const time = parseIsoNanos(text)
  if (time === undefined) throw new Error(`expected an ISO 8601 time, got ${text}`)
  return time
}
