import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveArchive } from '../../src/app/serve.ts'
import type { GapsAnswer } from '../../src/contract/gaps.ts'
import { ForgetfulProxy } from '../helpers/forgetful-proxy.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import {
  type BareDetection,
  detectionsOf,
  healthOf,
  replayedDetections,
  run,
  untilEnded,
  writeConfig,
} from '../helpers/live-run.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'

const SECOND = 1_000_000
const MINUTES = 6

describe('a server that has forgotten where the monitor was', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-backlog-'))
  const archive = join(folder, 'archive', 'sds')
  let stations: string[] = []
  let replayed: BareDetection[] = []

  beforeAll(async () => {
    const scenario = { stations: 3, minutes: MINUTES, eventsPerHour: 60, sampleRates: [100, 50, 40] }
    stations = (await liveArchive(join(folder, 'archive'), scenario)).instruments
    replayed = await replayedDetections(archive)
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the monitor for two minutes of data, ends it for a minute and a half, and runs it to the end. */
  async function interrupted(
    name: string,
    signal: 'SIGKILL' | 'SIGTERM',
    more = '',
  ): Promise<{ url: string; proxy: ForgetfulProxy; stop: () => Promise<void> }> {
    const clock = new ManualAlarmClock()
    const patience = { stallSeconds: 1e6, idleSeconds: 1e6 }
    const server = await serveArchive({ paths: [archive], speed: 1, clock, ...patience, onProblem() {} })
    const proxy = await ForgetfulProxy.listen(server.port)
    const config = writeConfig(join(folder, name), [{ port: proxy.port, stations }], more)
    const first = await run(config)
    await playUntil(clock, async () => (await gapsOf(first.url)).channels.length === 3 * stations.length)
    clock.advance(120 * SECOND)
    while ((await healthOf(first.url)).windows === 0) await pause(20)
    await first.command.kill(signal)
    clock.advance(90 * SECOND)
    const { url, command } = await run(config)
    await playUntil(clock, async () => ((await healthOf(url)).servers[0]?.packets ?? 0) > 0)
    clock.advance(MINUTES * 60 * SECOND)
    await untilEnded(url)
    const stop = async () => {
      await command.kill('SIGTERM')
      await proxy.close()
      await server.close()
    }
    return { url, proxy, stop }
  }

  it.concurrent('is asked for the missing time before live data go on: nothing is lost, bit for bit', async () => {
    const { url, proxy, stop } = await interrupted('fetched', 'SIGKILL')
    expect(proxy.forgotten).toBeGreaterThan(0)
    expect(proxy.windows).toBeGreaterThan(0)
    expect(replayed.length).toBeGreaterThan(3)
    expect(await detectionsOf(url)).toEqual(replayed)
    expect((await gapsOf(url)).causes).not.toHaveProperty('skippedByServer')
    expect((await healthOf(url)).servers[0]?.backlog).toMatchObject({ waiting: [] })
    await stop()
  })

  it.concurrent('leaves a gap with its cause when it is not to be asked', async () => {
    const { url, proxy, stop } = await interrupted('skipped', 'SIGTERM', 'backlog: { fetch: false }')
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

/** A second of data after the other. */
async function playUntil(clock: ManualAlarmClock, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    clock.advance(SECOND)
    await pause(20)
  }
}

async function gapsOf(url: string): Promise<GapsAnswer> {
  return (await (await fetch(`${url}/api/gaps?limit=10000`)).json()) as GapsAnswer
}
