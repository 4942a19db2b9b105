import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
import { referencePath } from '../helpers/reference.ts'
import { seededRandom } from '../helpers/signals.ts'

describe('Ridgecrest 2019-07-04 over SeedLink', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-ridgecrest-'))
  const data = referencePath('data/continuous/ridgecrest_2019-07-04')
  const stations = ['CI_CCC__HH', 'CI_CLC__HH', 'CI_WBS__HH']
  let replayed: BareDetection[] = []

  beforeAll(async () => {
    replayed = await replayedDetections(data)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('gives the same detections whatever the order in which the files are named', async () => {
    expect(replayed.length).toBeGreaterThan(80)
    const files = ['CI.WBS.mseed', 'CI.CCC.mseed', 'CI.CLC.mseed'].map((name) => join(data, name))
    expect(await replayedDetections(...files)).toEqual(replayed)
  })

  it.each(['max', '1000'])('gives at speed %s exactly the detections of replay', async (speed) => {
    const server = await serve([data], '--speed', speed)
    const live = await run(writeConfig(join(folder, `run-${speed}`), [{ port: server.port, stations }]))
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })

  it('gives exactly those when monitor and server are killed at random moments', async () => {
    let server = await serve([data], '--speed', '400')
    const listen = `127.0.0.1:${server.port}`
    const config = writeConfig(join(folder, 'run-killed'), [{ port: server.port, stations }])
    const random = seededRandom(9)
    for (let kill = 0; kill < 6; kill++) {
      const { command, url } = await run(config)
      while (kill === 0 && (await healthOf(url)).servers[0]?.packets === 0) await pause(20)
      await pause(random() * 2500)
      await command.kill('SIGKILL')
      if (kill % 3 !== 2) continue
      await server.command.kill('SIGKILL')
      server = await serve([data], '--speed', '400', '--listen', listen)
    }
    const live = await run(config)
    await untilEnded(live.url)
    expect(await detectionsOf(live.url)).toEqual(replayed)
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })
})
