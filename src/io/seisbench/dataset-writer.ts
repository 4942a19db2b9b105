import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetError } from '../../domain/errors.ts'

/** One trace on its way into a dataset. */
export interface TraceToWrite {
  /** Z, N, E, equally long. */
  readonly components: readonly [Float32Array, Float32Array, Float32Array]
  /** Columns of `metadata.csv`; `trace_name` and `trace_npts` are the writer's. */
  readonly columns: Readonly<Record<string, string | number | undefined>>
}

/** Rows of one bucket: few enough to hold, many enough that a file has few arrays. */
const BUCKET_ROWS = 64

/**
 * Writes a dataset in SeisBench format: buckets of traces of one length, order CW, components ZNE, float32, one chunk per trace, so
 * that a reader never decompresses more than it wants. Memory holds one bucket per length.
 */
export interface SeisbenchWriter {
  add(trace: TraceToWrite): void
  /** Writes what is left and closes both files. */
  close(): void
}

/**
 * @param directory is made; must be empty
 * @param columns of `metadata.csv` after `trace_name` and `trace_npts`, in order
 * @throws {DatasetError} when the folder holds something
 */
export async function createSeisbench(directory: string, columns: readonly string[]): Promise<SeisbenchWriter> {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new DatasetError(`dataset: expected an empty or new folder, got one with files (${directory}); name another one`, {
      file: directory,
    })
  }
  mkdirSync(directory, { recursive: true })
  const hdf5 = await import('h5wasm/node')
  await hdf5.ready
  const file = timeless(() => new hdf5.File(join(directory, 'waveforms.hdf5'), 'w'))
  const data = timeless(() => file.create_group('data'))
  const format = timeless(() => file.create_group('data_format'))
  for (const [name, value] of Object.entries({
    dimension_order: 'CW',
    component_order: 'ZNE',
    measurement: 'as recorded',
    unit: 'counts',
  })) {
    timeless(() => format.create_dataset({ name, data: value }))
  }
  const metadata = openSync(join(directory, 'metadata.csv'), 'w')
  const names = ['trace_name', 'trace_npts', ...columns]
  writeSync(metadata, `${names.join(',')}\n`)
  const waiting = new Map<number, TraceToWrite[]>()
  let buckets = 0

  const write = (length: number, traces: readonly TraceToWrite[]) => {
    const name = `bucket${buckets++}`
    const values = new Float32Array(traces.length * 3 * length)
    for (const [row, { components }] of traces.entries()) {
      for (const [component, samples] of components.entries()) values.set(samples, (row * 3 + component) * length)
    }
    // Deflate at its quickest: half the size of real counts, and every HDF5 library reads it.
    timeless(() =>
      data.create_dataset({
        name,
        data: values,
        shape: [traces.length, 3, length],
        chunks: [1, 3, length],
        compression: 'gzip',
        compression_opts: [1],
      }),
    )
    for (const [row, { columns: given }] of traces.entries()) {
      const fields: Record<string, string | number | undefined> = {
        ...given,
        trace_name: `${name}$${row},:3,:${length}`,
        trace_npts: length,
      }
      writeSync(metadata, `${names.map((column) => csvField(fields[column])).join(',')}\n`)
    }
  }
  return {
    add(trace) {
      const { length } = trace.components[0]
      const bucket = waiting.get(length) ?? []
      bucket.push(trace)
      waiting.set(length, bucket)
      if (bucket.length < BUCKET_ROWS) return
      write(length, bucket)
      waiting.delete(length)
    },
    close() {
      for (const [length, bucket] of waiting) write(length, bucket)
      waiting.clear()
      timeless(() => file.close())
      closeSync(metadata)
    },
  }
}

/**
 * HDF5 stamps every array with the time of its making, and h5wasm has no switch for that: two runs would differ in those bytes alone,
 * and the hash in a model card would name no data. The library asks `Date.now`, and nothing else runs while it does.
 */
function timeless<T>(write: () => T): T {
  const { now } = Date
  Date.now = () => 0
  try {
    return write()
  } finally {
    Date.now = now
  }
}

function csvField(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
