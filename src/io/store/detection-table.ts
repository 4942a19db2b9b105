import { type DetectionWire, detectionToWire, labelToWire } from '../../contract/detection.ts'
import type { DetectionFilter, DetectionPage, PageRequest } from '../../contract/detection-search.ts'
import type { LabelMessage } from '../../contract/feed.ts'
import type { Detection, Latency } from '../../domain/detection.ts'
import type { Label, LabelValue } from '../../domain/label.ts'
import { type Micros, parseIsoMicros } from '../../domain/time.ts'
import { DetectionQuery } from './detection-query.ts'
import type { MessageLog } from './message-log.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

export interface StoredDetection {
  readonly detection: Detection
  readonly latency: Latency
}

/** A label of the history; null took the label back. */
export interface LabelEntry {
  readonly value: LabelValue | null
  readonly by: string
  readonly time: Micros
}

/**
 * Detections and their labels. A detection that is given again unchanged (a second replay, the
 * minutes after a restart) makes no new message.
 */
export class DetectionTable {
  readonly #query
  readonly #find
  readonly #upsert
  readonly #addLabel
  readonly #labels
  readonly #count
  readonly #log: MessageLog

  constructor(database: SqliteDatabase, log: MessageLog) {
    this.#log = log
    this.#query = new DetectionQuery(database)
    this.#find = database.prepare<[string], string>('SELECT json FROM detections WHERE id = ?').pluck()
    this.#upsert = database.prepare(
      `INSERT INTO detections (id, state, station, instrument, onset, peak_score, label, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, peak_score = excluded.peak_score, label = excluded.label, json = excluded.json`,
    )
    this.#addLabel = database.prepare('INSERT INTO labels (detection, value, by, time) VALUES (?, ?, ?, ?)')
    this.#labels = database.prepare<[string], LabelEntry>(
      'SELECT value, by, time FROM labels WHERE detection = ? ORDER BY number',
    )
    this.#count = database.prepare<[], number>('SELECT count(*) FROM detections').pluck()
  }

  get count(): number {
    return this.#count.get() as number
  }

  /** @returns the message to publish; undefined when nothing but the latency is new */
  put({ detection, latency }: StoredDetection): DetectionWire | undefined {
    const stored = this.find(detection.id)
    const wire = {
      ...detectionToWire(detection, { seq: this.#log.nextSeq, latency }),
      ...(stored?.label && { label: stored.label }),
    }
    if (stored && isOldNews(wire, stored)) return undefined
    this.#save(wire)
    this.#log.add(wire)
    return wire
  }

  /** @returns the message to publish; undefined when there is no such detection */
  label(id: string, value: LabelValue | null, by: string, time: Micros): LabelMessage | undefined {
    const stored = this.find(id)
    if (!stored) return undefined
    const seq = this.#log.nextSeq
    const label = value === null ? null : labelToWire({ value, by, time } satisfies Label)
    const { label: _old, ...rest } = stored
    this.#addLabel.run(id, value, by, time)
    this.#save({ ...rest, seq, ...(label && { label }) })
    const message: LabelMessage = { seq, type: 'label', id, station: stored.station, instrument: stored.instrument, label }
    this.#log.add(message)
    return message
  }

  find(id: string): DetectionWire | undefined {
    const json = this.#find.get(id)
    return json === undefined ? undefined : (JSON.parse(json) as DetectionWire)
  }

  search(filter: DetectionFilter, page: PageRequest): DetectionPage {
    return this.#query.run(filter, page)
  }

  labels(id: string): LabelEntry[] {
    return this.#labels.all(id)
  }

  #save(wire: DetectionWire): void {
    const { id, state, station, instrument, onset, peak, label } = wire
    const onsetMicros = parseIsoMicros(onset.time)
    this.#upsert.run(id, state, station, instrument, onsetMicros, peak.score, label?.value ?? null, JSON.stringify(wire))
  }
}

/** Said before, or the beginning of a detection whose end is known: what a re-run of the same data tells again. */
function isOldNews(wire: DetectionWire, stored: DetectionWire): boolean {
  if (stored.state === 'closed' && wire.state === 'open' && wire.config === stored.config) return true
  return JSON.stringify(lasting(wire)) === JSON.stringify(lasting(stored))
}

function lasting({ seq: _seq, latency: _latency, label: _label, ...rest }: DetectionWire) {
  return rest
}
