import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { DatasetError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { readCsvTable } from '../csv.ts'
import { chunkFilesOf } from './chunk-files.ts'
import { type FloatArray, type Hdf5Array, type Hdf5File, openHdf5 } from './hdf5.ts'
import { describeTable, parseTraceLabel, type TraceLabel } from './trace-label.ts'
import { parseTraceName, type TraceAddress } from './trace-name.ts'

/** Samples of one bucket held at once: 8 Mi samples are 32 MB of float32. */
const MAX_BLOCK_SAMPLES = 1 << 23
/** One letter per component → place in Z, N, E. 1, 2 and U, V, W are taken as they come: an approximation, not a rotation. */
const COMPONENT_PLACES: Readonly<Record<string, number>> = { Z: 0, N: 1, E: 2, '1': 1, '2': 2, '3': 0, U: 0, V: 1, W: 2 }

/** One labelled trace with its samples. */
export interface LabelledTrace {
  readonly label: TraceLabel
  /** Hz. */
  readonly sampleRate: number
  /** Z, N, E in source units, equally long; a component that is not stored is all zero. */
  readonly components: readonly [FloatArray, FloatArray, FloatArray]
  /** False for a component that is constant: dead, or not stored. */
  readonly isLive: readonly [boolean, boolean, boolean]
}

/** A dataset in SeisBench format: a folder with `metadata.csv` and `waveforms.hdf5`, or several pairs of them (`chunks`). */
export interface SeisbenchDataset {
  readonly directory: string
  /** All usable rows of the metadata, in order, one chunk after the other. */
  readonly labels: readonly TraceLabel[]
  /**
   * Reads the chosen traces, one bucket after the other, so that memory stays bounded whatever the dataset's size.
   * A trace with bad data is reported (`dataset-trace`) and left out.
   */
  traces(isWanted: (label: TraceLabel) => boolean): Generator<LabelledTrace>
  close(): void
}

/**
 * Opens a dataset and reads its labels. Rows that say nonsense are reported (`dataset-row`) and left out.
 *
 * @throws {DatasetError} when a file is missing or unreadable, or the metadata have no `trace_name`
 */
export async function openSeisbenchDataset(directory: string, onProblem: OnProblem): Promise<SeisbenchDataset> {
  const folder = basename(resolve(directory))
  const parts: { labels: TraceLabel[]; file: Hdf5File }[] = []
  const close = () => {
    for (const { file } of parts) file.close()
  }
  try {
    for (const { metadata, waveforms } of chunkFilesOf(directory)) {
      parts.push({ labels: readLabels(metadata, folder, onProblem), file: await openHdf5(waveforms) })
    }
  } catch (error) {
    close()
    throw error
  }
  return {
    directory,
    labels: parts.flatMap(({ labels }) => labels),
    *traces(isWanted) {
      for (const { labels, file } of parts) yield* readTraces(file, labels.filter(isWanted), onProblem)
    },
    close,
  }
}

/** Hash of the bytes of all its files: what a model card calls its training data. */
export async function datasetSha256(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const { metadata, waveforms } of chunkFilesOf(directory)) {
    for (const path of [metadata, waveforms]) {
      for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array)
    }
  }
  return hash.digest('hex')
}

function readLabels(path: string, folder: string, onProblem: OnProblem): TraceLabel[] {
  const { columns, records } = readCsvTable(path)
  if (!columns.includes('trace_name')) {
    throw new DatasetError(
      `dataset: expected a column trace_name, got ${columns.slice(0, 5).join(', ') || 'no columns'} (${path})`,
      { file: path },
    )
  }
  const table = describeTable(columns, folder)
  if (table.isNoise)
    onProblem({
      code: 'dataset-all-noise',
      message: 'expected columns of categories, arrivals or sources, got none: every trace is taken as noise',
      where: path,
    })
  const labels: TraceLabel[] = []
  for (const record of records) {
    const label = parseTraceLabel(record, table)
    if (typeof label === 'string') onProblem({ code: 'dataset-row', message: label, where: `${path}:${record.row}` })
    else labels.push(label)
  }
  return labels
}

interface Place {
  readonly label: TraceLabel
  readonly address: TraceAddress
}

function* readTraces(file: Hdf5File, labels: readonly TraceLabel[], onProblem: OnProblem): Generator<LabelledTrace> {
  const format = {
    componentOrder: file.text('data_format/component_order') ?? 'ZNE',
    // Buckets have the trace dimension N in front; older files do not name it.
    isChannelLast: (file.text('data_format/dimension_order') ?? 'CW').replace('N', '') === 'WC',
    sampleRate: Number(file.text('data_format/sampling_rate') ?? Number.NaN),
  }
  const reportTrace = (label: TraceLabel, message: string) =>
    onProblem({ code: 'dataset-trace', message, where: `${file.path} ${label.name}` })

  for (const { array: name, places } of runsOfArrays(labels, reportTrace)) {
    const array = file.array(name)
    if (array === undefined) {
      for (const { label } of places) reportTrace(label, `expected an array ${name}, got none`)
      continue
    }
    for (const { label, address, stored, failure } of readPlaces(array, places)) {
      const trace = stored === undefined ? failure : toTrace(label, address, stored, format)
      if (typeof trace === 'string') reportTrace(label, trace)
      else yield withoutWrongS(trace, reportTrace)
    }
  }
}

/**
 * Neighbouring rows of one array, together. SeisBench writes one bucket after the other, so these are whole buckets; only one of
 * them is held, not the places of a million traces.
 */
function* runsOfArrays(
  labels: readonly TraceLabel[],
  report: (label: TraceLabel, message: string) => void,
): Generator<{ array: string; places: Place[] }> {
  let array = ''
  let places: Place[] = []
  for (const label of labels) {
    const address = parseTraceName(label.name)
    if (address === undefined) {
      report(label, 'expected a trace name like bucket0$5,:3,:6000, got another index')
      continue
    }
    if (address.array !== array && places.length > 0) {
      yield { array, places }
      places = []
    }
    array = address.array
    places.push({ label, address })
  }
  if (places.length > 0) yield { array, places }
}

/** One trace as stored: two dimensions, row-major. */
interface StoredTrace {
  readonly values: FloatArray
  readonly shape: readonly [number, number]
}

interface ReadPlace extends Place {
  readonly stored?: StoredTrace
  readonly failure: string
}

/** Reads rows in blocks: chunks of a compressed bucket may span many rows, and one read per row would decompress them again and again. */
function* readPlaces(array: Hdf5Array, places: readonly Place[]): Generator<ReadPlace> {
  const { shape } = array
  const [first = 0, second = 0] = shape.slice(-2)
  const samplesPerRow = first * second
  const blockRows = Math.max(1, Math.floor(MAX_BLOCK_SAMPLES / Math.max(1, samplesPerRow)))
  let block: { from: number; to: number; values: FloatArray } | undefined

  for (const place of [...places].sort((a, b) => (a.address.row ?? 0) - (b.address.row ?? 0))) {
    const { row } = place.address
    const isBucket = row !== undefined
    if (shape.length !== (isBucket ? 3 : 2) || (row ?? 0) >= (isBucket ? (shape[0] ?? 0) : 1)) {
      yield {
        ...place,
        failure: `expected ${isBucket ? `row ${row} of three dimensions` : 'two dimensions'}, got an array [${shape.join(', ')}]`,
      }
      continue
    }
    if (!isBucket) {
      yield { ...place, ...readRows(array, 0, first, [first, second]) }
      continue
    }
    if (block === undefined || row >= block.to) {
      const from = row
      const to = Math.min(shape[0] ?? 0, from + blockRows)
      const read = readRows(array, from, to, [first, second])
      block = read.stored && { from, to, values: read.stored.values }
    }
    if (block === undefined) {
      // Something in the block is damaged: alone, the sound rows can still be read.
      yield { ...place, ...readRows(array, row, row + 1, [first, second]) }
    } else {
      const start = (row - block.from) * samplesPerRow
      yield {
        ...place,
        stored: { values: block.values.subarray(start, start + samplesPerRow), shape: [first, second] },
        failure: '',
      }
    }
  }
}

function readRows(
  array: Hdf5Array,
  from: number,
  to: number,
  shape: [number, number],
): { stored?: StoredTrace; failure: string } {
  try {
    return { stored: { values: array.rows(from, to), shape }, failure: '' }
  } catch (error) {
    if (error instanceof DatasetError) return { failure: error.message }
    throw error
  }
}

function toTrace(
  label: TraceLabel,
  address: TraceAddress,
  stored: StoredTrace,
  format: { componentOrder: string; isChannelLast: boolean; sampleRate: number },
): LabelledTrace | string {
  const sampleRate = label.sampleRate ?? format.sampleRate
  if (!(sampleRate > 0)) return `expected a sample rate in Hz, got ${label.sampleRate ?? 'none'}`
  const extents = stored.shape.map((size, axis) => Math.min(size, address.extents[axis] ?? size)) as [number, number]
  const [componentCount, sampleCount] = format.isChannelLast ? [extents[1], extents[0]] : extents
  const order = [...(label.componentOrder ?? format.componentOrder).toUpperCase()]
  if (componentCount !== order.length || sampleCount === 0) {
    return `expected ${order.length} components (${order.join('')}) of samples, got ${componentCount} × ${sampleCount}`
  }
  const components: [FloatArray, FloatArray, FloatArray] = [
    new Float32Array(sampleCount),
    new Float32Array(sampleCount),
    new Float32Array(sampleCount),
  ]
  for (const [index, letter] of order.entries()) {
    const place = COMPONENT_PLACES[letter]
    if (place === undefined) return `expected components of Z, N, E (or 1, 2, U, V, W), got ${order.join('')}`
    components[place] = copyComponent(stored, index, sampleCount, format.isChannelLast)
  }
  if (components.some((samples) => !samples.every(Number.isFinite))) return 'expected finite samples, got NaN or infinity'
  const isLive = components.map((samples) => samples.some((value) => value !== samples[0])) as [boolean, boolean, boolean]
  if (!isLive.includes(true)) return 'expected a live component, got constant samples in all'
  const fault = arrivalFault(label, sampleCount)
  return fault ?? { label, sampleRate, components, isLive }
}

function copyComponent(stored: StoredTrace, component: number, sampleCount: number, isChannelLast: boolean): FloatArray {
  const stride = stored.shape[1]
  if (!isChannelLast) return stored.values.slice(component * stride, component * stride + sampleCount)
  const samples = stored.values.slice(0, sampleCount)
  for (let i = 0; i < sampleCount; i++) samples[i] = stored.values[i * stride + component] ?? 0
  return samples
}

/** S is said by many pickers and trusted by none: a wrong one is left out, the trace stays. */
function withoutWrongS(trace: LabelledTrace, report: (label: TraceLabel, message: string) => void): LabelledTrace {
  const { label, components } = trace
  const { sSample, pSample = Number.NEGATIVE_INFINITY } = label
  const last = components[0].length - 1
  if (sSample === undefined || (sSample > pSample && sSample >= 0 && sSample <= last)) return trace
  report(label, `expected S after P and inside the trace (0–${last}), got sample ${sSample}: the trace is kept without it`)
  return { ...trace, label: { ...label, sSample: undefined } }
}

function arrivalFault(label: TraceLabel, sampleCount: number): string | undefined {
  if (label.category === 'noise') return undefined
  const { pSample } = label
  if (pSample === undefined) return 'expected a P arrival on an earthquake trace, got none'
  if (pSample < 0 || pSample >= sampleCount) return `expected P inside the trace (0–${sampleCount - 1}), got sample ${pSample}`
  return undefined
}
