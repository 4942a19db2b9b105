import { ModelFormatError } from '../domain/errors.ts'
import { parseTopology, serialiseTopology } from './layers-topology.ts'
import { checkNetwork, layerError, layerShapes, type Network, sizeOf, weightSpecs } from './network.ts'

/** A TensorFlow.js LayersModel: what `model.json` holds. */
export interface LayersModelJson {
  readonly format: 'layers-model'
  readonly generatedBy: string
  readonly convertedBy: null
  readonly modelTopology: unknown
  readonly weightsManifest: readonly WeightsGroup[]
}

interface WeightsGroup {
  /** Files whose bytes, one after the other, hold the weights of the group. */
  readonly paths: readonly string[]
  readonly weights: readonly WeightEntry[]
}

interface WeightEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
}

interface StoredWeight extends WeightEntry {
  readonly values: Float32Array
}

const BYTES_PER_FLOAT = 4

/**
 * Weight files a LayersModel names, in order.
 *
 * @throws {ModelFormatError} when `json` is no LayersModel
 */
export function weightPaths(json: unknown): string[] {
  return manifestOf(json).flatMap((group) => group.paths)
}

/**
 * Reads a TensorFlow.js LayersModel with a Sequential topology of the layers the engines know (see `Layer`).
 *
 * @param json parsed `model.json`
 * @param files content of every file of `weightPaths(json)`
 * @throws {ModelFormatError} naming the layer, what was expected and what came
 */
export function parseLayersModel(json: unknown, files: ReadonlyMap<string, Uint8Array>): Network {
  const groups = manifestOf(json)
  const architecture = parseTopology((json as { modelTopology?: unknown }).modelTopology)
  const shapes = layerShapes(architecture)
  const stored = groups.flatMap((group) => readGroup(group, files))
  const used = new Set<StoredWeight>()
  const weights = architecture.layers.map((layer, i) =>
    weightSpecs(layer, shapes[i]!).map((spec) => {
      const found = stored.find((weight) => isWeightOf(weight.name, layer.name, spec.name))
      const expected = `weights "${layer.name}/${spec.name}" [${spec.shape}]`
      if (found === undefined) throw layerError(layer.name, expected, `none among ${stored.map((w) => w.name).join(', ')}`)
      if (found.shape.join() !== spec.shape.join()) throw layerError(layer.name, expected, `[${found.shape}]`)
      used.add(found)
      return found.values
    }),
  )
  const spare = stored.find((weight) => !used.has(weight))
  if (spare !== undefined) throw layerError(spare.name, 'a layer these weights belong to', 'none in the topology')
  return checkNetwork({ ...architecture, weights })
}

/** The LayersModel of a network and the content of its single weight file, `weights.bin`. */
export function serialiseLayersModel(network: Network): { readonly json: LayersModelJson; readonly weights: Uint8Array } {
  const shapes = layerShapes(checkNetwork(network))
  const entries = network.layers.flatMap((layer, i) =>
    weightSpecs(layer, shapes[i]!).map((spec) => ({ name: `${layer.name}/${spec.name}`, shape: spec.shape, dtype: 'float32' })),
  )
  const json: LayersModelJson = {
    format: 'layers-model',
    generatedBy: 'Quakewire',
    convertedBy: null,
    modelTopology: serialiseTopology(network),
    weightsManifest: [{ paths: ['weights.bin'], weights: entries }],
  }
  const arrays = network.weights.flat()
  const bytes = new DataView(new ArrayBuffer(arrays.reduce((sum, array) => sum + array.length, 0) * BYTES_PER_FLOAT))
  let offset = 0
  for (const array of arrays) {
    for (const value of array) {
      bytes.setFloat32(offset, value, true)
      offset += BYTES_PER_FLOAT
    }
  }
  return { json, weights: new Uint8Array(bytes.buffer) }
}

function manifestOf(json: unknown): readonly WeightsGroup[] {
  const model = json as { format?: unknown; modelTopology?: unknown; weightsManifest?: unknown } | null
  if (typeof model !== 'object' || model === null || typeof model.modelTopology !== 'object' || model.modelTopology === null) {
    const format = typeof model === 'object' ? String(model?.format) : typeof model
    throw new ModelFormatError(
      `model.json: expected a TensorFlow.js LayersModel (modelTopology and weightsManifest), got ${format}`,
    )
  }
  if (!Array.isArray(model.weightsManifest) || !model.weightsManifest.every(isWeightsGroup)) {
    throw new ModelFormatError(
      'model.json: expected weightsManifest to list groups of { paths, weights: [{ name, shape, dtype }] }, got something else',
    )
  }
  return model.weightsManifest
}

function isWeightsGroup(value: unknown): value is WeightsGroup {
  const group = value as WeightsGroup | null
  return (
    Array.isArray(group?.paths) &&
    group.paths.every((path) => typeof path === 'string') &&
    Array.isArray(group.weights) &&
    group.weights.every((weight) => typeof weight?.name === 'string' && Array.isArray(weight.shape))
  )
}

function readGroup(group: WeightsGroup, files: ReadonlyMap<string, Uint8Array>): StoredWeight[] {
  const bytes = concatenated(group.paths, files)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = group.paths.join(', ')
  let offset = 0
  const stored = group.weights.map((entry) => {
    if (entry.dtype !== 'float32' || 'quantization' in entry) {
      throw layerError(entry.name, 'float32 weights', 'quantization' in entry ? 'quantised ones' : entry.dtype)
    }
    const size = sizeOf(entry.shape)
    if (!entry.shape.every((length) => Number.isInteger(length) && length >= 1)) {
      throw layerError(entry.name, 'a shape of whole numbers ≥ 1', JSON.stringify(entry.shape))
    }
    const end = offset + size * BYTES_PER_FLOAT
    if (end > bytes.length) throw layerError(entry.name, `at least ${end} bytes in ${name}`, `${bytes.length}`)
    const values = new Float32Array(size)
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(offset + i * BYTES_PER_FLOAT, true)
    offset = end
    return { ...entry, values }
  })
  if (offset !== bytes.length) {
    throw new ModelFormatError(`${name}: expected ${offset} bytes as the manifest says, got ${bytes.length}`, {
      file: name,
      expected: offset,
      got: bytes.length,
    })
  }
  return stored
}

function concatenated(paths: readonly string[], files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = paths.map((path) => {
    const bytes = files.get(path)
    if (bytes === undefined) throw new ModelFormatError(`${path}: expected the weights named in model.json, got no such file`)
    return bytes
  })
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

/** `conv1/kernel`, `conv1/conv1/kernel:0`, `sequential/conv1/kernel` all are the kernel of `conv1`. */
function isWeightOf(stored: string, layer: string, weight: string): boolean {
  const path = stored.replace(/:\d+$/, '').split('/')
  return path.pop() === weight && path.includes(layer)
}
