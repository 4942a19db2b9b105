import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { UsageError } from '../../domain/errors.ts'
import { nslcFromSourceId } from '../../domain/source-id.ts'
import { NANOS_PER_SECOND, type Nanos } from '../../domain/time.ts'
import { encodeRecords } from '../../miniseed/index.ts'
import { DEFAULT_MODEL } from '../default-config.ts'
import type { Scenario } from './scenario.ts'
import type { ArrivalFacts } from './seismogram.ts'
import { type ChannelPiece, stationRecord } from './station-record.ts'
import { arrivalLines, arrivalsCsv, catalogueCsv, stationsYaml, truthDocument } from './truth.ts'

export interface WriteArchiveOptions {
  /** Folder of the model that the written `stations.yaml` names, by the way that leads there from it; default: the bundled one. */
  readonly model?: string
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (share: number) => void
}

export interface ArchiveSummary {
  readonly files: number
  readonly records: number
  readonly bytes: number
  readonly samples: number
  readonly arrivals: readonly ArrivalFacts[]
}

/**
 * Writes a scenario: miniSEED in the SDS layout (`sds/YEAR/NET/STA/CHA.D/…`, records in time order), `truth.json`, `truth.jsonl`,
 * `catalogue.csv`, `arrivals.csv` and `stations.yaml`. The same scenario gives the same bytes. Memory does not grow with its length.
 *
 * @throws {UsageError} when the directory cannot be made or already holds an archive
 */
export function writeArchive(scenario: Scenario, directory: string, options: WriteArchiveOptions = {}): ArchiveSummary {
  const { model = DEFAULT_MODEL, onProgress = () => {} } = options
  makeDirectory(directory)
  const files = new DayFiles(join(directory, 'sds'), scenario.recordFormat)
  const arrivals: ArrivalFacts[] = []
  const { stations, startTime, durationSeconds } = scenario
  try {
    for (const [index, station] of stations.entries()) {
      for (const piece of stationRecord(scenario, station, (arrival) => arrivals.push(arrival))) {
        files.write(piece)
        const elapsed = Number(piece.startTime - startTime) / 1e9 / durationSeconds
        onProgress((index + Math.max(0, Math.min(1, elapsed))) / stations.length)
      }
      files.close()
    }
  } finally {
    files.close()
  }
  writeFileSync(join(directory, 'truth.json'), `${JSON.stringify(truthDocument(scenario), undefined, 2)}\n`)
  writeFileSync(join(directory, 'truth.jsonl'), arrivalLines(scenario, arrivals))
  writeFileSync(join(directory, 'catalogue.csv'), catalogueCsv(scenario))
  writeFileSync(join(directory, 'arrivals.csv'), arrivalsCsv(scenario, arrivals))
  writeFileSync(join(directory, 'stations.yaml'), stationsYaml(scenario, relative(resolve(directory), resolve(model))))
  onProgress(1)
  return { files: files.count, records: files.records, bytes: files.bytes, samples: files.samples, arrivals }
}

/** One open file per channel; the next day closes it and opens another. */
class DayFiles {
  count = 0
  records = 0
  bytes = 0
  samples = 0
  readonly #root: string
  readonly #formatVersion: 2 | 3
  readonly #open = new Map<string, { path: string; descriptor: number; nextSequence: number }>()

  constructor(root: string, formatVersion: 2 | 3) {
    this.#root = root
    this.#formatVersion = formatVersion
  }

  write({ sourceId, startTime, sampleRate, samples }: ChannelPiece): void {
    const file = this.#fileOf(sourceId, dayFile(nslcFromSourceId(sourceId), startTime))
    const records = encodeRecords(sourceId, startTime, sampleRate, samples, {
      formatVersion: this.#formatVersion,
      sequenceNumber: file.nextSequence,
      timingQuality: LOCKED_CLOCK,
    })
    file.nextSequence = ((file.nextSequence + records.length - 1) % MOST_SEQUENCES) + 1
    this.records += records.length
    this.samples += samples.length
    this.bytes += writeSync(file.descriptor, Buffer.concat(records))
  }

  close(): void {
    for (const { descriptor } of this.#open.values()) closeSync(descriptor)
    this.#open.clear()
  }

  #fileOf(sourceId: string, path: string) {
    const open = this.#open.get(sourceId)
    if (open?.path === path) return open
    if (open) closeSync(open.descriptor)
    const full = join(this.#root, path)
    mkdirSync(dirname(full), { recursive: true })
    const file = { path, descriptor: openSync(full, 'w'), nextSequence: 1 }
    this.#open.set(sourceId, file)
    this.count++
    return file
  }
}

/** Timing quality of a recorder whose clock is locked, %. */
const LOCKED_CLOCK = 100
/** Sequence numbers of miniSEED 2 have six digits. */
const MOST_SEQUENCES = 999_999

/** `YEAR/NET/STA/CHA.D/NET.STA.LOC.CHA.D.YEAR.DAY`, as SeisComP stores days. */
function dayFile(nslc: string, time: Nanos): string {
  const [network, station, , channel] = nslc.split('.')
  const date = new Date(Number(time / NANOS_PER_SECOND) * 1000)
  const year = date.getUTCFullYear()
  const day = 1 + Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000)
  return `${year}/${network}/${station}/${channel}.D/${nslc}.D.${year}.${String(day).padStart(3, '0')}`
}

function makeDirectory(directory: string): void {
  const context = { option: 'out' }
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new UsageError(`synth: expected a directory to write to, got ${directory}; choose another --out`, context, cause)
  }
  // Records of an earlier scenario would mix with the new ones, and their truth would be lost.
  if (existsSync(join(directory, 'sds'))) {
    throw new UsageError(
      `synth: expected a directory without an archive, got ${directory}; delete it or choose another --out`,
      context,
    )
  }
}
