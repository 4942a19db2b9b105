import { existsSync } from 'node:fs'
import type { Dataset, File } from 'h5wasm/node'
import { DatasetError } from '../../domain/errors.ts'

export type FloatArray = Float32Array | Float64Array

/** An HDF5 file opened for reading; the only door to the HDF5 library, whose errors become `DatasetError` here. */
export interface Hdf5File {
  readonly path: string
  /** @returns undefined when there is no array of that name */
  array(name: string): Hdf5Array | undefined
  /** A scalar as text, as SeisBench keeps its data format: a text, a number, or a list of texts, which are joined. */
  text(name: string): string | undefined
  close(): void
}

export interface Hdf5Array {
  readonly shape: readonly number[]
  /**
   * Rows `from` (inclusive) to `to` (exclusive) of the first dimension, all of the others.
   *
   * @throws {DatasetError} when the bytes cannot be read or are not real numbers
   */
  rows(from: number, to: number): FloatArray
}

/** @throws {DatasetError} when the file is missing or is no readable HDF5 file */
export async function openHdf5(path: string): Promise<Hdf5File> {
  // Only now: starting the library takes a third of a second, which no other command should pay.
  const hdf5 = await import('h5wasm/node')
  const library = await hdf5.ready
  if (!existsSync(path)) throw new DatasetError(`dataset: expected a file, got none (${path})`, { file: path })
  // Without this the library prints its error stack on stderr and returns a dead handle.
  library.activate_throwing_error_handler()
  const file = guarded(path, 'file', () => new hdf5.File(path, 'r'))
  return {
    path,
    array(name) {
      const entity = find(file, name)
      return entity instanceof hdf5.Dataset && entity.shape !== null
        ? new StoredArray(path, name, entity, entity.shape)
        : undefined
    },
    text(name) {
      const entity = find(file, name)
      return entity instanceof hdf5.Dataset ? scalarText(guarded(path, name, () => entity.value)) : undefined
    },
    close() {
      file.close()
    },
  }
}

class StoredArray implements Hdf5Array {
  readonly shape: readonly number[]
  readonly #path: string
  readonly #name: string
  readonly #dataset: Dataset

  constructor(path: string, name: string, dataset: Dataset, shape: readonly number[]) {
    this.#path = path
    this.#name = name
    this.#dataset = dataset
    this.shape = shape
  }

  rows(from: number, to: number): FloatArray {
    const rest = this.shape.slice(1).map((): [] => [])
    const values = guarded(this.#path, this.#name, () => this.#dataset.slice([[from, to], ...rest]))
    if (values instanceof Float32Array || values instanceof Float64Array) return values
    if (ArrayBuffer.isView(values) && !(values instanceof DataView)) {
      return Float64Array.from(Array.from<number | bigint, number>(values, Number))
    }
    throw new DatasetError(
      `dataset: expected an array of numbers, got ${JSON.stringify(this.#dataset.dtype)} (${this.#path} ${this.#name})`,
      {
        file: this.#path,
        array: this.#name,
      },
    )
  }
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (ArrayBuffer.isView(value) && (value as Float64Array).length === 1) return String((value as Float64Array)[0])
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join('')
  return undefined
}

function find(file: File, name: string): unknown {
  return guarded(file.filename, name, () => file.get(name))
}

function guarded<T>(path: string, name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new DatasetError(
      `dataset: expected readable HDF5, got a damaged or foreign ${name} (${path})`,
      { file: path, array: name },
      error,
    )
  }
}
