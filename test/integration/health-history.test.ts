import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppLog } from '../../src/app/health/app-log.ts'
import { HealthHistory, MICROS_PER_MINUTE } from '../../src/app/health/health-history.ts'
import {
  type HealthHistory as HealthHistoryAnswer,
  healthHistorySchema,
  type InstrumentHistory,
  instrumentHistorySchema,
  logAnswerSchema,
} from '../../src/contract/health-history.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'

let folder: string
let store: Store
let server: HttpServer | undefined
let now: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-health-'))
  now = EXAMPLE_TIME
  store = open()
})

afterEach(async () => {
  await server?.close()
  server = undefined
  store.close()
  rmSync(folder, { recursive: true })
})

function open(): Store {
  const options = { clock: { now: () => now }, keepScoresDays: 30, maximumMegabytes: 100, strideSeconds: 1, onProblem() {} }
  return openStore(join(folder, 'quakewire.db'), options)
}

const begin = () => new HealthHistory({ clock: { now: () => now }, gridRate: 20, saved: store.healthHours() })

/** Each minute of a run half full. */
function run(history: HealthHistory, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++, now += MICROS_PER_MINUTE) {
    const firstIndex = Math.floor(now / MICROS_PER_MINUTE) * 1200
    history.onFrame({ kind: 'frame', instrument: EXAMPLE_INSTRUMENT, firstIndex, samples: new Float64Array(3 * 600) })
    store.saveHealth(history.takeChanges())
  }
}

async function serve(history: HealthHistory, log = new AppLog({ now: () => now }, [])): Promise<void> {
  const view = {
    ...exampleView(store),
    healthHistory: () => history.ofAll([EXAMPLE_INSTRUMENT]),
    instrumentHistory: (instrument: string) =>
      instrument === EXAMPLE_INSTRUMENT ? history.ofInstrument(EXAMPLE_INSTRUMENT) : undefined,
    log: log.lines.bind(log),
  }
  server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    view,
    hub: new FeedHub(view.clock, view),
    onError() {},
  })
}

async function ask<T>(path: string, status = 200): Promise<T> {
  const response = await fetch(`${server?.url}${path}`)
  expect(response.status).toBe(status)
  return (await response.json()) as T
}

describe('GET /api/health/history', () => {
  it('survives a restart, with a hole while nothing ran', async () => {
    run(begin(), 90)
    store.close()
    now += 30 * MICROS_PER_MINUTE
    store = open()
    const history = begin()
    run(history, 60)
    await serve(history)
    const one = await ask<InstrumentHistory>(`/api/health/history?instrument=${EXAMPLE_INSTRUMENT}`)
    expect(instrumentHistorySchema.parse(one)).toEqual(one)
    const shares = one.availability.slice(-181, -1)
    expect(shares).toEqual([...new Array(90).fill(0.5), ...new Array(30).fill(null), ...new Array(60).fill(0.5)])
    const all = await ask<HealthHistoryAnswer>('/api/health/history')
    expect(healthHistorySchema.parse(all)).toEqual(all)
    expect(all.instruments.map(({ availability }) => availability.length)).toEqual([144])
    expect(all.knownSince).toBe(one.knownSince)
  })

  it('keeps a day of hours in the store', () => {
    run(begin(), 60 * 40)
    const hours = store.healthHours().map(({ hour }) => hour)
    expect(hours.length).toBeLessThanOrEqual(2 * 26)
    expect(Math.max(...hours) - Math.min(...hours)).toBeGreaterThanOrEqual(24)
  })

  it('is a 404 for an instrument that is not watched', async () => {
    await serve(begin())
    expect(await ask('/api/health/history?instrument=IU_ANMO_00_BH', 404)).toMatchObject({
      error: { message: 'instrument: expected one that is watched, got IU_ANMO_00_BH' },
    })
    await ask('/api/health/history?instrument=ANMO', 400)
  })
})

describe('GET /api/log', () => {
  it('gives the lines after a number, at or above a level', async () => {
    const log = new AppLog({ now: () => now }, [])
    log.info('STARTED', 'here')
    log.problem({ code: 'STORE', message: 'disk full' })
    log.problem({ code: 'MINISEED_JUNK', message: 'junk' })
    await serve(begin(), log)
    const all = await ask('/api/log')
    expect(logAnswerSchema.parse(all)).toEqual(all)
    expect(all).toMatchObject({ lines: [{ number: 1 }, { number: 2 }, { number: 3 }], newest: 3 })
    expect(await ask('/api/log?since=1&level=error')).toMatchObject({ lines: [{ code: 'STORE' }], newest: 3 })
    await ask('/api/log?level=loud', 400)
  })
})
