import { existsSync } from 'node:fs'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import { DatasetError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { parseStationId } from '../domain/source-id.ts'
import { parseIsoMicros } from '../domain/time.ts'
import { type CsvRecord, readCsvTable } from './csv.ts'

/**
 * Reads an earthquake catalogue: columns `time` (ISO 8601, UTC unless it names a zone), optional `station` (NET_STA) and
 * `magnitude`; others are ignored. Rows that say nonsense are reported (`catalogue-row`) and left out.
 *
 * @throws {DatasetError} when the file is missing or has no column `time`
 */
export function readCatalogueCsv(path: string, onProblem: OnProblem): CatalogueEvent[] {
  if (!existsSync(path)) throw new DatasetError(`catalogue: expected a CSV file, got none (${path})`, { file: path })
  const { columns, records } = readCsvTable(path)
  if (!columns.includes('time')) {
    throw new DatasetError(
      `catalogue: expected a column time, got ${columns.join(', ') || 'an empty file'} (${path}); rename the column that holds it`,
      {
        file: path,
      },
    )
  }
  const events: CatalogueEvent[] = []
  for (const record of records) {
    const event = parseEvent(record)
    if (typeof event === 'string') onProblem({ code: 'catalogue-row', message: event, where: `${path}:${record.row}` })
    else events.push(event)
  }
  return events
}

function parseEvent(record: CsvRecord): CatalogueEvent | string {
  const time = parseIsoMicros(record.get('time'))
  if (time === undefined) return `expected time in ISO 8601, got ${JSON.stringify(record.get('time'))}`
  const stationText = record.get('station')
  const station = parseStationId(stationText)
  if (stationText !== '' && station === undefined) return `expected station as NET_STA, got ${JSON.stringify(stationText)}`
  const magnitudeText = record.get('magnitude')
  const magnitude = magnitudeText === '' ? undefined : Number(magnitudeText)
  const isKnown = magnitude !== undefined && Number.isFinite(magnitude)
  return { time, ...(station && { station }), ...(isKnown && { magnitude }) }
}
