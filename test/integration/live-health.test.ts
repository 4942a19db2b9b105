import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { HealthAnswer, StationsAnswer } from '../../src/contract/http.ts'
import { healthOf, run, writeConfig } from '../helpers/live-run.ts'
import { ScriptedServer } from '../helpers/seedlink-server.ts'

describe('the health of a live run', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-health-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('names the station that a server refuses while the others go on', async () => {
    const server = await ScriptedServer.listen([{ protocol: 3, unknownStations: ['XX_NONE'] }])
    const live = await run(
      writeConfig(join(folder, 'refused'), [{ port: server.port, stations: ['XX_AAA_00_HH', 'XX_NONE_00_HH'] }]),
    )
    const health = await until(live.url, ({ reasons }) => reasons.length > 0)
    expect(health).toMatchObject({ status: 'degraded', reasons: ['rejected: XX_NONE_00_HH'] })
    const { stations } = (await (await fetch(`${live.url}/api/stations`)).json()) as StationsAnswer
    expect(stations.find(({ station }) => station === 'XX_NONE')).toMatchObject({ state: 'rejected' })
    await live.command.kill('SIGTERM')
    await server.close()
  })

  it('says why a server cannot be reached and when it tries again', async () => {
    const server = await ScriptedServer.listen([])
    const { port } = server
    await server.close()
    const live = await run(writeConfig(join(folder, 'gone'), [{ port, stations: ['XX_AAA_00_HH'] }]))
    const health = await until(live.url, ({ reasons }) => reasons.length > 0)
    expect(health.reasons[0]).toMatch(new RegExp(`server seedlink://127\\.0\\.0\\.1:${port}: .*next try at`))
    await live.command.kill('SIGTERM')
  })
})

async function until(url: string, isSo: (health: HealthAnswer) => boolean): Promise<HealthAnswer> {
  for (;;) {
    const health = await healthOf(url)
    if (isSo(health)) return health
    await pause(50)
  }
}
