import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { faultsSchema } from '../../src/contract/faults.ts'
import { runDrill } from '../drill/drill.ts'
import { FORGETFUL_FAULTS } from '../drill/drill-faults.ts'

/** All kinds of faults, as often as ten minutes can hold them. */
const FAULTS = faultsSchema.parse({
  seed: 4,
  stations: [
    {
      stations: ['*'],
      delay: { seconds: 1, jitterSeconds: 2 },
      gaps: { everySeconds: 200, seconds: [5, 40] },
      duplicates: { share: 0.05, withinSeconds: 5 },
      shuffles: { share: 0.1, withinSeconds: 12 },
      corrupt: { share: 0.02 },
      clockJumps: { everySeconds: 300, seconds: [10, 40], shiftsSeconds: [-1.5, 0.25, 40] },
      clockDrift: { everySeconds: 250, ppm: 25 },
      stalls: { everySeconds: 300, seconds: [5, 40] },
    },
    // Long enough to be believed. Such a station cannot be compared with replay.
    {
      stations: ['XX_BIRCH'],
      clockJumps: { everySeconds: 300, seconds: [30, 40], shiftsSeconds: [-86_400, -172_800, 315_360_000] },
    },
  ],
  server: {
    stalls: { everySeconds: 400, seconds: [5, 20] },
    disconnects: { everySeconds: 600 },
    restarts: { everySeconds: 600, downSeconds: 0.2 },
  },
})

it.concurrent('a drill with all faults at once and kill -9 of both ends as it must', { timeout: 300_000 }, async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-drill-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { facts, findings } = await runDrill({
    folder,
    stations: 4,
    minutes: 10,
    seed: 4,
    kills: 3,
    faults: FAULTS,
    speed: '100',
    sampleRates: [100, 50, 40],
    eventsPerHour: 60,
    say() {},
  })
  expect(findings.filter(({ isPassed }) => !isPassed)).toEqual([])
  expect(findings.length).toBeGreaterThan(10)
  // Everything has really happened.
  const happened = facts.join('\n')
  for (const cause of ['notReceived', 'rejected:LATE', 'timeReset', 'timeTear']) expect(happened).toContain(`${cause} `)
  for (const kind of ['withheld', 'corrupt', 'second copies', 'with a wrong clock'])
    expect(happened).toMatch(new RegExp(`${kind} [1-9]`))
  expect(happened).toContain('kill -9: server 1, monitor 2')
  expect(happened).toMatch(/made [1-9]\d* cuts and [1-9]\d* restarts/)
})

it.concurrent('a drill in which the server forgets all numbers ends with everything fetched that was missed', {
  timeout: 300_000,
}, async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-forgetful-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = { ...FORGETFUL_FAULTS.server, disconnects: { everySeconds: 100, how: ['fin', 'reset', 'mid-packet'] as const } }
  const { facts, findings } = await runDrill({
    folder,
    stations: 2,
    minutes: 6,
    seed: 2,
    kills: 1,
    faults: faultsSchema.parse({ ...FORGETFUL_FAULTS, server }),
    // Waiting to connect again is counted in real seconds: it must be short beside the archive.
    speed: '12',
    sampleRates: [100],
    eventsPerHour: 60,
    isForgetful: true,
    say() {},
  })
  expect(findings.filter(({ isPassed }) => !isPassed)).toEqual([])
  expect(facts.join('\n')).toMatch(/made to forget: [1-9]\d*; requests by time: [1-9]/)
})
