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

/**
 * One row of `metadata.csv`.
 *
 * @param folder the dataset's name when the row has none
 * @returns the label, or what is wrong with the row: expected X, got Y
 */
export function parseTraceLabel(record: CsvRecord, arrivals: ArrivalColumns, folder: string): TraceLabel | string {
  const name = record.get('trace_name')
  if (name === '') return 'expected a trace_name, got none'
  const pSample = earliest(record, arrivals.p)
  const category = parseCategory(record.get('trace_category'), pSample)
  if (category === undefined)
    return `expected trace_category earthquake… or noise…, got ${JSON.stringify(record.get('trace_category'))} and no P arrival`
  const split = record.get('split')
  if (split !== '' && !isSplit(split)) return `expected split train, dev or test, got ${JSON.stringify(split)}`
  const startText = record.get('trace_start_time')
  const startTime = startText === '' ? 0n : parseIsoNanos(startText)
  if (startTime === undefined) return `expected trace_start_time in ISO 8601, got ${JSON.stringify(startText)}`
  const network = record.get('station_network_code')
  const station = record.get('station_code')
  return {
    name,
    dataset: record.get('trace_dataset') || folder,
    category,
    split: isSplit(split) ? split : undefined,
    sampleRate: parseRate(record),
    startTime,
    componentOrder: record.get('trace_component_order') || undefined,
    pSample,
    sSample: earliest(record, arrivals.s),
    noiseKind: record.get('trace_noise_kind'),
    station: network || station ? `${network}_${station}` : '',
    snrDb: parseNumber(record.get('trace_snr_db')),
    magnitude: parseNumber(record.get('source_magnitude')),
  }
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
  return period === undefined ? undefined : 1 / period
}

function earliest(record: CsvRecord, columns: readonly string[]): number | undefined {
  const samples = columns.map((column) => parseNumber(record.get(column))).filter((sample) => sample !== undefined)
  return samples.length === 0 ? undefined : Math.min(...samples)
}

/** SeisBench writes missing values as empty, `nan`, `None` or, in STEAD, `[[..]]`: all of them are no number. */
function parseNumber(text: string): number | undefined {
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}
