import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/domain/errors.ts'
import { SCHEMA_VERSION } from '../../src/io/store/schema.ts'
import type { SqliteDatabase } from '../../src/io/store/sqlite-binding.ts'
import { openStoreReader } from '../../src/io/store/store-reader.ts'
import { closed, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { freshStore } from '../helpers/fresh-store.ts'

const fresh = freshStore()
const latency = { packetSeconds: 2, processingSeconds: 0.01 }

describe('snippets', () => {
  it('come back with their time and rate', () => {
    const samples = Float32Array.from({ length: 900 }, (_, i) => Math.sin(i) * 1e4)
    fresh.store.commit({ snippets: [{ detectionId: 'd', startTime: EXAMPLE_TIME, rate: 20, samples }] })
    expect(fresh.store.snippet('d')).toEqual({ detectionId: 'd', startTime: EXAMPLE_TIME, rate: 20, samples })
    expect(fresh.store.snippet('e')).toBeUndefined()
  })

  it('of a whole detection are not replaced when a re-run tells its beginning again', () => {
    const first = exampleDetection(0)
    const snippet = (rows: number) => ({
      detectionId: first.id,
      startTime: EXAMPLE_TIME,
      rate: 20,
      samples: new Float32Array(3 * rows),
    })
    fresh.store.commit({ detections: [{ detection: first, latency }], snippets: [snippet(10)] })
    fresh.store.commit({ detections: [{ detection: closed(first), latency }], snippets: [snippet(20)] })
    fresh.store.commit({ detections: [{ detection: first, latency }], snippets: [snippet(10)] })
    expect(fresh.store.snippet(first.id)?.samples.length).toBe(60)
  })

  it('keep the waveform of the closing when it comes in one batch with the opening', () => {
    const first = exampleDetection(0)
    const snippet = (rows: number) => ({
      detectionId: first.id,
      startTime: EXAMPLE_TIME,
      rate: 20,
      samples: new Float32Array(3 * rows).fill(rows),
    })
    fresh.store.commit({
      detections: [first, closed(first)].map((detection) => ({ detection, latency })),
      snippets: [snippet(10), snippet(20)],
    })
    expect(fresh.store.snippet(first.id)).toEqual(snippet(20))
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
    fresh.store.commit({ detections: [{ detection: first, latency }], relevances: [opening] })
    expect(fresh.store.relevance(first.id)).toEqual(opening)
    fresh.store.commit({ detections: [{ detection: closed(first), latency }], relevances: [closing] })
    fresh.store.commit({ detections: [{ detection: first, latency }], relevances: [opening] })
    expect(fresh.store.relevance(first.id)).toEqual(closing)
    expect(fresh.store.relevance('other')).toBeUndefined()
  })

  it('find room in a store that was made before there were any', () => {
    fresh.store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    fresh.tamper((database) => makeOlder(database, 1, FIRST_TABLES))
    fresh.store.commit({ relevances: [relevance('d', 1)] })
    expect(fresh.store.relevance('d')).toEqual(relevance('d', 1))
    expect(fresh.store.detectionCount).toBe(1)
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
    fresh.store.commit({ detections: [{ detection: first, latency }], peakWindows: [opening] })
    expect(fresh.store.peakWindow(first.id)).toEqual(opening)
    fresh.store.commit({ detections: [{ detection: closed(first), latency }], peakWindows: [closing] })
    fresh.store.commit({ detections: [{ detection: first, latency }], peakWindows: [opening] })
    expect(fresh.store.peakWindow(first.id)).toEqual(closing)
    expect(fresh.store.peakWindow('other')).toBeUndefined()
  })

  it('are read beside the running monitor that owns the store', () => {
    const first = exampleDetection(0)
    fresh.store.commit({ detections: [{ detection: first, latency }], peakWindows: [peakWindow(first.id, 1 / 3)] })
    const reader = openStoreReader(fresh.file)
    expect(reader.detection(first.id)).toEqual(fresh.store.detection(first.id))
    expect(reader.peakWindow(first.id)).toEqual(peakWindow(first.id, 1 / 3))
    reader.close()
  })

  it('cannot be read from a file that is not there, no database or of another schema', () => {
    expect(() => openStoreReader(join(fresh.folder, 'none.db'))).toThrow('store: open failed: expected a Quakewire database, got')
    fresh.tamper((database) => {
      makeOlder(database, 3, [...FIRST_TABLES, 'relevances', 'gaps'])
      expect(() => openStoreReader(fresh.file)).toThrow(StoreError)
      expect(() => openStoreReader(fresh.file)).toThrow(`expected schema version ${SCHEMA_VERSION}, got 3`)
    })
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
