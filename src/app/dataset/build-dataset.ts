import { signalToNoiseDb } from '../../detection/window-facts.ts'
import { MonitorError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { type InstrumentId, instrumentIdOf, type SourceId, subsourceOf } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros } from '../../domain/time.ts'
import { type Archive, openArchive } from '../../io/archive/index.ts'
import { createSeisbench } from '../../io/seisbench/dataset-writer.ts'
import { decodeRecord, SampleScratch, toTraceRecord } from '../../miniseed/index.ts'
import { componentOf } from '../../signal/component-assembler.ts'
import { pickOnset } from '../../signal/onset-picker.ts'
import { TraceMerger } from '../../signal/trace-merger.ts'
import { ChannelHistory } from './channel-history.ts'
import { type Cut, type CutOptions, type KnownEvent, LATEST_P_SECONDS, planCuts } from './plan-cuts.ts'

export interface BuildOptions extends CutOptions {
  /** miniSEED files or folders. */
  readonly paths: readonly string[]
  readonly events: readonly KnownEvent[]
  /** An empty or new folder. */
  readonly out: string
  /** Name of the dataset in its metadata. */
  readonly name: string
  readonly onProgress?: (share: number) => void
  readonly onProblem: OnProblem
}

/** What was written, and why the rest was not. */
export interface BuildSummary {
  readonly earthquakes: number
  readonly noise: number
  readonly bySplit: Readonly<Record<string, number>>
  readonly leftOut: Readonly<Record<string, number>>
  /** Of the earthquake traces, those of the largest group: near 1 in an aftershock sequence, where splits say little. */
  readonly largestGroupShare: number
}

type Reason = 'no data or a gap inside' | 'components of different rates' | 'no clear P' | 'a dead component'

const COLUMNS = [
  'split',
  'trace_category',
  'trace_sampling_rate_hz',
  'trace_component_order',
  'trace_start_time',
  'trace_p_arrival_sample',
  'trace_s_arrival_sample',
  'trace_pick_type',
  'trace_snr_db',
  'trace_noise_kind',
  'station_network_code',
  'station_code',
  'station_location_code',
  'trace_channel',
  'source_id',
  'source_origin_time',
  'source_magnitude',
  'trace_group',
  'trace_dataset',
]
/** A cut whose last samples are this late is made without them. */
const PATIENCE_SECONDS = 900
const PICKER_WINDOW_BEFORE_SECONDS = 5
/** An onset that nobody picked must stand out by this much to be a label. */
const LEAST_SNR_DB = 6

/**
 * Cuts earthquakes and the noise between them out of archived miniSEED and writes them as a dataset in SeisBench format. Records are
 * read once, in data-time order; memory holds the stretch around the cuts that are still open.
 *
 * @throws {DatasetError} when the folder holds something
 */
export async function buildDataset(options: BuildOptions): Promise<BuildSummary> {
  const { paths, out, onProblem } = options
  const archive = await openArchive(paths, { onProblem })
  try {
    const cuts = planCuts(archive.streams, options.events, options)
    const writer = await createSeisbench(out, COLUMNS)
    const tally = new Tally()
    try {
      for (const { cut, channels } of cutAll(archive, cuts, options)) {
        const made = makeTrace(cut, channels, options.name)
        tally.add(cut, made)
        if (typeof made !== 'string') writer.add(made)
      }
    } finally {
      writer.close()
    }
    return tally.summary()
  } finally {
    archive.close()
  }
}

/** Histories of Z, N, E. */
type Channels = readonly (ChannelHistory | undefined)[]

interface Instrument {
  readonly channels: [ChannelHistory | undefined, ChannelHistory | undefined, ChannelHistory | undefined]
  /** By start; those made are gone. */
  readonly waiting: Cut[]
}

/** Every cut once, with its channels, as soon as all of its data have been read. */
function* cutAll(archive: Archive, cuts: readonly Cut[], options: BuildOptions): Generator<{ cut: Cut; channels: Channels }> {
  const instruments = new Map<InstrumentId, Instrument>()
  for (const cut of cuts) {
    const instrument = instruments.get(cut.instrument) ?? { channels: [undefined, undefined, undefined], waiting: [] }
    instrument.waiting.push(cut)
    instruments.set(cut.instrument, instrument)
  }
  const mergers = new Map<SourceId, TraceMerger>()
  const scratch = new SampleScratch()
  let bytesDone = 0
  for (const { bytes, sourceId, endTime, path, offset } of archive.records()) {
    bytesDone += bytes.length
    const place = componentOf(subsourceOf(sourceId))
    const instrument = place === undefined ? undefined : instruments.get(instrumentIdOf(sourceId))
    if (place === undefined || instrument === undefined || instrument.waiting.length === 0) continue
    const record = decode(bytes, scratch, `${path} byte ${offset}`, options.onProblem)
    if (record === undefined) continue
    const merger = mergers.get(sourceId) ?? new TraceMerger(sourceId, { onProblem: options.onProblem })
    mergers.set(sourceId, merger)
    const history = instrument.channels[place] ?? new ChannelHistory()
    instrument.channels[place] = history
    for (const piece of merger.push(record)) history.add(piece)
    yield* takeReady(instrument, nanosToMicros(endTime))
    options.onProgress?.(bytesDone / archive.byteLength)
  }
  for (const instrument of instruments.values()) {
    for (const cut of instrument.waiting) yield { cut, channels: instrument.channels }
  }
}

function* takeReady({ channels, waiting }: Instrument, now: Micros): Generator<{ cut: Cut; channels: Channels }> {
  const known = Math.min(...channels.map((history) => history?.endTime ?? Number.NEGATIVE_INFINITY))
  for (let i = 0; i < waiting.length; ) {
    const cut = waiting[i] as Cut
    if (cut.from > now) break
    if (known >= cut.to || now > cut.to + PATIENCE_SECONDS * MICROS_PER_SECOND) {
      waiting.splice(i, 1)
      yield { cut, channels }
    } else i++
  }
  const earliest = waiting[0]?.from ?? Number.POSITIVE_INFINITY
  for (const history of channels) history?.forgetBefore(Math.min(earliest, now))
}

function decode(bytes: Uint8Array, scratch: SampleScratch, where: string, onProblem: OnProblem) {
  try {
    return toTraceRecord(decodeRecord(bytes, scratch), undefined)
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    onProblem({ code: error.code, message: error.message, where })
    return undefined
  }
}

interface MadeTrace {
  readonly components: [Float32Array, Float32Array, Float32Array]
  readonly columns: Record<string, string | number | undefined>
}

function makeTrace(cut: Cut, channels: Channels, dataset: string): MadeTrace | Reason {
  const { instrument, from, to, event } = cut
  const rates = channels.map((history) => history?.rateAt(from))
  const [rate] = rates
  if (rate === undefined || rates.includes(undefined)) return 'no data or a gap inside'
  if (rates.some((other) => Math.abs((other ?? 0) / rate - 1) > 1e-4)) return 'components of different rates'
  const count = Math.floor(((to - from) / MICROS_PER_SECOND) * rate)
  const [z, n, e] = channels.map((history) => history?.cut(from, count))
  if (!z || !n || !e) return 'no data or a gap inside'
  const components: [Float32Array, Float32Array, Float32Array] = [z, n, e]
  if (components.some((samples) => samples.every((value) => value === samples[0]))) return 'a dead component'
  const samples = interleave(components)
  const sampleOf = (time: Micros | undefined) => (time === undefined ? undefined : ((time - from) / MICROS_PER_SECOND) * rate)
  const pSample = event && (sampleOf(cut.p) ?? pickP(samples, rate, sampleOf(event.originTime) ?? 0))
  if (event && pSample === undefined) return 'no clear P'
  const [network, station, location, ...sensor] = instrument.split('_')
  return {
    components,
    columns: {
      split: cut.split,
      trace_category: event ? 'earthquake_local' : 'noise',
      trace_sampling_rate_hz: rate,
      trace_component_order: 'ZNE',
      trace_start_time: formatMicros(Math.round(from)),
      trace_p_arrival_sample: rounded(pSample),
      trace_s_arrival_sample: rounded(sampleOf(cut.s)),
      trace_pick_type: event && (cut.p === undefined ? 'auto' : 'catalogue'),
      trace_snr_db: pSample === undefined ? undefined : (signalToNoiseDb(samples, pSample, rate) ?? undefined),
      trace_noise_kind: event ? '' : 'catalogue_quiet',
      station_network_code: network,
      station_code: station,
      station_location_code: location,
      trace_channel: sensor.join(''),
      source_id: event?.id,
      source_origin_time: event?.originTime === undefined ? undefined : formatMicros(event.originTime),
      source_magnitude: event?.magnitude,
      trace_group: cut.group,
      trace_dataset: dataset,
    },
  }
}

/**
 * The first clear onset behind the origin, where nobody has picked.
 *
 * @returns sample of P, undefined when nothing stands out
 */
function pickP(samples: Float64Array, rate: number, originSample: number): number | undefined {
  const first = Math.max(0, Math.floor(originSample - PICKER_WINDOW_BEFORE_SECONDS * rate))
  const last = Math.ceil(originSample + LATEST_P_SECONDS * rate)
  const pick = pickOnset(samples.subarray(first * 3, last * 3), { sampleRate: rate })
  if (pick === undefined) return undefined
  const sample = first + pick.index
  const snr = signalToNoiseDb(samples, sample, rate)
  return sample >= originSample && snr !== null && snr >= LEAST_SNR_DB ? sample : undefined
}

function interleave(components: readonly Float32Array[]): Float64Array {
  const samples = new Float64Array((components[0]?.length ?? 0) * 3)
  for (const [column, values] of components.entries()) {
    for (let row = 0; row < values.length; row++) samples[row * 3 + column] = values[row] as number
  }
  return samples
}

function rounded(sample: number | undefined): number | undefined {
  return sample === undefined ? undefined : Math.round(sample * 100) / 100
}

class Tally {
  #earthquakes = 0
  #noise = 0
  readonly #bySplit: Record<string, number> = { train: 0, dev: 0, test: 0 }
  readonly #leftOut: Record<string, number> = {}
  readonly #groups = new Map<string, number>()

  add({ event, split, group }: Cut, made: MadeTrace | Reason): void {
    if (typeof made === 'string') this.#leftOut[made] = (this.#leftOut[made] ?? 0) + 1
    else {
      if (event) {
        this.#earthquakes++
        this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1)
      } else this.#noise++
      this.#bySplit[split] = (this.#bySplit[split] ?? 0) + 1
    }
  }

  summary(): BuildSummary {
    const largest = Math.max(0, ...this.#groups.values())
    return {
      earthquakes: this.#earthquakes,
      noise: this.#noise,
      bySplit: this.#bySplit,
      leftOut: this.#leftOut,
      largestGroupShare: this.#earthquakes === 0 ? 0 : largest / this.#earthquakes,
    }
  }
}
