import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeWaveformsAnswer } from '../../src/contract/waveforms-answer.ts'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { formatMicros } from '../../src/domain/time.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { LONGEST_WAVEFORM_SECONDS, type StoredWaveform } from '../../src/io/store/waveform-table.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { startHttpServer } from '../../src/server/http-server.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'
import { seededRandom } from '../helpers/signals.ts'

const SECOND = 1_000_000
const HOUR = 3600 * SECOND
const other = parseInstrumentId('IU_ANMO_00_BH')!

let folder: string
let store: Store
let now: number

function open(keepWaveformsHours: number): Store {
  return openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => now },
    keepScoresDays: 30,
    keepWaveformsHours,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem() {},
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-waveforms-'))
  now = EXAMPLE_TIME + HOUR
  store = open(6)
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

/** Rows whose values say when they are. */
function piece(second: number, rows: number, instrument = EXAMPLE_INSTRUMENT, rate = 20): StoredWaveform {
  const samples = Float32Array.from({ length: 3 * rows }, (_, i) => second + Math.floor(i / 3) / rate + (i % 3) * 10_000)
  return { instrument, startTime: EXAMPLE_TIME + second * SECOND, rate, samples }
}

const read = (from: number, to: number, instrument = EXAMPLE_INSTRUMENT) =>
  store.waveforms(instrument, EXAMPLE_TIME + from * SECOND, EXAMPLE_TIME + to * SECOND).map(({ startTime, samples }) => ({
    from: (startTime - EXAMPLE_TIME) / SECOND,
    rows: samples.length / 3,
    values: [...samples.filter((_, i) => i % 3 === 0)],
  }))

describe('stored waveforms', () => {
  it('come back joined, cut to the span, of the instrument that was asked for', () => {
    store.commit({ waveforms: [piece(0, 100), piece(5, 100), piece(0, 40, other)] })
    store.commit({ waveforms: [piece(10, 100)] })
    const [run, ...more] = read(2, 12)
    expect(more).toEqual([])
    expect([run?.from, run?.rows]).toEqual([2, 201])
    expect(run?.values).toEqual([...Float32Array.from({ length: 201 }, (_, i) => 2 + i / 20)])
    expect(read(0, 100, other).map(({ rows }) => rows)).toEqual([40])
    expect(read(50, 60)).toEqual([])
  })

  it('keep their exact values in their three components', () => {
    const random = seededRandom(3)
    const samples = Float32Array.from({ length: 300 }, () => (random() - 0.5) * 1e7)
    store.commit({ waveforms: [{ ...piece(0, 100), samples }] })
    expect(store.waveforms(EXAMPLE_INSTRUMENT, EXAMPLE_TIME, now)[0]?.samples).toEqual(samples)
  })

  it('keep gaps and rates apart', () => {
    store.commit({ waveforms: [piece(0, 100), piece(5.05, 100), piece(10.05, 50, EXAMPLE_INSTRUMENT, 40)] })
    expect(read(0, 100).map(({ from, rows }) => [from, rows])).toEqual([
      [0, 100],
      [5.05, 100],
      [10.05, 50],
    ])
  })

  it('are there once when they were stored twice in other pieces', () => {
    store.commit({ waveforms: [piece(0, 100), piece(5, 60)] })
    store.commit({ waveforms: [piece(5, 60), piece(3, 100), piece(8, 20)] })
    const [run, ...more] = read(0, 100)
    expect(more).toEqual([])
    expect(run?.values).toEqual([...Float32Array.from({ length: 180 }, (_, i) => i / 20)])
  })

  it('are found by a span that lies inside the longest piece', () => {
    store.commit({ waveforms: [piece(0, LONGEST_WAVEFORM_SECONDS * 20)] })
    const end = LONGEST_WAVEFORM_SECONDS
    expect(read(end - 1, end).map(({ from, rows }) => [from, rows])).toEqual([[end - 1, 20]])
  })

  it('go with every commit when they are too old', () => {
    const hours = (count: number) => {
      for (let minute = 0; minute < 60 * count; minute++, now += 60 * SECOND) {
        store.commit({ waveforms: [piece((now - EXAMPLE_TIME) / SECOND, 20), piece((now - EXAMPLE_TIME) / SECOND, 20, other)] })
      }
    }
    hours(8)
    const oldest = Math.min(...[EXAMPLE_INSTRUMENT, other].flatMap((each) => store.waveforms(each, 0, now)[0]?.startTime ?? 0))
    expect((now - oldest) / HOUR).toBeLessThan(6.05)
    expect((now - oldest) / HOUR).toBeGreaterThan(5.95)
  })

  it('go when they are switched off, and none are kept', () => {
    store.commit({ waveforms: [piece(0, 100)] })
    store.close()
    store = open(0)
    store.commit({ waveforms: [piece(5, 100)] })
    store.prune(now)
    expect(read(0, 100)).toEqual([])
  })

  it('from a clock that is far ahead neither empty the store nor stay', () => {
    const future = 200 * 365 * 24 * HOUR
    store.commit({ waveforms: [{ ...piece(0, 20), startTime: future }, piece(0, 100)] })
    store.commit({ waveforms: [piece(5, 100)] })
    expect(read(0, 100).map(({ rows }) => rows)).toEqual([200])
    expect(store.waveforms(EXAMPLE_INSTRUMENT, future, future + SECOND)).toEqual([])
  })
})

describe('GET /api/waveforms', () => {
  it('gives runs of samples, extremes when they would be too many, and refuses what is too long', async () => {
    store.commit({ waveforms: [piece(0, 1200), piece(60, 1200), piece(200, 400)] })
    const view = exampleView(store)
    const hub = new FeedHub(view.clock, view)
    const server = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, view, hub, onError() {} })
    const time = (second: number) => formatMicros(EXAMPLE_TIME + second * SECOND)
    const ask = (from: number, to: number, more = '') =>
      fetch(`${server.url}/api/waveforms?instrument=${EXAMPLE_INSTRUMENT}&from=${time(from)}&to=${time(to)}${more}`)
    const decoded = async (response: Response) => decodeWaveformsAnswer(new Uint8Array(await response.arrayBuffer()))

    const whole = await ask(100, 210)
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    expect(await decoded(whole)).toMatchObject({
      kind: 'samples',
      runs: [
        { instrument: EXAMPLE_INSTRUMENT, startTime: EXAMPLE_TIME + 100 * SECOND, rate: 20 },
        { startTime: EXAMPLE_TIME + 200 * SECOND },
      ],
    })
    const answer = await decoded(await ask(0, 219.95, '&maximumPoints=111'))
    if (answer?.kind !== 'extremes') throw new Error('expected extremes')
    expect(answer.secondsPerRow).toBe(2)
    expect(answer.runs.map(({ rows }) => rows.length / 6)).toEqual([61, 11])
    expect(answer.runs[0]!.rows[1]).toBe(Math.fround(0.95))
    expect(await decoded(await ask(5000, 5010))).toEqual({ kind: 'samples', runs: [] })

    const message = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: { message: string } }).error.message,
    ]
    expect(await message(await ask(0, 7201))).toEqual([400, 'to: expected at most 7200 s after from'])
    expect(await message(await ask(10, 0))).toEqual([400, 'to: expected a time not before from'])
    expect((await ask(0, 10, '&maximumPoints=0')).status).toBe(400)
    await server.close()
  })
})
