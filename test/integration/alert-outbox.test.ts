import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { PlannedAlert } from '../../src/domain/alert.ts'
import { SCHEMA_VERSION } from '../../src/io/store/schema.ts'
import { type SqliteDatabase, sqlite } from '../../src/io/store/sqlite-binding.ts'
import { openOffice } from '../helpers/alert-office.ts'
import { AlertReceiver, accept } from '../helpers/alert-receiver.ts'
import { exampleDetection } from '../helpers/example-detection.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-outbox-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const THREE_HOOKS = `hooks:
  a: { kind: file, path: a.jsonl }
  b: { kind: file, path: b.jsonl }
  c: { kind: file, path: c.jsonl }
alerts: [{ name: all, when: [detection], to: [a, b, c] }]
`

function inFile<T>(path: string, action: (database: SqliteDatabase) => T): T {
  const Database = sqlite()
  const database = new Database(join(folder, path, 'quakewire.db'))
  try {
    return action(database)
  } finally {
    database.close()
  }
}

const rows = (path: string, table: string) =>
  inFile(path, (database) => database.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[])

describe('the outbox', { timeout: 30_000 }, () => {
  it('gets one small row with a detection, however many hooks there are, and the alerts later', async () => {
    const made = openOffice(join(folder, 'one'), THREE_HOOKS)
    made.store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }] })
    expect(rows('one', 'outbox')).toEqual([])
    expect(rows('one', 'occasions')).toMatchObject([{ seq: 1, kind: null, json: null }])
    made.desk.wake()
    while (made.desk.deliveries({ limit: 9, state: 'delivered' }).length < 3) await new Promise(setImmediate)
    const [{ json }] = rows('one', 'occasions') as [{ json: string }]
    // The message is in the log of the feed, once.
    expect(JSON.parse(json)).toMatchObject({ kind: 'detection', subject: exampleDetection(0).id })
    expect(json).not.toContain('details')
    await made.close()
  })

  it('keeps nothing of what no rule asks for, and nothing without rules', async () => {
    const rules = THREE_HOOKS.replace('[detection]', '[server]')
    for (const text of [rules, 'hooks: {}\n']) {
      const path = `none-${text.length}`
      const made = openOffice(join(folder, path), text)
      made.store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }] })
      expect(rows(path, 'occasions')).toEqual([])
      await made.close()
    }
  })

  it('forgets what nobody is told of', async () => {
    const made = openOffice(join(folder, 'nobody'), THREE_HOOKS.replace('to:', 'where: { minimumScore: 1 }, to:'))
    made.store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }] })
    expect(rows('nobody', 'occasions')).toHaveLength(1)
    expect(made.desk.deliveries({ limit: 9 })).toEqual([])
    expect(rows('nobody', 'occasions')).toEqual([])
    await made.close()
  })

  it('tells after a restart what was stored and not planned, as of the time when it was stored', async () => {
    const receiver = await AlertReceiver.listen(accept)
    const text = `hooks: { web: { kind: webhook, url: "${receiver.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`
    const first = openOffice(join(folder, 'restart'), text)
    first.store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }] })
    // As if killed: nobody was woken.
    await first.close()
    expect(rows('restart', 'outbox')).toEqual([])
    const [{ time }] = rows('restart', 'occasions') as [{ time: number }]
    const second = openOffice(join(folder, 'restart'), text)
    const [request] = await receiver.requests(1)
    expect(request!.json).toMatchObject({ subject: exampleDetection(0).id, state: 'open' })
    expect(Date.parse(request!.json.plannedAt)).toBe(Math.floor(time / 1000))
    expect(request!.json.details).toEqual(second.store.detection(exampleDetection(0).id))
    await second.close()
    await receiver.close()
  })

  it('of an older version goes on: what waited is told', async () => {
    const receiver = await AlertReceiver.listen(accept)
    const text = `hooks: { web: { kind: webhook, url: "${receiver.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`
    await openOffice(join(folder, 'older'), text).close()
    inFile('older', makeVersionSix)
    const made = openOffice(join(folder, 'older'), text)
    const [request] = await receiver.requests(1)
    expect(request!.json).toMatchObject({
      key: OLD.key,
      subject: 'X',
      title: 'Earthquake at X',
      severity: 'critical',
      details: { id: 'X' },
    })
    expect(inFile('older', (database) => database.pragma('user_version', { simple: true }))).toBe(SCHEMA_VERSION)
    await made.close()
    await receiver.close()
  })
})

const OLD: PlannedAlert = {
  key: 'X|open|all|web',
  rule: 'all',
  hook: 'web',
  severity: 'critical',
  lane: 'XX_X',
  occasion: {
    kind: 'detection',
    subject: 'X',
    phase: 'begin',
    state: 'open',
    time: 5,
    lane: 'XX_X',
    stations: [],
    instruments: [],
    title: 'Earthquake at X',
    details: { id: 'X' },
  },
  isUpdate: false,
  isEscalation: false,
  due: 5,
  isConditional: false,
}

const OF_VERSION_SIX = [
  'store',
  'detections',
  'messages',
  'labels',
  'scores',
  'snippets',
  'checkpoints',
  'relevances',
  'gaps',
  'peak_windows',
  'outbox',
  'acknowledgements',
  'incidents',
  'events',
  'event_members',
]

/** The outbox as version 6 had it, with one alert that waits. */
function makeVersionSix(database: SqliteDatabase): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[]
  for (const name of tables) if (!OF_VERSION_SIX.includes(name)) database.exec(`DROP TABLE ${name}`)
  database.exec(`
    DROP TABLE outbox;
    CREATE TABLE outbox (
      number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, hook TEXT NOT NULL, lane TEXT NOT NULL, about TEXT NOT NULL,
      rule TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, begins INTEGER NOT NULL, due INTEGER NOT NULL, batch TEXT,
      conditional INTEGER NOT NULL, planned INTEGER NOT NULL, time INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      first_attempt INTEGER, delivered INTEGER, error TEXT, json TEXT NOT NULL
    );
    CREATE INDEX outbox_pending ON outbox (hook, lane, number, due) WHERE state = 'pending';
    CREATE INDEX outbox_by_state ON outbox (state, hook, due);
    CREATE INDEX outbox_by_subject ON outbox (subject, rule);
    CREATE INDEX outbox_beginnings ON outbox (rule, about, time) WHERE begins = 1;
    CREATE INDEX outbox_batches ON outbox (batch) WHERE batch IS NOT NULL;
    PRAGMA user_version = 6;
  `)
  database
    .prepare(
      `INSERT INTO outbox (key, hook, lane, about, rule, subject, state, begins, due, conditional, planned, time, json)
       VALUES (?, 'web', 'XX_X', 'XX_X', 'all', 'X', 'pending', 1, 5, 0, ?, 5, ?)`,
    )
    // A recent one: what is too old is given up.
    .run(OLD.key, Date.now() * 1000, JSON.stringify(OLD))
}
