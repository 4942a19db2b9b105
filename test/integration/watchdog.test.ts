import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Watchdog } from '../../src/app/alerts/watchdog.ts'
import type { SystemHealth } from '../../src/contract/health.ts'
import { type AlertOffice, openOffice } from '../helpers/alert-office.ts'
import { EXAMPLE_INSTRUMENT } from '../helpers/example-detection.ts'
import { EXAMPLE_SYSTEM } from '../helpers/example-view.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-watchdog-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = `hooks: { log: { kind: file, path: alerts.jsonl } }
alerts: [{ name: all, when: [station, latency, server, inference, disk, drift], to: [log] }]
watchdog: { serverSeconds: 60, inferenceSeconds: 60 }
`
const SECOND = 1_000_000

/** A watchdog over what the test says the monitor is like, at the time the test says it is. */
function scene(office: AlertOffice) {
  const state = {
    now: 1_600_000_000 * SECOND,
    system: EXAMPLE_SYSTEM as SystemHealth,
    packets: 0,
    windows: 0,
    drift: null as number | null,
  }
  const watchdog = new Watchdog({
    config: office.config.watchdog,
    desk: office.desk,
    clock: { now: () => state.now },
    system: () => state.system,
    flow: () => ({ packets: state.packets, windows: state.windows }),
    drift: async () => state.drift,
    file: join(folder, 'quakewire.db'),
    onProblem() {},
  })
  const lookAfter = (seconds: number, change: Partial<typeof state> = {}) => {
    Object.assign(state, change)
    state.now += seconds * SECOND
    watchdog.look()
  }
  return { watchdog, state, lookAfter }
}

const server = (state: 'connected' | 'waiting') => ({
  ...EXAMPLE_SYSTEM,
  servers: [{ url: 'seedlink://a:18000', state, reason: 'refused', reconnects: 0, packets: 0, lastPacketTime: null }],
})

/** Titles in the order they were planned, and whether each is about the subject of the one before. */
function told(office: AlertOffice) {
  return office.desk.deliveries({ limit: 100 }).reverse()
}

describe('Watchdog', () => {
  it('tells of scores that have drifted, and that they are back only when they clearly are', async () => {
    const office = openOffice(join(folder, 'drift'), CONFIG)
    const { watchdog, state, lookAfter } = scene(office)
    const titles: number[] = []
    for (const drift of [null, 0.2, 0.3, null, 0.2, 0.1, 0.2]) {
      state.drift = drift
      await watchdog.measureDrift()
      lookAfter(1)
      titles.push(told(office).length)
    }
    expect(titles).toEqual([0, 0, 1, 1, 1, 2, 2])
    expect(told(office).map(({ title }) => title)).toEqual([
      'The scores have drifted',
      'The scores are where they are expected again',
    ])
    await office.close()
  })

  it('tells of a server that stays away, and of its return as the end of the same outage, over a restart, too', async () => {
    const path = join(folder, 'server')
    const first = openOffice(path, CONFIG)
    const { lookAfter } = scene(first)
    lookAfter(1, { system: server('connected') })
    lookAfter(1, { system: server('waiting') })
    lookAfter(59)
    expect(told(first)).toEqual([])
    lookAfter(2)
    lookAfter(100)
    expect(told(first).map(({ title }) => title)).toEqual(['Server seedlink://a:18000 is lost'])
    await first.close()

    const second = openOffice(path, CONFIG)
    const later = scene(second)
    later.lookAfter(1, { system: server('waiting') })
    later.lookAfter(100)
    expect(told(second)).toHaveLength(1)
    later.lookAfter(1, { system: server('connected') })
    const [lost, back] = told(second)
    expect(back).toMatchObject({ title: 'Server seedlink://a:18000 is back', subject: lost!.subject })
    later.lookAfter(1, { system: server('waiting') })
    later.lookAfter(61)
    const [, , again] = told(second)
    expect(again!.subject).not.toBe(lost!.subject)
    await second.close()
  })

  it('tells when packets come and no window is scored, not when nothing comes', async () => {
    const office = openOffice(join(folder, 'inference'), CONFIG)
    const { lookAfter } = scene(office)
    lookAfter(1, { packets: 100, windows: 50 })
    lookAfter(300)
    expect(told(office)).toEqual([])
    lookAfter(1, { packets: 130 })
    expect(told(office).map(({ title }) => title)).toEqual(['Inference has stopped: packets come and no window is scored'])
    lookAfter(1, { packets: 140, windows: 51 })
    expect(
      told(office)
        .map(({ title }) => title)
        .at(-1),
    ).toBe('Inference goes on')
    await office.close()
  })

  it('gives a start without a window the time that a first window takes', async () => {
    const office = openOffice(join(folder, 'start'), CONFIG)
    const { lookAfter } = scene(office)
    lookAfter(299, { packets: 1000 })
    expect(told(office)).toEqual([])
    lookAfter(2)
    expect(told(office)).toHaveLength(1)
    await office.close()
  })

  it('tells when the store cannot be written', async () => {
    const office = openOffice(join(folder, 'disk'), CONFIG)
    const { lookAfter } = scene(office)
    lookAfter(1)
    lookAfter(1, { system: { ...EXAMPLE_SYSTEM, store: { state: 'degraded', reason: 'no room', bytes: 1 } } })
    lookAfter(1)
    expect(told(office).map(({ title }) => title)).toEqual(['The disk of the store is full or fails'])
    await office.close()
  })

  it('tells of stations that fall silent or late and come back, and of none that was only waited for', async () => {
    const office = openOffice(join(folder, 'station'), CONFIG)
    const { watchdog } = scene(office)
    const goes = (from: 'waiting' | 'ok' | 'silent' | 'latent' | 'stalled', to: typeof from) => {
      watchdog.onTransition({ instrument: EXAMPLE_INSTRUMENT, from, to })
      watchdog.look()
    }
    goes('waiting', 'ok')
    goes('ok', 'silent')
    goes('silent', 'stalled')
    goes('stalled', 'latent')
    goes('latent', 'ok')
    expect(told(office).map(({ title }) => title)).toEqual([
      `${EXAMPLE_INSTRUMENT} is silent`,
      `${EXAMPLE_INSTRUMENT} is well again`,
      `${EXAMPLE_INSTRUMENT} is latent`,
      `${EXAMPLE_INSTRUMENT} is well again`,
    ])
    await office.close()
  })

  it('withholds the heartbeat while the disk refuses everything, the alert itself included, and goes on after it', () => {
    const beats: string[] = []
    let isStoring = false
    const state = { system: { ...EXAMPLE_SYSTEM, store: { state: 'degraded', bytes: 1 } } as SystemHealth }
    const office = openOffice(join(folder, 'heartbeat'), `${CONFIG.replace('watchdog: {', 'watchdog: { heartbeat: [log],')}`)
    const watchdog = new Watchdog({
      config: office.config.watchdog,
      desk: { raiseIncidents: () => isStoring, beat: (hook) => beats.push(hook) },
      clock: { now: () => 0 },
      system: () => state.system,
      flow: () => ({ packets: 0, windows: 0 }),
      file: join(folder, 'quakewire.db'),
      onProblem() {},
    })
    watchdog.beat()
    watchdog.look()
    watchdog.beat()
    expect(beats).toEqual(['log'])
    isStoring = true
    watchdog.look()
    watchdog.beat()
    expect(beats).toEqual(['log'])
    state.system = EXAMPLE_SYSTEM
    watchdog.look()
    watchdog.beat()
    expect(beats).toEqual(['log', 'log'])
    return office.close()
  })
})
