import type { PageRequest } from '../../contract/detection-search.ts'
import { type EventWire, eventToWire } from '../../contract/event.ts'
import type { EventFilter, EventPage } from '../../contract/event-search.ts'
import type { NetworkEvent } from '../../domain/network-event.ts'
import { parseIsoMicros } from '../../domain/time.ts'
import type { MessageLog } from './message-log.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

interface Row {
  id: string
  time: number
  json: string
}

/** Network events as they were published last, and their members. An event told again unchanged makes no new message. */
export class EventTable {
  readonly #log: MessageLog
  readonly #find
  readonly #upsert
  readonly #clearMembers
  readonly #addMember
  readonly #ofDetection
  readonly #everywhere
  readonly #atStation

  constructor(database: SqliteDatabase, log: MessageLog) {
    this.#log = log
    this.#find = database.prepare<[string], string>('SELECT json FROM events WHERE id = ?').pluck()
    this.#upsert = database.prepare(
      `INSERT INTO events (id, state, time, stations, json) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, time = excluded.time, stations = excluded.stations, json = excluded.json`,
    )
    this.#clearMembers = database.prepare<[string]>('DELETE FROM event_members WHERE event = ?')
    this.#addMember = database.prepare<[string, string, string]>(
      'INSERT OR REPLACE INTO event_members (event, detection, station) VALUES (?, ?, ?)',
    )
    this.#ofDetection = database
      .prepare<[string], string>('SELECT event FROM event_members WHERE detection = ? ORDER BY event')
      .pluck()
    this.#everywhere = database.prepare<[Record<string, unknown>], Row>(select(''))
    this.#atStation = database.prepare<[Record<string, unknown>], Row>(
      select('EXISTS (SELECT 1 FROM event_members WHERE event = events.id AND station = :station) AND'),
    )
  }

  /** @returns the message to publish; undefined when nothing is new */
  put(event: NetworkEvent): EventWire | undefined {
    const stored = this.find(event.id)
    const wire = eventToWire(event, this.#log.nextSeq)
    if (stored && isOldNews(wire, stored)) return undefined
    this.#upsert.run(wire.id, wire.state, parseIsoMicros(wire.time), wire.stations, JSON.stringify(wire))
    this.#clearMembers.run(wire.id)
    for (const { detection, station } of wire.members) this.#addMember.run(wire.id, detection, station)
    this.#log.add(wire)
    return wire
  }

  find(id: string): EventWire | undefined {
    const json = this.#find.get(id)
    return json === undefined ? undefined : (JSON.parse(json) as EventWire)
  }

  /** Ids of the events that have a detection among their members. */
  ofDetection(id: string): string[] {
    return this.#ofDetection.all(id)
  }

  search(filter: EventFilter, { limit, cursor }: PageRequest): EventPage {
    const after = /^(-?\d{1,16})~(.+)$/s.exec(cursor ?? '')
    const parameters = {
      from: filter.from ?? Number.MIN_SAFE_INTEGER,
      state: filter.state ?? null,
      minimumStations: filter.minimumStations ?? 0,
      // (time, id) < (to, '') is time < to.
      time: after ? Number(after[1]) : (filter.to ?? Number.MAX_SAFE_INTEGER),
      id: after?.[2] ?? '',
      limit: limit + 1,
      ...(filter.station === undefined ? {} : { station: filter.station }),
    }
    const rows = (filter.station === undefined ? this.#everywhere : this.#atStation).all(parameters)
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return {
      events: page.map(({ json }) => JSON.parse(json) as EventWire),
      cursor: rows.length > limit && last ? `${last.time}~${last.id}` : null,
    }
  }
}

function select(condition: string): string {
  return `SELECT id, time, json FROM events WHERE ${condition} (time, id) < (:time, :id) AND time >= :from
    AND stations >= :minimumStations AND (:state IS NULL OR state = :state)
    ORDER BY time DESC, id DESC LIMIT :limit`
}

/** Said before, or an earlier word on an event of which a later one is known: what a re-run of the same data tells again. */
function isOldNews(wire: EventWire, stored: EventWire): boolean {
  if (wire.state === 'open' && wire.revision <= stored.revision) return true
  return JSON.stringify({ ...wire, seq: 0 }) === JSON.stringify({ ...stored, seq: 0 })
}
