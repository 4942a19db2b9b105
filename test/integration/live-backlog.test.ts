import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { GapsAnswer } from '../../src/contract/gaps.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { ForgetfulProxy } from '../helpers/forgetful-proxy.ts'
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

describe('a server that has forgotten where the monitor was', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-backlog-'))
  const archive = join(folder, 'archive', 'sds')
  let stations: string[] = []
  let replayed: BareDetection[] = []

  beforeAll(async () => {
    const scenario = { ...DEFAULT_SCENARIO, stations: 3, minutes: 8, eventsPerHour: 60, sampleRates: [100, 50, 40] }
    writeArchive(buildScenario(scenario), join(folder, 'archive'))
    const opened = await openArchive([archive], { onProblem() {} })
    stations = [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
    opened.close()
    replayed = await replayedDetections(archive)
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the monitor for a while, kills it, lets the server go on, and runs it to the end. */
  async function interrupted(
    name: string,
    isEnough: (url: string) => Promise<boolean>,
    signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL',
    more = '',
  ): Promise<{ url: string; proxy: ForgetfulProxy; stop: () => Promise<void> }> {
    const server = await serve([archive], '--speed', '30')
    const proxy = await ForgetfulProxy.listen(server.port)
    const config = writeConfig(join(folder, name), [{ port: proxy.port, stations }], more)
    const first = await run(config)
    while (!(await isEnough(first.url))) await pause(20)
    await first.command.kill(signal)
    await pause(2000)
    const { url, command } = await run(config)
    await untilEnded(url)
    const stop = async () => {
      await Promise.all([command, server.command].map((each) => each.kill('SIGTERM')))
      await proxy.close()
    }
    return { url, proxy, stop }
  }

  it.concurrent('is asked for the missing time before live data go on: nothing is lost, bit for bit', async () => {
    const { url, proxy, stop } = await interrupted('fetched', async (url) => (await healthOf(url)).windows > 0)
    expect(proxy.forgotten).toBeGreaterThan(0)
    expect(proxy.windows).toBeGreaterThan(0)
    expect(replayed.length).toBeGreaterThan(3)
    expect(await detectionsOf(url)).toEqual(replayed)
    expect((await gapsOf(url)).causes).not.toHaveProperty('skippedByServer')
    expect((await healthOf(url)).servers[0]?.backlog).toMatchObject({ waiting: [] })
    await stop()
  })

  it.concurrent('leaves a gap with its cause when it is not to be asked', async () => {
    const { url, proxy, stop } = await interrupted(
      'skipped',
      async (url) => (await gapsOf(url)).channels.length === 3 * stations.length,
      'SIGTERM',
      'backlog: { fetch: false }',
    )
    expect(proxy.windows).toBe(0)
    const { causes, gaps } = await gapsOf(url)
    expect(causes.skippedByServer).toBe(3 * stations.length)
    const longest = gaps
      .filter(({ cause }) => cause === 'skippedByServer')
      .map(({ from, to }) => Date.parse(to) - Date.parse(from))
    expect(Math.min(...longest)).toBeGreaterThan(60_000)
    await stop()
  })
})

async function gapsOf(url: string): Promise<GapsAnswer> {
  return (await (await fetch(`${url}/api/gaps?limit=10000`)).json()) as GapsAnswer
}
