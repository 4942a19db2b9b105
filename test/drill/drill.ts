import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildScenario } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { Faults } from '../../src/contract/faults.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { ForgetfulProxy } from '../helpers/forgetful-proxy.ts'
import { checkDrill, type DrillReport } from './check-drill.ts'
import { freePort, liveRun, writeDrillConfig } from './live-run.ts'

export interface DrillOptions {
  /** Empty; what it holds afterwards is the caller's. */
  readonly folder: string
  readonly stations: number
  readonly minutes: number
  readonly seed: number
  /** Of server and monitor in turn. */
  readonly kills: number
  readonly faults: Faults
  /** Data seconds per second, or `max`. */
  readonly speed: string
  readonly sampleRates: readonly number[]
  readonly eventsPerHour: number
  /** The server seems to forget its sequence numbers, and the monitor fetches what it has missed. */
  readonly isForgetful?: boolean
  readonly say: (line: string) => void
}

/**
 * Makes an archive, lets it be served with faults and watched by a monitor, kills both again and again, and checks what became of it
 * (`checkDrill`).
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const { folder, say } = options
  const begin = performance.now()
  const archive = await makeArchive(options)
  const seconds = ((performance.now() - begin) / 1000).toFixed(0)
  say(`archive: ${archive.records} records, ${archive.samples} samples, ${megabytes(archive.bytes)} MB in ${seconds} s`)
  const port = await freePort()
  const link = options.isForgetful ? await ForgetfulProxy.listen(port) : undefined
  const config = writeDrillConfig(folder, link?.port ?? port, archive.instruments, link !== undefined)
  const [faults, truth] = [join(folder, 'faults.yaml'), join(folder, 'truth.jsonl')]
  writeFileSync(faults, JSON.stringify(options.faults))
  writeFileSync(truth, '')
  const files = { archive: archive.folder, config, port, faults, truth }
  const live = await liveRun({ ...options, ...files, link, records: archive.records, duration: options.minutes * 60 })
  await link?.close()
  say(`live run: ${live.seconds.toFixed(0)} s; truth file ${megabytes(statSync(truth).size)} MB`)
  const { facts, findings } = await checkDrill(folder, say)
  const { kills, peakMegabytes, health } = live
  return {
    facts: [
      `kill -9: server ${kills.server}, monitor ${kills.monitor}; reconnects of the last monitor: ${health.servers[0]?.reconnects}`,
      `${Math.round(archive.records / live.seconds)} packets a second over all, pauses for reconnecting and restarts included`,
      ...(link ? [`numbers the server was made to forget: ${link.forgotten}; requests by time: ${link.windows}`] : []),
      `memory at most: server ${peakMegabytes.server} MB, monitor ${peakMegabytes.monitor} MB`,
      ...facts,
    ],
    findings,
  }
}

interface DrillArchive {
  readonly folder: string
  readonly records: number
  readonly samples: number
  readonly bytes: number
  readonly instruments: readonly string[]
}

async function makeArchive(options: DrillOptions): Promise<DrillArchive> {
  const { folder, stations, minutes, seed, sampleRates, eventsPerHour } = options
  mkdirSync(folder, { recursive: true })
  const scenario = buildScenario({ stations, minutes, seed, sampleRates, eventsPerHour })
  const { records, samples, bytes } = writeArchive(scenario, join(folder, 'archive'))
  const sds = join(folder, 'archive', 'sds')
  const opened = await openArchive([sds], { onProblem() {} })
  opened.close()
  const instruments = [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
  return { folder: sds, records, samples, bytes, instruments }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
