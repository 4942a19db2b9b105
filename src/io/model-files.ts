import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ModelFormatError } from '../domain/errors.ts'
import { parseLayersModel, serialiseLayersModel, weightPaths } from '../nn/layers-model.ts'
import type { Network } from '../nn/network.ts'

export interface ModelFiles {
  readonly network: Network
  /** Hexadecimal SHA-256 of all weight files, in the manifest's order. */
  readonly weightsSha256: string
  /** Parsed `model.json`. */
  readonly modelJson: unknown
}

/**
 * Reads `model.json` and the weight files it names from a folder.
 *
 * @throws {ModelFormatError} naming the file that is missing or no JSON, or the layer that does not fit
 */
export function readModelFiles(folder: string): ModelFiles {
  const path = join(folder, 'model.json')
  const modelJson = parseJson(path, new TextDecoder().decode(readBytes(path)))
  try {
    const paths = weightPaths(modelJson)
    const outside = paths.find((name) => name !== basename(name))
    if (outside !== undefined) throw new ModelFormatError(`model.json: expected weight files beside it, got ${outside}`)
    const files = new Map(paths.map((name) => [name, readBytes(join(folder, name))]))
    const hash = createHash('sha256')
    for (const name of paths) hash.update(files.get(name)!)
    return { network: parseLayersModel(modelJson, files), weightsSha256: hash.digest('hex'), modelJson }
  } catch (error) {
    if (!(error instanceof ModelFormatError) || 'file' in error.context) throw error
    throw new ModelFormatError(`${error.message} (${path})`, { ...error.context, file: path }, error)
  }
}

/** Writes a network as `model.json` and `weights.bin`; the folder is made when it is missing. */
export function writeModelFiles(folder: string, network: Network): void {
  const { json, weights } = serialiseLayersModel(network)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'weights.bin'), weights)
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(json, null, 1)}\n`)
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause)
    throw new ModelFormatError(`model: expected to read ${path}, got: ${got}`, { file: path }, cause)
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ModelFormatError(`model: expected JSON in ${path}, got: ${(cause as Error).message}`, { file: path }, cause)
  }
}
