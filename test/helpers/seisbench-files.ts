import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { File, type Group, ready } from 'h5wasm/node'

export interface StoredArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | Float64Array | Int32Array
}

export interface SeisbenchFiles {
  readonly metadata: string
  readonly arrays: readonly StoredArray[]
  readonly format?: Readonly<Record<string, string | number>>
}

/** Writes a folder in SeisBench format and returns its path. */
export async function writeSeisbench({ metadata, arrays, format = {} }: SeisbenchFiles): Promise<string> {
  await ready
  const directory = mkdtempSync(join(tmpdir(), 'seisbench-'))
  writeFileSync(join(directory, 'metadata.csv'), metadata)
  const file = new File(join(directory, 'waveforms.hdf5'), 'w')
  const data = file.create_group('data')
  for (const { name, shape, values } of arrays) data.create_dataset({ name, data: values, shape: [...shape] })
  writeFormat(file.create_group('data_format'), { dimension_order: 'CW', component_order: 'ZNE', ...format })
  file.close()
  return directory
}

function writeFormat(group: Group, format: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(format)) group.create_dataset({ name, data: value })
}
