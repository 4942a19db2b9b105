import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import { DatasetError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { formatMicros } from '../domain/time.ts'
import { type CatalogueColumns, readCatalogueCsv } from './catalogue-csv.ts'
import { type QuakemlEvent, readQuakeml } from './quakeml.ts'

/**
 * A catalogue as detections are compared with it, from CSV or QuakeML (told apart by what the file begins with). Events of QuakeML
 * are origins.
 *
 * @throws {DatasetError} when the file cannot be read or is neither
 */
export function readCatalogue(path: string, onProblem: OnProblem, columns: Partial<CatalogueColumns> = {}): CatalogueEvent[] {
  if (!isXml(path)) return readCatalogueCsv(path, onProblem, columns)
  return readQuakeml(path, onProblem).map(({ originTime, magnitude, place, depthKm }) => ({
    time: originTime,
    ...(magnitude !== undefined && { magnitude }),
    ...(place && { place }),
    ...(depthKm !== undefined && { depthKm }),
  }))
}

/** An event with what is known of its arrivals. */
export interface EventWithPicks extends Omit<QuakemlEvent, 'originTime'> {
  readonly originTime: QuakemlEvent['originTime'] | undefined
}

/**
 * Events with arrivals, from CSV or QuakeML. A row of a CSV with a station is a P there and an event of its own; without, an origin.
 *
 * @throws {DatasetError} when the file cannot be read or is neither
 */
export function readEvents(path: string, onProblem: OnProblem, columns: Partial<CatalogueColumns> = {}): EventWithPicks[] {
  if (isXml(path)) return readQuakeml(path, onProblem)
  return readCatalogueCsv(path, onProblem, columns).map(({ time, station, magnitude }) => ({
    id: station === undefined ? formatMicros(time) : `${station} ${formatMicros(time)}`,
    originTime: station === undefined ? time : undefined,
    magnitude,
    picks: station === undefined ? [] : [{ station, phase: 'P', time }],
  }))
}

function isXml(path: string): boolean {
  if (!existsSync(path)) throw new DatasetError(`catalogue: expected a CSV or QuakeML file, got none (${path})`, { file: path })
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(64)
    const count = readSync(file, bytes, 0, bytes.length, 0)
    return /^\uFEFF?\s*</.test(new TextDecoder().decode(bytes.subarray(0, count)))
  } finally {
    closeSync(file)
  }
}
