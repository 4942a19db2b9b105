import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionFilter, DetectionPage, PageRequest } from '../../contract/detection-search.ts'
import type { Micros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

interface Row {
  id: string
  onset: number
  json: string
}

/** Searches detections by time or by station and time; the other conditions hold when their parameter is null. */
export class DetectionQuery {
  readonly #everywhere
  readonly #atStation

  constructor(database: SqliteDatabase) {
    this.#everywhere = database.prepare<[Record<string, unknown>], Row>(select(''))
    this.#atStation = database.prepare<[Record<string, unknown>], Row>(select('station = :station AND'))
  }

  run(filter: DetectionFilter, { limit, cursor }: PageRequest): DetectionPage {
    const after = parseCursor(cursor)
    const instrument = filter.station?.split('_').length === 2 ? undefined : filter.station
    const parameters = {
      from: filter.from ?? Number.MIN_SAFE_INTEGER,
      station: filter.station?.split('_').slice(0, 2).join('_') ?? null,
      instrument: instrument ?? null,
      minimumScore: filter.minimumScore ?? null,
      label: filter.label ?? null,
      state: filter.state ?? null,
      reason: filter.reason ?? null,
      // (onset, id) < (to, '') is onset < to.
      onset: after?.onset ?? filter.to ?? Number.MAX_SAFE_INTEGER,
      id: after?.id ?? '',
      limit: limit + 1,
    }
    const rows = (filter.station === undefined ? this.#everywhere : this.#atStation).all(parameters)
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return {
      detections: page.map(({ json }) => JSON.parse(json) as DetectionWire),
      cursor: rows.length > limit && last ? `${last.onset}~${last.id}` : null,
    }
  }
}

function select(condition: string): string {
  return `SELECT id, onset, json FROM detections WHERE ${condition} (onset, id) < (:onset, :id) AND onset >= :from
    AND (:instrument IS NULL OR instrument = :instrument)
    AND (:minimumScore IS NULL OR peak_score >= :minimumScore)
    AND (:label IS NULL OR coalesce(label, 'none') = :label)
    AND (:state IS NULL OR state = :state)
    AND (:reason IS NULL OR CASE :reason
      WHEN 'none' THEN json_extract(json, '$.reason') IS NULL
      WHEN 'any' THEN json_extract(json, '$.reason') IS NOT NULL
      ELSE json_extract(json, '$.reason') = :reason END)
    ORDER BY onset DESC, id DESC LIMIT :limit`
}

/** @returns undefined for the first page and for a cursor that is none of ours */
function parseCursor(cursor: string | undefined): { onset: Micros; id: string } | undefined {
  const match = /^(-?\d{1,16})~(.+)$/s.exec(cursor ?? '')
  return match ? { onset: Number(match[1]), id: match[2] as string } : undefined
}
