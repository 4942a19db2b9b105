import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { LogAnswer } from '../../src/contract/health-history.ts'
import type { HealthAnswer, StationsAnswer } from '../../src/contract/http.ts'
import { microsToNanos } from '../../src/domain/time.ts'
import { healthOf, run, writeConfig } from '../helpers/live-run.ts'
import { syntheticRecords } from '../helpers/memory-source.ts'
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

  it('says whose clock is ahead, in health, metrics and log, and hides no data for it', async () => {
    const startTime = microsToNanos((Date.now() + 10_800_000) * 1000)
    const packets = ['HHZ', 'HHN', 'HHE'].flatMap((code) =>
      syntheticRecords({ nslc: `XX.AAA.00.${code}`, seconds: 60, startTime }).map((record) => ({ station: 'XX_AAA', record })),
    )
    const server = await ScriptedServer.listen([
      { protocol: 3, packets: packets.map((packet, i) => ({ ...packet, sequence: i + 1 })) },
    ])
    const live = await run(writeConfig(join(folder, 'ahead'), [{ port: server.port, stations: ['XX_AAA_00_HH'] }]))
    const health = await until(live.url, ({ windows }) => windows > 20)
    expect(health).toMatchObject({ status: 'degraded', reasons: ['clock ahead: XX_AAA_00_HH'], problems: { CLOCK_AHEAD: 1 } })
    const metrics = await (await fetch(`${live.url}/metrics`)).text()
    expect(metrics).toContain('quakewire_problems_total{code="CLOCK_AHEAD"} 1')
    const { lines } = (await (await fetch(`${live.url}/api/log`)).json()) as LogAnswer
    expect(lines.find(({ code }) => code === 'CLOCK_AHEAD')?.message).toContain(
      'clock of XX_AAA: expected data of the past, got data 3.0 h ahead',
    )
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
