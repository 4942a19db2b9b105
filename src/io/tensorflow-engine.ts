import { EngineError } from '../domain/errors.ts'
import type { Classifier } from '../domain/ports.ts'
import { sigmoid } from '../nn/exponential.ts'
import { serialiseLayersModel } from '../nn/layers-model.ts'
import { layerShapes, type Network, outputKind } from '../nn/network.ts'

const PACKAGE = '@tensorflow/tfjs-node'

interface TensorflowTensor {
  dataSync(): ArrayLike<number>
  dispose(): void
}

interface TensorflowModel {
  predict(input: TensorflowTensor): unknown
}

/** The part of TensorFlow.js that is used; the package itself is optional. */
export interface Tensorflow {
  tensor3d(values: Float32Array, shape: [number, number, number]): TensorflowTensor
  loadLayersModel(source: unknown): Promise<TensorflowModel>
  readonly io: { fromMemory(artifacts: object): unknown }
}

/**
 * The network in TensorFlow's native library. Scores differ from the builtin engine's in the last digits, and from batch size to
 * batch size.
 *
 * @param importTensorflow gives the package's module
 * @throws {EngineError} when the package cannot be loaded
 */
export async function createTensorflowEngine(
  network: Network,
  importTensorflow: () => Promise<unknown> = () => import(PACKAGE),
): Promise<Classifier> {
  const tensorflow = await load(importTensorflow)
  const { json, weights } = serialiseLayersModel(network)
  const source = tensorflow.io.fromMemory({
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.slice().buffer,
  })
  const model = await tensorflow.loadLayersModel(source)
  return new TensorflowEngine(tensorflow, model, network)
}

class TensorflowEngine implements Classifier {
  readonly windowLength: number
  readonly channels: number
  readonly #tensorflow: Tensorflow
  readonly #model: TensorflowModel
  readonly #output: 'logit' | 'probability' | 'pair'
  #scores = new Float32Array(0)

  constructor(tensorflow: Tensorflow, model: TensorflowModel, network: Network) {
    this.windowLength = network.input.rows
    this.channels = network.input.channels
    this.#tensorflow = tensorflow
    this.#model = model
    const last = network.layers.findLast((layer) => 'activation' in layer)
    const isPair = outputKind(network, layerShapes(network).at(-1)!) === 'pair'
    this.#output = isPair ? 'pair' : last?.activation === 'linear' ? 'logit' : 'probability'
  }

  classify(windows: Float32Array, count: number): Float32Array {
    if (this.#scores.length !== count) this.#scores = new Float32Array(count)
    if (count === 0) return this.#scores
    const values = windows.subarray(0, count * this.windowLength * this.channels)
    const input = this.#tensorflow.tensor3d(values, [count, this.windowLength, this.channels])
    const output = this.#model.predict(input) as TensorflowTensor
    const data = output.dataSync()
    for (let i = 0; i < count; i++) this.#scores[i] = this.#score(data, i)
    input.dispose()
    output.dispose()
    return this.#scores
  }

  #score(data: ArrayLike<number>, index: number): number {
    switch (this.#output) {
      case 'pair':
        return data[2 * index + 1]!
      case 'logit':
        return sigmoid(data[index]!)
      case 'probability':
        return data[index]!
    }
  }
}

async function load(importTensorflow: () => Promise<unknown>): Promise<Tensorflow> {
  try {
    const module = (await importTensorflow()) as Partial<Tensorflow> & { readonly default?: Tensorflow }
    // A CommonJS package shows its functions as names of the module or only below `default`.
    return module.loadLayersModel === undefined && module.default !== undefined ? module.default : (module as Tensorflow)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new EngineError(
      `tensorflow engine: expected the package ${PACKAGE}, got: ${reason}; install it with "npm install ${PACKAGE}" (it downloads a binary and works on Node 20 and 22, not on 24), or use the engine "builtin"`,
      { package: PACKAGE },
      cause,
    )
  }
}
