import { existsSync } from 'node:fs'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import { DatasetError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { parseStationId } from '../domain/source-id.ts'
import { parseIsoMicros } from '../domain/time.ts'
import { type CsvRecord, readCsvTable } from './csv.ts'

/** Which columns hold what, for catalogues that name them otherwise. */
export interface CatalogueColumns {
  readonly time: string
  readonly magnitude: string
  /** Station (NET_STA); two columns are network and station. */
  readonly station: readonly string[]
  /** Rows below any of these are left out; a row without the number, too. */
  readonly atLeast: Readonly<Record<string, number>>
}

const COLUMNS: CatalogueColumns = { time: 'time', magnitude: 'magnitude', station: ['station'], atLeast: {} }

/**
 * Reads an earthquake catalogue: columns `time` (ISO 8601, UTC unless it names a zone), optional `station` (NET_STA),
 * `magnitude`, `latitude` and `longitude` (degrees), `depth_km` or `depth_m`; others are ignored. Rows that say nonsense are reported (`catalogue-row`) and left out.
 *
 * @throws {DatasetError} when the file is missing or has no column `time`
 */
export function readCatalogueCsv(path: string, onProblem: OnProblem, given: Partial<CatalogueColumns> = {}): CatalogueEvent[] {
  const wanted = { ...COLUMNS, ...given }
  if (!existsSync(path)) throw new DatasetError(`catalogue: expected a CSV file, got none (${path})`, { file: path })
  const { columns, records } = readCsvTable(path)
  if (!columns.includes(wanted.time)) {
    throw new DatasetError(
      `catalogue: expected a column ${wanted.time}, got ${columns.join(', ') || 'an empty file'} (${path}); rename the column that holds it`,
      {
        file: path,
      },
    )
  }
  const events: CatalogueEvent[] = []
  for (const record of records) {
    if (Object.entries(wanted.atLeast).some(([column, least]) => !(Number.parseFloat(record.get(column)) >= least))) continue
    const event = parseEvent(record, wanted)
    if (typeof event === 'string') onProblem({ code: 'catalogue-row', message: event, where: `${path}:${record.row}` })
    else events.push(event)
  }
  return events
}

function parseEvent(record: CsvRecord, columns: CatalogueColumns): CatalogueEvent | string {
  const time = parseIsoMicros(record.get(columns.time))
  if (time === undefined) return `expected ${columns.time} in ISO 8601, got ${JSON.stringify(record.get(columns.time))}`
  const stationText = columns.station
    .map((column) => record.get(column))
    .filter((text) => text !== '')
    .join('_')
  const station = parseStationId(stationText)
  if (stationText !== '' && station === undefined) return `expected station as NET_STA, got ${JSON.stringify(stationText)}`
  const magnitude = numberIn(record, columns.magnitude)
  return { time, ...(station && { station }), ...(magnitude !== undefined && { magnitude }), ...hypocentreIn(record) }
}

function hypocentreIn(record: CsvRecord): Pick<CatalogueEvent, 'place' | 'depthKm'> {
  const [latitude, longitude] = [numberIn(record, 'latitude'), numberIn(record, 'longitude')]
  if (latitude === undefined || longitude === undefined) return {}
  const metres = numberIn(record, 'depth_m')
  const depthKm = numberIn(record, 'depth_km') ?? (metres === undefined ? undefined : metres / 1000)
  return { place: { latitude, longitude }, ...(depthKm !== undefined && { depthKm }) }
}

/** Undefined where there is no number. */
function numberIn(record: CsvRecord, column: string): number | undefined {
  const text = record.get(column)
  const value = Number(text)
  return text !== '' && Number.isFinite(value) ? value : undefined
}
