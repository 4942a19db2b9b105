import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ListenAddress, parseServerUrl, type ServerConfig, type StationOverride } from '../contract/config.ts'
import type { Problem } from '../domain/problem.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { instrumentIdOf } from '../domain/source-id.ts'
import { openArchive } from '../io/archive/index.ts'
import { defaultConfig } from './default-config.ts'
import { type RunningMonitor, runMonitor } from './run-monitor.ts'
import { startServer } from './serve.ts'
import { demoScenario } from './synth/demo-scenario.ts'
import { writeArchive } from './synth/write-archive.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export interface DemoOptions {
  readonly listen: ListenAddress
  /** × real time. */
  readonly speed: number
  readonly onStep: (text: string) => void
  readonly onProgress: (share: number) => void
  readonly onProblem: (problem: Problem) => void
}

/**
 * A made-up network through a real SeedLink server on this machine into the live monitor, with everything in a scratch folder
 * that goes away at the end.
 */
export async function startDemo(options: DemoOptions): Promise<RunningMonitor> {
  const { listen, speed, onStep, onProgress, onProblem } = options
  // Undone in reverse order, at the end or when a step fails.
  const undo: (() => void | Promise<void>)[] = []
  const undoAll = async () => {
    for (const action of undo.reverse()) await action()
  }
  try {
    const folder = mkdtempSync(join(tmpdir(), 'quakewire-demo-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const scenario = demoScenario()
    const minutes = Math.round(scenario.durationSeconds / 60)
    onStep(`making ${minutes} minutes of ${scenario.stations.length} stations with ${scenario.earthquakes.length} earthquakes`)
    writeArchive(scenario, folder, { onProgress })

    const archive = await openArchive([join(folder, 'sds')], { onProblem })
    undo.push(() => archive.close())
    const server = await startServer({ source: archive, speed, isNow: true, isLoop: true, onProblem })
    undo.push(() => server.close())
    onStep(`serving them by SeedLink at 127.0.0.1:${server.port}, ${speed} × real time, moved to the present`)

    const instruments = [...new Set(archive.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
    const base = defaultConfig()
    const monitor = await runMonitor({
      mode: 'demo',
      clock: SYSTEM_CLOCK,
      onProblem,
      config: {
        ...base,
        servers: [{ url: addressOf(server.port), stations: instruments } satisfies ServerConfig],
        stations: coordinatesOf(scenario, instruments),
        // A demo that is played faster than the clock runs ahead of it.
        liveness: { ...base.liveness, ...(speed > 1 && { aheadSeconds: Number.MAX_SAFE_INTEGER }) },
        store: { ...base.store, file: join(folder, 'demo.db') },
        http: { listen },
      },
    })
    undo.push(() => monitor.stop())
    onStep('watching them')
    return { url: monitor.url, stop: undoAll }
  } catch (error) {
    await undoAll()
    throw error
  }
}

function addressOf(port: number): ServerConfig['url'] {
  const address = parseServerUrl(`seedlink://127.0.0.1:${port}`)
  if (!address) throw new TypeError(`demo: expected a port, got ${port}`)
  return address
}

function coordinatesOf(
  { stations }: ReturnType<typeof demoScenario>,
  instruments: readonly InstrumentId[],
): Record<string, StationOverride> {
  return Object.fromEntries(
    stations.flatMap(({ network, code, latitude, longitude }) => {
      const station = `${network}_${code}`
      const isServed = instruments.some((instrument) => instrument.startsWith(`${station}_`))
      return isServed ? [[station, { coordinates: { latitude, longitude } }]] : []
    }),
  )
}
