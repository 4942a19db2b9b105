import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type InstrumentId, type StationId, stationOfInstrument } from '../../src/domain/source-id.ts'
import { microsToNanos, parseIsoNanos } from '../../src/domain/time.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import { detectionsOf, healthOf, replayedDetections, run, untilEnded, writeConfig } from '../helpers/live-run.ts'
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
  for (let isDone = false; !isDone; await pause(20)) {
    const [status] = (await healthOf(first.url)).servers
    isDone = status?.packets === packets.length && status.queue?.packets === 0
  }
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

/** Records of a station up to the middle of a detection. */
async function halfADetection(folder: string): Promise<{ instrument: InstrumentId; station: StationId; records: Uint8Array[] }> {
  const archive = await liveArchive(folder, { stations: 1, minutes: 3, eventsPerHour: 90 })
  const [instrument] = archive.instruments as [InstrumentId]
  const longest = (await replayedDetections(archive.folder))
    .map(({ on, off }) => ({ on: nanosOf(on), off: nanosOf(off ?? on) }))
    .sort((a, b) => Number(b.off - b.on - (a.off - a.on)))[0]
  if (longest === undefined) throw new Error('expected a detection in the archive, got none')
  const opened = await openArchive([archive.folder], { onProblem() {} })
  const middle = longest.off - microsToNanos(2_000_000)
  const records = [...opened.records()].filter(({ endTime }) => endTime < middle).map(({ bytes }) => bytes.slice())
  opened.close()
  return { instrument, station: stationOfInstrument(instrument), records }
}

function nanosOf(text: string): bigint {
  const time = parseIsoNanos(text)
  if (time === undefined) throw new Error(`expected an ISO 8601 time, got ${text}`)
  return time
}
