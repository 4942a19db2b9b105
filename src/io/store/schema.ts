import { randomUUID } from 'node:crypto'
import { StoreError } from '../../domain/errors.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** `QWK1`, in the header of the file. */
const APPLICATION_ID = 0x51574b31

/** Step i leads from schema version i to i + 1. Never change a step that was released; add one. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (id TEXT NOT NULL);

  -- Latest state of each detection. json is the object of the feed; the columns are what it is searched by. Times: µs since 1970.
  CREATE TABLE detections (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    station TEXT NOT NULL,
    instrument TEXT NOT NULL,
    onset INTEGER NOT NULL,
    peak_score REAL NOT NULL,
    label TEXT,
    json TEXT NOT NULL
  );
  -- All that a search asks for is in the index, so that it reads only the rows it gives.
  CREATE INDEX detections_by_onset ON detections (onset, id, peak_score, label, state);
  CREATE INDEX detections_by_station ON detections (station, onset, id, instrument, peak_score, label, state);

  -- All that was published with a number of its own, for those who come back with since.
  CREATE TABLE messages (seq INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL);

  CREATE TABLE labels (
    number INTEGER PRIMARY KEY,
    detection TEXT NOT NULL REFERENCES detections (id),
    value TEXT,
    by TEXT NOT NULL,
    time INTEGER NOT NULL
  );
  CREATE INDEX labels_by_detection ON labels (detection);

  -- float32, little-endian: score i belongs to the window that ends at start + i · stride (µs); NaN: no score.
  CREATE TABLE scores (
    instrument TEXT NOT NULL,
    stride INTEGER NOT NULL,
    start INTEGER NOT NULL,
    scores BLOB NOT NULL,
    UNIQUE (instrument, stride, start)
  );
  CREATE INDEX scores_by_start ON scores (start);

  -- float32, little-endian, rows Z, N, E, deflated.
  CREATE TABLE snippets (
    detection TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    rate REAL NOT NULL,
    samples BLOB NOT NULL
  ) WITHOUT ROWID;

  -- What a restart brings back: v8.serialize of plain data.
  CREATE TABLE checkpoints (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  `,
  `
  -- Of the best window of each detection; float32, little-endian, rows Z, N, E. A row would fill more than a page: with rowid.
  CREATE TABLE relevances (
    detection TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    rate REAL NOT NULL,
    beta REAL NOT NULL,
    relevance BLOB NOT NULL
  );
  `,
  `
  -- Holes in what was accepted of each channel (FDSN:…), and why. Times: µs since 1970; "end" is the first sample after the hole.
  CREATE TABLE gaps (
    channel TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (channel, start)
  ) WITHOUT ROWID;
  CREATE INDEX gaps_by_start ON gaps (start);
  `,
  `
  -- Best window of each detection before preprocessing, to repeat its score from: float64, little-endian, rows Z, N, E.
  CREATE TABLE peak_windows (
    detection TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    rate REAL NOT NULL,
    samples BLOB NOT NULL
  );
  `,
  `
  -- Alerts on their way to the hooks. lane: told in order within; about: the lane of what happened. Times: µs since 1970.
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    hook TEXT NOT NULL,
    lane TEXT NOT NULL,
    about TEXT NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    begins INTEGER NOT NULL,
    due INTEGER NOT NULL,
    batch TEXT,
    conditional INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    time INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt INTEGER,
    delivered INTEGER,
    error TEXT,
    json TEXT NOT NULL
  );
  CREATE INDEX outbox_pending ON outbox (hook, lane, number, due) WHERE state = 'pending';
  CREATE INDEX outbox_by_state ON outbox (state, hook, due);
  CREATE INDEX outbox_by_subject ON outbox (subject, rule);
  CREATE INDEX outbox_beginnings ON outbox (rule, about, time) WHERE begins = 1;
  CREATE INDEX outbox_batches ON outbox (batch) WHERE batch IS NOT NULL;
  CREATE TABLE acknowledgements (subject TEXT PRIMARY KEY, by TEXT NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
  -- Outages that last, so that their end is told after a restart, too.
  CREATE TABLE incidents (topic TEXT PRIMARY KEY, subject TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  -- Network events as published last; json is the object of the feed. Times: µs since 1970.
  CREATE TABLE events (id TEXT PRIMARY KEY, state TEXT NOT NULL, time INTEGER NOT NULL, stations INTEGER NOT NULL, json TEXT NOT NULL);
  CREATE INDEX events_by_time ON events (time, id, stations, state);
  CREATE TABLE event_members (
    event TEXT NOT NULL REFERENCES events (id),
    detection TEXT NOT NULL,
    station TEXT NOT NULL,
    PRIMARY KEY (event, detection)
  ) WITHOUT ROWID;
  CREATE INDEX event_members_by_detection ON event_members (detection, event);
  `,
  `
  -- What happened and may be told: once, however many hooks there are. seq: its message of the feed; json: absent until it is planned
  -- who is told, without what the message says. Times: µs since 1970.
  CREATE TABLE occasions (number INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER, time INTEGER NOT NULL, kind TEXT, json TEXT);
  CREATE INDEX occasions_to_plan ON occasions (number) WHERE json IS NULL;
  INSERT INTO occasions (number, time, kind, json)
    SELECT number, planned, json_extract(json, '$.occasion.kind'), json_extract(json, '$.occasion') FROM outbox;

  -- One alert to one hook each; as before, but what it tells of is elsewhere.
  DROP INDEX outbox_pending;
  DROP INDEX outbox_by_state;
  DROP INDEX outbox_by_subject;
  DROP INDEX outbox_beginnings;
  DROP INDEX outbox_batches;
  ALTER TABLE outbox RENAME TO old_outbox;
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    occasion INTEGER NOT NULL,
    hook TEXT NOT NULL,
    lane TEXT NOT NULL,
    about TEXT NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    begins INTEGER NOT NULL,
    escalates INTEGER NOT NULL,
    due INTEGER NOT NULL,
    batch TEXT,
    conditional INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    time INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt INTEGER,
    delivered INTEGER,
    error TEXT
  );
  INSERT INTO outbox
    SELECT number, key, number, hook, lane, about, rule, subject, json_extract(json, '$.severity'), state, begins,
      json_extract(json, '$.isEscalation'), due, batch, conditional, planned, time, attempts, first_attempt, delivered, error
    FROM old_outbox;
  DROP TABLE old_outbox;
  CREATE INDEX outbox_pending ON outbox (hook, lane, number, due) WHERE state = 'pending';
  CREATE INDEX outbox_backlog ON outbox (state, hook, due) WHERE state IN ('pending', 'dead');
  CREATE INDEX outbox_by_subject ON outbox (subject, rule);
  CREATE INDEX outbox_beginnings ON outbox (rule, about, time) WHERE begins = 1;
  CREATE INDEX outbox_batches ON outbox (batch) WHERE batch IS NOT NULL;
  `,
  `
  -- What the network saw, for scrolling back: float32, little-endian, rows Z, N, E; at most a minute each. start: µs since 1970.
  CREATE TABLE waveforms (
    number INTEGER PRIMARY KEY,
    instrument TEXT NOT NULL,
    start INTEGER NOT NULL,
    rate REAL NOT NULL,
    samples BLOB NOT NULL,
    UNIQUE (instrument, start)
  );
  `,
  `
  -- Minutes of each instrument, an hour to a row: rows of data, latencies, timing quality (app/health/minute-ring.ts).
  CREATE TABLE health_hours (instrument TEXT NOT NULL, hour INTEGER NOT NULL, minutes BLOB NOT NULL, PRIMARY KEY (instrument, hour)) WITHOUT ROWID;
  `,
  `
  -- Made-up earthquakes through the whole chain; nothing else knows of them. json: the drill of the API. started: µs since 1970.
  CREATE TABLE drills (id TEXT PRIMARY KEY, started INTEGER NOT NULL, json TEXT NOT NULL);
  CREATE INDEX drills_by_start ON drills (started);
  `,
  `
  -- What other monitors have told this one. A key is there once for each of them. received: µs since 1970.
  CREATE TABLE remote_alerts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    received INTEGER NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (source, key)
  );
  `,
  `
  -- The reason lies in the object alone; in the index a search finds it without reading the row.
  DROP INDEX IF EXISTS detections_by_onset;
  DROP INDEX IF EXISTS detections_by_station;
  CREATE INDEX detections_by_onset ON detections (onset, id, peak_score, label, state, json_extract(json, '$.reason'));
  CREATE INDEX detections_by_station
    ON detections (station, onset, id, instrument, peak_score, label, state, json_extract(json, '$.reason'));
  `,
  `
  -- What each message on a detection took from packet to screen; seq: of the message.
  CREATE TABLE journeys (detection TEXT NOT NULL, seq INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (detection, seq)) WITHOUT ROWID;
  `,
  `
  -- Where a scored window becomes louder at once, for playing the trigger again. window_end, time of the arrival: µs since 1970.
  CREATE TABLE arrivals (
    instrument TEXT NOT NULL,
    window_end INTEGER NOT NULL,
    time INTEGER NOT NULL,
    ratio REAL NOT NULL,
    PRIMARY KEY (instrument, window_end)
  ) WITHOUT ROWID;
  `,
]

/** What this version writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length

/** @throws {StoreError} unless the file is a Quakewire database of this very version */
export function checkSchema(database: SqliteDatabase, file: string): void {
  const version = database.pragma('user_version', { simple: true }) as number
  const application = database.pragma('application_id', { simple: true }) as number
  if (application !== APPLICATION_ID) throw otherProgram(file)
  if (version === SCHEMA_VERSION) return
  const advice =
    version > SCHEMA_VERSION ? 'update this Quakewire' : '`run` or `replay --db` of this version brings it up to date'
  throw new StoreError(`store: open failed: expected schema version ${SCHEMA_VERSION}, got ${version} (${file}); ${advice}`, {
    operation: 'open',
    file,
    version,
  })
}

/**
 * Makes the tables of a new file, brings an older one up to date.
 *
 * @returns the store's id, made with the file
 * @throws {StoreError} for another program's database and for one of a newer Quakewire
 */
export function migrate(database: SqliteDatabase, file: string): string {
  const version = database.pragma('user_version', { simple: true }) as number
  const application = database.pragma('application_id', { simple: true }) as number
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (tables > 0 && application !== APPLICATION_ID) {
    throw otherProgram(file)
  }
  if (version > MIGRATIONS.length) {
    const message = `store: open failed: expected schema version ≤ ${MIGRATIONS.length}, got ${version} (${file}); a newer Quakewire wrote it: update this one or name another store.file`
    throw new StoreError(message, { operation: 'open', file, version })
  }
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(version)) database.exec(step)
      database.pragma(`user_version = ${MIGRATIONS.length}`)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.prepare('INSERT INTO store (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM store)').run(randomUUID())
    })
    .exclusive()
  return database.prepare('SELECT id FROM store').pluck().get() as string
}

function otherProgram(file: string): StoreError {
  return new StoreError(
    `store: open failed: expected a Quakewire database, got another program's (${file}); name another store.file`,
    { operation: 'open', file },
  )
}
