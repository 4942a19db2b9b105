import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { detectionSchema } from '../../src/contract/detection.ts'
import { StoreError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { parseInstrumentId, type SourceId } from '../../src/domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import type { TraceGap } from '../../src/domain/trace-gap.ts'
import { SCHEMA_VERSION } from '../../src/io/store/schema.ts'
import { type SqliteDatabase, sqlite } from '../../src/io/store/sqlite-binding.ts'
import { openStore, type Store, type StoreOptions } from '../../src/io/store/store.ts'
import { openStoreReader } from '../../src/io/store/store-reader.ts'
import { closed, EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'

const SECOND = MICROS_PER_SECOND
const DAY = 86_400 * SECOND
const other = parseInstrumentId('IU_ANMO_00_BH')!

let folder: string
let store: Store
let problems: Problem[]

function open(changes: Partial<StoreOptions> = {}): Store {
  return openStore(join(folder, 'data', 'quakewire.db'), {
    clock: { now: () => EXAMPLE_TIME + 100 * DAY },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem: (problem) => problems.push(problem),
    ...changes,
  })
}

function reopen(changes: Partial<StoreOptions> = {}): void {
  store.close()
  store = open(changes)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-store-'))
  problems = []
  store = open()
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

const latency = { packetSeconds: 2, processingSeconds: 0.01 }

describe('gaps', () => {
  const Z = 'FDSN:CI_CLC_00_H_H_Z' as SourceId
  const N = 'FDSN:CI_CLC_00_H_H_N' as SourceId
  const gap = (sourceId: SourceId, seconds: number, cause: TraceGap['cause'] = 'notReceived'): TraceGap => {
    const startTime = EXAMPLE_TIME + seconds * SECOND
    return { sourceId, startTime, endTime: startTime + 10 * SECOND, cause }
  }
  const all = { from: 0, to: EXAMPLE_TIME + 200 * DAY, limit: 100 }

  it('are found by channel and time, over a restart', () => {
    store.commit({ gaps: [gap(Z, 100), gap(N, 50), gap(Z, 0)] })
    reopen()
    expect(store.gaps(all)).toEqual([gap(N, 50), gap(Z, 0), gap(Z, 100)])
    expect(store.gaps({ ...all, prefix: 'CI_CLC_00_H_H_Z' })).toEqual([gap(Z, 0), gap(Z, 100)])
    expect(store.gaps({ ...all, prefix: 'CI_CL_' })).toEqual([])
    expect(store.gaps({ ...all, from: EXAMPLE_TIME + 11 * SECOND, to: EXAMPLE_TIME + 60 * SECOND })).toEqual([gap(N, 50)])
    expect(store.gaps({ ...all, limit: 2 })).toHaveLength(2)
  })

  it('are counted by the cause that was told last', () => {
    store.commit({ gaps: [gap(Z, 0), gap(Z, 100), gap(N, 0, 'timeTear')] })
    store.commit({ gaps: [gap(Z, 100, 'rejected:LATE')] })
    expect(store.gapCounts()).toEqual({ notReceived: 1, 'rejected:LATE': 1, timeTear: 1 })
  })

  it('go with the scores when they are too old', () => {
    store.commit({ gaps: [gap(Z, 0), gap(Z, 86_400)] })
    store.prune(EXAMPLE_TIME + 30.5 * DAY)
    expect(store.gaps(all)).toEqual([gap(Z, 86_400)])
  })
})

describe('detections', () => {
  it('come back as the object that was published, over a restart', () => {
    const { messages } = store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    expect(messages).toHaveLength(1)
    expect(detectionSchema.parse(messages[0])).toEqual(messages[0])
    const id = store.id
    reopen()
    expect(store.id).toBe(id)
    expect(store.detection(messages[0]!.id)).toEqual(messages[0])
    expect(store.messagesSince(0, 10)).toEqual(messages)
    expect(store.newestSeq).toBe(1)
  })

  it('are published again when closed, under the same id and a new number', () => {
    const first = exampleDetection(0)
    store.commit({ detections: [{ detection: first, latency }] })
    const { messages } = store.commit({ detections: [{ detection: closed(first), latency }] })
    expect(messages).toMatchObject([{ id: first.id, seq: 2, state: 'closed' }])
    expect(store.detectionCount).toBe(1)
    expect(store.messagesSince(1, 10)).toEqual(messages)
  })

  it('make no message when a re-run tells them again, whatever the latency', () => {
    const first = exampleDetection(0)
    const both = [first, closed(first)].map((detection) => ({ detection, latency }))
    store.commit({ detections: both })
    reopen()
    const again = both.map(({ detection }) => ({ detection, latency: { packetSeconds: 99 } }))
    expect(store.commit({ detections: again }).messages).toEqual([])
    expect(store.newestSeq).toBe(2)
    expect(store.detection(first.id)).toMatchObject({ state: 'closed', latency })
  })

  it('make a message when anything else has changed', () => {
    const first = exampleDetection(0)
    store.commit({ detections: [first, closed(first)].map((detection) => ({ detection, latency })) })
    const retuned = { ...closed(first), config: 'other' }
    expect(store.commit({ detections: [{ detection: retuned, latency }] }).messages).toMatchObject([{ seq: 3, config: 'other' }])
  })

  it('are found by time, station, instrument, score, label and state', () => {
    const detections = [
      exampleDetection(0),
      closed(exampleDetection(10, { peak: { time: EXAMPLE_TIME, score: 0.5 } })),
      exampleDetection(20, { instrument: other }),
    ]
    store.commit({ detections: detections.map((detection) => ({ detection, latency })) })
    store.setLabel(detections[2]!.id, 'blast', 'ann')
    const found = (filter: Parameters<Store['detections']>[0]) =>
      store.detections(filter, { limit: 10 }).detections.map(({ id }) => detections.findIndex((each) => each.id === id))
    expect(found({})).toEqual([2, 1, 0])
    expect(found({ from: EXAMPLE_TIME + 10 * SECOND })).toEqual([2, 1])
    expect(found({ to: EXAMPLE_TIME + 10 * SECOND })).toEqual([0])
    expect(found({ station: 'CI_CLC' })).toEqual([1, 0])
    expect(found({ station: 'IU_ANMO_00_BH' })).toEqual([2])
    expect(found({ station: 'IU_ANMO_10_BH' })).toEqual([])
    expect(found({ minimumScore: 0.9 })).toEqual([2, 0])
    expect(found({ label: 'blast' })).toEqual([2])
    expect(found({ label: 'none', state: 'closed' })).toEqual([1])
  })

  it('come page by page, each once, also when onsets are equal', () => {
    const detections = Array.from({ length: 7 }, (_, i) => exampleDetection(Math.floor(i / 3), { id: `d${i}` }))
    store.commit({ detections: detections.map((detection) => ({ detection, latency })) })
    const ids: string[] = []
    let cursor: string | null | undefined
    let pages = 0
    do {
      const page = store.detections({}, { limit: 2, cursor: cursor ?? undefined })
      ids.push(...page.detections.map(({ id }) => id))
      cursor = page.cursor
      pages++
    } while (cursor)
    expect(ids).toEqual(['d6', 'd5', 'd4', 'd3', 'd2', 'd1', 'd0'])
    expect(pages).toBe(4)
  })
})

describe('labels', () => {
  it('are kept with history, shown on the detection and told as a message', () => {
    const { id } = exampleDetection(0)
    store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    const message = store.setLabel(id, 'blast', 'ann')
    expect(message).toMatchObject({ seq: 2, type: 'label', id, station: 'CI_CLC', label: { value: 'blast', by: 'ann' } })
    expect(store.detection(id)).toMatchObject({ seq: 2, label: { value: 'blast' } })
    expect(store.setLabel(id, null, 'bob')).toMatchObject({ label: null })
    expect(store.detection(id)).not.toHaveProperty('label')
    expect(store.labels(id)).toMatchObject([
      { value: 'blast', by: 'ann' },
      { value: null, by: 'bob' },
    ])
    expect(store.messagesSince(1, 10).map(({ type }) => type)).toEqual(['label', 'label'])
  })

  it('survive the closing of the detection', () => {
    const first = exampleDetection(0)
    store.commit({ detections: [{ detection: first, latency }] })
    store.setLabel(first.id, 'noise', 'ann')
    const { messages } = store.commit({ detections: [{ detection: closed(first), latency }] })
    expect(messages).toMatchObject([{ state: 'closed', label: { value: 'noise', by: 'ann' } }])
  })

  it('need a detection', () => expect(store.setLabel('none', 'blast', 'ann')).toBeUndefined())
})

describe('scores', () => {
  const at = (second: number, score: number, instrument = EXAMPLE_INSTRUMENT) => ({
    instrument,
    endTime: EXAMPLE_TIME + second * SECOND,
    score,
  })
  const read = (from: number, to: number) =>
    store.scores(EXAMPLE_INSTRUMENT, EXAMPLE_TIME + from * SECOND, EXAMPLE_TIME + to * SECOND)

  it('come back bit for bit over blocks and restarts, in one run', () => {
    const values = Float32Array.from({ length: 2500 }, (_, i) => (Math.sin(i) + 1) / 2)
    for (let i = 0; i < 2500; i += 7) {
      store.commit({ scores: [...values.subarray(i, i + 7)].map((score, j) => at(i + j, score)) })
      if (i % 490 === 0) reopen()
    }
    expect(read(0, 3000)).toEqual([{ endTime: EXAMPLE_TIME, strideSeconds: 1, scores: values }])
    expect(read(999, 1002)).toEqual([{ endTime: EXAMPLE_TIME + 999 * SECOND, strideSeconds: 1, scores: values.slice(999, 1003) }])
  })

  it('show a hole as two runs', () => {
    store.commit({ scores: [at(0, 0.1), at(1, 0.2), at(4, 0.3)] })
    expect(read(0, 10).map(({ endTime, scores }) => [(endTime - EXAMPLE_TIME) / SECOND, scores.length])).toEqual([
      [0, 2],
      [4, 1],
    ])
  })

  it('take late scores of a block that was left already', () => {
    store.commit({ scores: [at(0, 0.1)] })
    store.commit({ scores: [at(1700, 0.2)] })
    store.commit({ scores: [at(1, 0.3)] })
    store.commit({ scores: [at(1701, 0.4)] })
    expect(read(0, 2000).map(({ scores }) => [...scores])).toEqual(
      [
        [0.1, 0.3],
        [0.2, 0.4],
      ].map((run) => run.map(Math.fround)),
    )
  })

  it('keep window ends that are no multiple of the stride', () => {
    store.commit({ scores: [at(0.05, 0.1), at(1.05, 0.2)] })
    expect(read(0, 10)).toMatchObject([{ endTime: EXAMPLE_TIME + 50_000 }])
    expect(read(0.06, 10)[0]?.scores).toHaveLength(1)
  })

  it('stay readable after the stride was changed', () => {
    store.commit({ scores: [at(0, 0.1)] })
    reopen({ strideSeconds: 0.5 })
    store.commit({ scores: [at(10, 0.2), at(10.5, 0.3)] })
    expect(read(0, 20).map(({ strideSeconds, scores }) => [strideSeconds, scores.length])).toEqual(
      expect.arrayContaining([
        [1, 1],
        [0.5, 2],
      ]),
    )
  })

  it('go after their days of data time, not before', () => {
    store.commit({ scores: [at(0, 0.1), at(7200, 0.2)] })
    store.prune(EXAMPLE_TIME + 30 * DAY + 3600 * SECOND)
    expect(read(0, 8000)).toMatchObject([{ endTime: EXAMPLE_TIME + 7200 * SECOND }])
  })

  it('do not go because one clock shows the year 2211', () => {
    reopen({ clock: { now: () => EXAMPLE_TIME + DAY } })
    store.commit({ scores: [at(0, 0.1)] })
    store.prune(EXAMPLE_TIME + 190 * 365 * DAY)
    expect(read(0, 10)).toHaveLength(1)
  })
})

describe('snippets', () => {
  it('come back with their time and rate', () => {
    const samples = Float32Array.from({ length: 900 }, (_, i) => Math.sin(i) * 1e4)
    store.commit({ snippets: [{ detectionId: 'd', startTime: EXAMPLE_TIME, rate: 20, samples }] })
    expect(store.snippet('d')).toEqual({ detectionId: 'd', startTime: EXAMPLE_TIME, rate: 20, samples })
    expect(store.snippet('e')).toBeUndefined()
  })

  it('of a whole detection are not replaced when a re-run tells its beginning again', () => {
    const first = exampleDetection(0)
    const snippet = (rows: number) => ({
      detectionId: first.id,
      startTime: EXAMPLE_TIME,
      rate: 20,
      samples: new Float32Array(3 * rows),
    })
    store.commit({ detections: [{ detection: first, latency }], snippets: [snippet(10)] })
    store.commit({ detections: [{ detection: closed(first), latency }], snippets: [snippet(20)] })
    store.commit({ detections: [{ detection: first, latency }], snippets: [snippet(10)] })
    expect(store.snippet(first.id)?.samples.length).toBe(60)
  })

  it('keep the waveform of the closing when it comes in one batch with the opening', () => {
    const first = exampleDetection(0)
    const snippet = (rows: number) => ({
      detectionId: first.id,
      startTime: EXAMPLE_TIME,
      rate: 20,
      samples: new Float32Array(3 * rows).fill(rows),
    })
    store.commit({
      detections: [first, closed(first)].map((detection) => ({ detection, latency })),
      snippets: [snippet(10), snippet(20)],
    })
    expect(store.snippet(first.id)).toEqual(snippet(20))
  })
})

describe('relevances', () => {
  const relevance = (detectionId: string, scale: number) => ({
    detectionId,
    startTime: EXAMPLE_TIME,
    rate: 20,
    beta: 0.5,
    values: Float32Array.from({ length: 1503 }, (_, i) => Math.sin(i) * scale),
  })

  it('come back bit for bit, the one of the closing, whatever a re-run tells again', () => {
    const first = exampleDetection(0)
    const [opening, closing] = [relevance(first.id, 0.1), relevance(first.id, 0.2)]
    store.commit({ detections: [{ detection: first, latency }], relevances: [opening] })
    expect(store.relevance(first.id)).toEqual(opening)
    store.commit({ detections: [{ detection: closed(first), latency }], relevances: [closing] })
    store.commit({ detections: [{ detection: first, latency }], relevances: [opening] })
    expect(store.relevance(first.id)).toEqual(closing)
    expect(store.relevance('other')).toBeUndefined()
  })

  it('find room in a store that was made before there were any', () => {
    store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    store.close()
    const Database = sqlite()
    const database = new Database(join(folder, 'data', 'quakewire.db'))
    makeOlder(database, 1, FIRST_TABLES)
    database.close()
    store = open()
    store.commit({ relevances: [relevance('d', 1)] })
    expect(store.relevance('d')).toEqual(relevance('d', 1))
    expect(store.detectionCount).toBe(1)
  })
})

describe('peak windows', () => {
  const peakWindow = (detectionId: string, scale: number) => ({
    detectionId,
    startTime: EXAMPLE_TIME,
    rate: 20,
    samples: Float64Array.from({ length: 1503 }, (_, i) => Math.sin(i) * scale),
  })

  it('come back bit for bit, the one of the closing, whatever a re-run tells again', () => {
    const first = exampleDetection(0)
    const [opening, closing] = [peakWindow(first.id, 0.1), peakWindow(first.id, 1e9 / 3)]
    store.commit({ detections: [{ detection: first, latency }], peakWindows: [opening] })
    expect(store.peakWindow(first.id)).toEqual(opening)
    store.commit({ detections: [{ detection: closed(first), latency }], peakWindows: [closing] })
    store.commit({ detections: [{ detection: first, latency }], peakWindows: [opening] })
    expect(store.peakWindow(first.id)).toEqual(closing)
    expect(store.peakWindow('other')).toBeUndefined()
  })

  it('are read beside the running monitor that owns the store', () => {
    const first = exampleDetection(0)
    store.commit({ detections: [{ detection: first, latency }], peakWindows: [peakWindow(first.id, 1 / 3)] })
    const reader = openStoreReader(join(folder, 'data', 'quakewire.db'))
    expect(reader.detection(first.id)).toEqual(store.detection(first.id))
    expect(reader.peakWindow(first.id)).toEqual(peakWindow(first.id, 1 / 3))
    reader.close()
  })

  it('cannot be read from a file that is not there, no database or of another schema', () => {
    const file = join(folder, 'data', 'quakewire.db')
    expect(() => openStoreReader(join(folder, 'none.db'))).toThrow('store: open failed: expected a Quakewire database, got')
    store.close()
    const Database = sqlite()
    const database = new Database(file)
    makeOlder(database, 3, [...FIRST_TABLES, 'relevances', 'gaps'])
    database.close()
    expect(() => openStoreReader(file)).toThrow(StoreError)
    expect(() => openStoreReader(file)).toThrow(`expected schema version ${SCHEMA_VERSION}, got 3`)
    store = open()
  })
})

describe('checkpoints', () => {
  it('bring plain data back: typed arrays, bigints, maps', () => {
    const state = { samples: Float64Array.of(1.5, -2), time: 12n, map: new Map([['a', [1, null]]]), text: 'x' }
    store.commit({ checkpoints: new Map([['IU_ANMO', state]]), positions: new Map([['seedlink://a:18000 IU_ANMO', 17n]]) })
    reopen()
    expect(store.checkpoints()).toEqual(new Map([['IU_ANMO', state]]))
    expect(store.positions()).toEqual(new Map([['seedlink://a:18000 IU_ANMO', 17n]]))
  })

  it('that this Node cannot read are left out and told', () => {
    store.commit({
      checkpoints: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })
    store.close()
    const Database = sqlite()
    const database = new Database(join(folder, 'data', 'quakewire.db'))
    database.prepare("UPDATE checkpoints SET value = x'ffff' WHERE key = 'a'").run()
    database.close()
    store = open()
    expect(store.checkpoints()).toEqual(new Map([['b', 2]]))
    expect(problems).toMatchObject([{ code: 'checkpoint-unreadable', message: expect.stringContaining('starting afresh') }])
  })

  it('are replaced and removed key by key', () => {
    store.commit({
      checkpoints: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })
    store.commit({
      checkpoints: new Map<string, unknown>([
        ['a', 3],
        ['b', undefined],
      ]),
    })
    expect(store.checkpoints()).toEqual(new Map([['a', 3]]))
  })
})

const FIRST_TABLES = ['store', 'detections', 'messages', 'labels', 'scores', 'snippets', 'checkpoints']

/** As an older version had left the file. */
function makeOlder(database: SqliteDatabase, version: number, tables: readonly string[]) {
  const present = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all()
  database.pragma('foreign_keys = OFF')
  for (const name of present as string[]) if (!tables.includes(name)) database.exec(`DROP TABLE ${name}`)
  database.pragma(`user_version = ${version}`)
}
