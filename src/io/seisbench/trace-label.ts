import type { Nanos } from '../../domain/time.ts'
import { parseIsoNanos } from '../../domain/time.ts'
import type { CsvRecord } from '../csv.ts'

export const SPLITS = ['train', 'dev', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** What `metadata.csv` says about one trace. */
export interface TraceLabel {
  /** Its SeisBench name: unique in the dataset, and where its samples lie. */
  readonly name: string
  /** The collection it comes from; the folder's name when the metadata do not say. */
  readonly dataset: string
  readonly category: 'earthquake' | 'noise'
  /** Undefined when the metadata have no split. */
  readonly split: Split | undefined
  /** Hz; undefined when only the file's data format gives it. */
  readonly sampleRate: number | undefined
  /** Of the first sample; 1970 when the metadata do not say. */
  readonly startTime: Nanos
  /** One letter per stored component, e.g. `ZNE`; undefined when only the file's data format gives it. */
  readonly componentOrder: string | undefined
  /** Earliest P arrival, in samples after the first (may be fractional). */
  readonly pSample: number | undefined
  /** Earliest S arrival, in samples after the first. */
  readonly sSample: number | undefined
  /** What kind of noise it is; '' when the metadata do not say. */
  readonly noiseKind: string
  /** `NET_STA`; '' when unknown. */
  readonly station: string
  readonly snrDb: number | undefined
  readonly magnitude: number | undefined
  /** Between source and station, km. */
  readonly distanceKm: number | undefined
  /** What must not be on two sides of a split: `trace_group`, else the event; '' when the metadata say neither. */
  readonly group: string
}

/** What is known of all rows of a table. */
export interface LabelTable {
  readonly arrivals: ArrivalColumns
  /** The dataset's name when a row has none. */
  readonly folder: string
  /** A table without categories, arrivals and earthquake sources holds noise, as the noise of INSTANCE does. */
  readonly isNoise: boolean
  /** Columns with a signal-to-noise ratio in dB, in the order of preference. */
  readonly snr: readonly string[]
}

/** Columns that hold arrivals, by phase: SeisBench datasets write P, p, Pg, Pn, P1, pP, …; the first one to arrive counts. */
export interface ArrivalColumns {
  readonly p: readonly string[]
  readonly s: readonly string[]
}

const ARRIVAL = /^trace_([A-Za-z0-9]+)_arrival_sample$/

export function arrivalColumnsOf(columns: readonly string[]): ArrivalColumns {
  const phases = columns.flatMap((column) => {
    const phase = ARRIVAL.exec(column)?.[1]
    return phase === undefined ? [] : [{ column, wave: phase[0]?.toUpperCase() }]
  })
  return {
    p: phases.filter(({ wave }) => wave === 'P').map(({ column }) => column),
    s: phases.filter(({ wave }) => wave === 'S').map(({ column }) => column),
  }
}

const SOURCE_COLUMNS = ['source_magnitude', 'source_origin_time', 'source_latitude_deg']
/** One for the trace (STEAD), or one per component (INSTANCE), of which the vertical stands for all. */
const SNR_COLUMNS = ['trace_snr_db', 'trace_Z_snr_db']
/** STEAD's own name, then those of SeisBench. */
const DISTANCE_COLUMNS = ['source_distance_km', 'path_hyp_distance_km', 'path_ep_distance_km']

/** @param folder the dataset's name when a row has none */
export function describeTable(columns: readonly string[], folder: string): LabelTable {
  const arrivals = arrivalColumnsOf(columns)
  const saysNothing = ['trace_category', ...arrivals.p, ...arrivals.s, ...SOURCE_COLUMNS].every((name) => !columns.includes(name))
  return { arrivals, folder, isNoise: saysNothing, snr: SNR_COLUMNS.filter((name) => columns.includes(name)) }
}

/**
 * One row of `metadata.csv`.
 *
 * @returns the label, or what is wrong with the row: expected X, got Y
 */
export function parseTraceLabel(record: CsvRecord, table: LabelTable): TraceLabel | string {
  const name = record.get('trace_name')
  if (name === '') return 'expected a trace_name, got none'
  const pSample = earliest(record, table.arrivals.p)
  const category = table.isNoise ? 'noise' : parseCategory(record.get('trace_category'), pSample)
  if (category === undefined)
    return `expected trace_category earthquake… or noise…, got ${JSON.stringify(record.get('trace_category'))} and no P arrival`
  const split = record.get('split')
  if (split !== '' && !isSplit(split)) return `expected split train, dev or test, got ${JSON.stringify(split)}`
  const startText = record.get('trace_start_time')
  // SeisBench's own examples write 2007/01/01.
  const startTime = startText === '' ? 0n : parseIsoNanos(startText.replace(/^(\d{4})\/(\d{2})\/(\d{2})/, '$1-$2-$3'))
  if (startTime === undefined) return `expected trace_start_time in ISO 8601, got ${JSON.stringify(startText)}`
  const network = record.get('station_network_code')
  const station = record.get('station_code')
  return {
    name: compact(name),
    dataset: shared(record.get('trace_dataset') || table.folder),
    category,
    split: isSplit(split) ? split : undefined,
    sampleRate: parseRate(record),
    startTime,
    componentOrder: shared(record.get('trace_component_order')) || undefined,
    pSample,
    sSample: earliest(record, table.arrivals.s),
    noiseKind: shared(record.get('trace_noise_kind')),
    station: network || station ? shared(`${network}_${station}`) : '',
    snrDb: meanNumber(record, table.snr),
    magnitude: parseNumber(record.get('source_magnitude')),
    distanceKm: firstNumber(record, DISTANCE_COLUMNS),
    group: shared(record.get('trace_group') || record.get('source_id')),
  }
}

/** Texts that many rows share, kept once: a table of a million rows has a few thousand. Bounded, as groups may be as many as rows. */
const SHARED = new Map<string, string>()
const MAX_SHARED = 100_000

function shared(text: string): string {
  const known = SHARED.get(text)
  if (known !== undefined) return known
  const own = compact(text)
  if (SHARED.size < MAX_SHARED) SHARED.set(own, own)
  return own
}

/** A text of its own: a slice keeps the whole megabyte of CSV alive that it was cut from. */
function compact(text: string): string {
  return Buffer.from(text).toString()
}

/** `earthquake_local` (STEAD), `earthquake`, `noise`, …; without a category a P arrival makes an earthquake. */
function parseCategory(text: string, pSample: number | undefined): TraceLabel['category'] | undefined {
  const lower = text.toLowerCase()
  if (lower.includes('noise')) return 'noise'
  if (lower.startsWith('earthquake')) return 'earthquake'
  return text === '' && pSample !== undefined ? 'earthquake' : undefined
}

function isSplit(text: string): text is Split {
  return (SPLITS as readonly string[]).includes(text)
}

function parseRate(record: CsvRecord): number | undefined {
  const rate = parseNumber(record.get('trace_sampling_rate_hz'))
  if (rate !== undefined) return rate
  const period = parseNumber(record.get('trace_dt_s'))
  return period === undefined ? undefined : rateOfPeriod(period)
}

/** A period that was once a float32 gives 100.0000022 Hz: what is a whole number but for rounding is that. */
function rateOfPeriod(period: number): number {
  const rate = 1 / period
  return Math.abs(rate - Math.round(rate)) < 1e-6 * rate ? Math.round(rate) : rate
}

/** STEAD keeps the ratios of its three components in one text, `[56.8 55.4 47.4]`: their mean. */
function meanNumber(record: CsvRecord, columns: readonly string[]): number | undefined {
  for (const column of columns) {
    const parts = record
      .get(column)
      .replace(/[[\]]/g, ' ')
      .split(/[\s,]+/)
    const values = parts.map(parseNumber).filter((value) => value !== undefined)
    if (values.length > 0) return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return undefined
}

function firstNumber(record: CsvRecord, columns: readonly string[]): number | undefined {
  for (const column of columns) {
    const value = parseNumber(record.get(column))
    if (value !== undefined) return value
  }
  return undefined
}

function earliest(record: CsvRecord, columns: readonly string[]): number | undefined {
  const samples = columns.map((column) => parseNumber(record.get(column))).filter((sample) => sample !== undefined)
  return samples.length === 0 ? undefined : Math.min(...samples)
}

/** SeisBench writes missing values as empty, `nan` or `None`: all of them are no number. */
function parseNumber(text: string): number | undefined {
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}
