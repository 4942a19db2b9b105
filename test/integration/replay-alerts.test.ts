import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { type AlertMessage, alertMessageSchema } from '../../src/contract/alert.ts'
import { AlertReceiver, answer } from '../helpers/alert-receiver.ts'
import { CommandLine } from '../helpers/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-replay-alerts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function replay(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const command = new CommandLine([
    'replay',
    join(folder, 'archive', 'sds'),
    '--config',
    join(folder, 'stations.yaml'),
    '--json',
    ...args,
  ])
  expect(await command.exitCode()).toBe(0)
  return command
}

/** Their numbers follow the pace of the disk. */
const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/"seq":\d+/, ''))
    .sort()

describe('replay', { timeout: 120_000 }, () => {
  it('tells nobody unless asked to, and then everything as a replay, under keys of its own', async () => {
    const scenario = { ...DEFAULT_SCENARIO, stations: 3, minutes: 5, eventsPerHour: 80, hasGlitches: false }
    writeArchive(buildScenario(scenario), join(folder, 'archive'))
    const receiver = await AlertReceiver.listen(answer(422))
    writeFileSync(
      join(folder, 'stations.yaml'),
      `model: ${join(import.meta.dirname, '../../models/majstorovic-36k')}
hooks:
  log: { kind: file, path: alerts.jsonl }
  refusing: { kind: webhook, url: "\${ENV:REPLAY_HOOK}", allowPrivate: true }
alerts: [{ name: all, when: [detection], to: [log] }, { name: some, when: [event], to: [refusing] }]
`,
    )
    process.env.REPLAY_HOOK = receiver.url
    const log = join(folder, 'alerts.jsonl')
    const silent = await replay()
    expect(existsSync(log)).toBe(false)
    const told = await replay('--alerts')
    // What is found does not depend on who is told.
    expect(linesOf(told.stdout)).toEqual(linesOf(silent.stdout))
    const ids = silent.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; id: string; state: string })
      .filter(({ type }) => type === 'detection')
      .map(({ id, state }) => `replay|${id}|${state}|all|log`)
    expect(ids.length).toBeGreaterThan(3)
    const alerts = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): AlertMessage => alertMessageSchema.parse(JSON.parse(line)))
    expect(alerts.map(({ key }) => key).sort()).toEqual(ids.sort())
    expect(alerts.every(({ isReplay, title }) => isReplay === true && title.startsWith('REPLAY: '))).toBe(true)
    expect(told.stderr).toContain(`hook log: ${ids.length} alerts delivered, 0 wait, 0 could not be`)
    expect(told.stderr).toMatch(/hook refusing: 0 alerts delivered, 0 wait, \d+ could not be/)
    await receiver.close()
  })
})
