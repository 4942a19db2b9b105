import * as tfCore from '@tensorflow/tfjs-core'
import * as tfLayers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ModelFormatError, MonitorError } from '../../../src/domain/errors.ts'
import { createBuiltinEngine } from '../../../src/nn/builtin-engine.ts'
import { parseLayersModel, serialiseLayersModel, weightPaths } from '../../../src/nn/layers-model.ts'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'
import { type Network, parameterCount } from '../../../src/nn/network.ts'
import { conv1d, detector, kernels, networkGrid, noise, randomNetwork } from '../../helpers/networks.ts'

/** Every fifth network of the grid and all special ones. */
const NETWORKS = networkGrid().filter((_, i) => i % 5 === 0 || i > 100)
const COUNT = 3

/** A parsed model.json to be broken. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach anywhere into it
type Json = any

beforeAll(() => tfCore.setBackend('cpu'))

describe.each(NETWORKS)('LayersModel of $title', ({ architecture }) => {
  const network = randomNetwork(architecture, 9)
  const { rows, channels } = network.input
  const windows = noise(COUNT * rows * channels, 4)

  it('comes back as it was written', () => {
    const { json, weights } = serialiseLayersModel(network)
    const parsed = parseLayersModel(JSON.parse(JSON.stringify(json)), new Map([['weights.bin', weights]]))
    expect(parsed).toEqual(network)
  })

  it('is loaded by TensorFlow.js, which gives the same scores', async () => {
    const model = await loadWithTensorflow(network)
    expectScores(network, windows, await predict(model, windows, network))
  })

  it('is understood as TensorFlow.js saves it', async () => {
    const model = await loadWithTensorflow(network)
    const saved = await saveWithTensorflow(model)
    const parsed = parseLayersModel(saved.json, new Map([['weights.bin', saved.weights]]))
    expect(parsed.layers).toEqual(network.layers)
    expectScores(parsed, windows, await predict(model, windows, network))
  })
})

describe('LayersModel', () => {
  const network = randomNetwork(detector(16, 3, conv1d('conv1'), conv1d('conv2')), 2)
  const { json, weights } = serialiseLayersModel(network)
  const files = new Map([['weights.bin', weights]])

  it('has the published number of parameters for the published network', () => {
    expect(parameterCount(majstorovicArchitecture())).toBe(35_585)
  })

  it('is read from several weight files and groups', () => {
    const cuts = [0, 10, 77, weights.length]
    const parts = cuts.slice(1).map((end, i): [string, Uint8Array] => [`part${i}.bin`, weights.slice(cuts[i], end)])
    const one = change((model) => {
      model.weightsManifest[0].paths = parts.map(([name]) => name)
    })
    expect(weightPaths(one)).toEqual(['part0.bin', 'part1.bin', 'part2.bin'])
    expect(parseLayersModel(one, new Map(parts))).toEqual(network)

    const [first, ...rest] = json.weightsManifest[0]!.weights
    const firstBytes = first!.shape.reduce((a, b) => a * b, 1) * 4
    const groups = {
      ...json,
      weightsManifest: [
        { paths: ['a'], weights: [first] },
        { paths: ['b'], weights: rest },
      ],
    }
    const halves = new Map([
      ['a', weights.slice(0, firstBytes)],
      ['b', weights.slice(firstBytes)],
    ])
    expect(parseLayersModel(groups, halves)).toEqual(network)
  })

  it('is read from what Keras writes: model_config, InputLayer, a plain list of layers, weight paths', () => {
    const keras = change((model) => {
      const { layers } = model.modelTopology.config
      const { batch_input_shape: shape } = layers[0].config
      delete layers[0].config.batch_input_shape
      const input = { class_name: 'InputLayer', config: { name: 'input', batch_input_shape: shape } }
      model.modelTopology = { keras_version: '2.15.0', model_config: { class_name: 'Sequential', config: [input, ...layers] } }
      for (const entry of model.weightsManifest[0].weights) entry.name = `sequential/${entry.name}:0`
    })
    expect(parseLayersModel(keras, files)).toEqual({ ...network, name: 'sequential' })
  })

  it.each<[string, (model: Json) => void, string]>([
    [
      'a layer it does not know',
      (m) => {
        layer(m, 1).class_name = 'LSTM'
      },
      'layer "conv2": expected one of Conv1D, MaxPooling1D, BatchNormalization, Dropout, Flatten, Dense, got "LSTM"',
    ],
    [
      'a functional model',
      (m) => {
        m.modelTopology.class_name = 'Functional'
      },
      'expected class_name Sequential, got "Functional"',
    ],
    [
      'dilation',
      (m) => {
        layer(m, 0).config.dilation_rate = [2]
      },
      'layer "conv1": expected dilation_rate 1, got [2]',
    ],
    [
      'channels first',
      (m) => {
        layer(m, 0).config.data_format = 'channels_first'
      },
      'layer "conv1": expected data_format "channels_last", got "channels_first"',
    ],
    [
      'groups',
      (m) => {
        layer(m, 0).config.groups = 3
      },
      'layer "conv1": expected groups 1, got 3',
    ],
    [
      'causal padding',
      (m) => {
        layer(m, 0).config.padding = 'causal'
      },
      'layer "conv1": expected padding same or valid, got "causal"',
    ],
    [
      'another activation',
      (m) => {
        layer(m, 0).config.activation = 'tanh'
      },
      'layer "conv1": expected activation relu, linear, sigmoid or softmax, got "tanh"',
    ],
    [
      'softmax inside',
      (m) => {
        layer(m, 0).config.activation = 'softmax'
      },
      'layer "conv1": expected softmax in the last layer only',
    ],
    [
      'no filters',
      (m) => {
        layer(m, 0).config.filters = 0
      },
      'layer "conv1": expected filters to be a whole number ≥ 1, got 0',
    ],
    [
      'an input of unknown length',
      (m) => {
        layer(m, 0).config.batch_input_shape = [null, null, 3]
      },
      'layer "conv1": expected batch_input_shape [null, rows, channels], got [null,null,3]',
    ],
    [
      'a window too short',
      (m) => {
        Object.assign(layer(m, 1).config, { padding: 'valid', kernel_size: [9] })
      },
      'layer "conv2": expected at least 9 input rows (padding valid), got 8',
    ],
    [
      'an output that is no detector',
      (m) => {
        layer(m, 3).config.units = 5
      },
      'layer "score": expected 1 output with sigmoid or linear, or 2 with softmax, got 5 with sigmoid',
    ],
    [
      'a convolution after flatten',
      (m) => {
        m.modelTopology.config.layers.reverse()
        layer(m, 0).config.batch_input_shape = [null, 16, 3]
      },
      'layer "conv2": expected a [rows, channels] input, got a flat input',
    ],
    [
      'two layers of one name',
      (m) => {
        layer(m, 1).config.name = 'conv1'
      },
      'layer "conv1": expected a name of its own',
    ],
    [
      'missing weights',
      (m) => {
        m.weightsManifest[0].weights[2].name = 'other/kernel'
      },
      'layer "conv2": expected weights "conv2/kernel" [3,8,8], got none among',
    ],
    [
      'weights of another shape',
      (m) => {
        m.weightsManifest[0].weights[2].shape = [8, 3, 8]
      },
      'layer "conv2": expected weights "conv2/kernel" [3,8,8], got [8,3,8]',
    ],
    [
      'quantised weights',
      (m) => {
        m.weightsManifest[0].weights[0].quantization = { dtype: 'uint8' }
      },
      'layer "conv1/kernel": expected float32 weights, got quantised ones',
    ],
    [
      'another number type',
      (m) => {
        m.weightsManifest[0].weights[0].dtype = 'int32'
      },
      'layer "conv1/kernel": expected float32 weights, got int32',
    ],
    [
      'no manifest',
      (m) => {
        delete m.weightsManifest
      },
      'expected weightsManifest to list groups',
    ],
    [
      'no topology',
      (m) => {
        m.format = 'graph-model'
        m.modelTopology = null
      },
      'expected a TensorFlow.js LayersModel (modelTopology and weightsManifest), got graph-model',
    ],
  ])('refuses %s', (_, edit, message) => {
    expect(() => parseLayersModel(change(edit), files)).toThrow(ModelFormatError)
    expect(() => parseLayersModel(change(edit), files)).toThrow(message)
  })

  it.each([null, 5, 'text', [], {}, { modelTopology: 3 }, { modelTopology: {}, weightsManifest: [] }])(
    'refuses %j',
    (anything) => {
      expect(() => parseLayersModel(anything, files)).toThrow(ModelFormatError)
    },
  )

  it('either reads a model that was changed anywhere or says what is wrong with it', () => {
    const places = placesIn(json)
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.integer(),
      fc.constantFrom('same', 'valid', 'Dense', 'conv1', [2], [null, 9, 3], 1e12),
    )
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (path, value) => {
        const changed = change((model) => {
          const parent = path.slice(0, -1).reduce((node, key) => node[key], model)
          parent[path.at(-1)!] = value
        })
        try {
          createBuiltinEngine(parseLayersModel(changed, files), kernels)
        } catch (error) {
          expect(error).toBeInstanceOf(MonitorError)
        }
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  it('refuses weight files that are cut off, too long or absent', () => {
    const cut = new Map([['weights.bin', weights.slice(0, 700)]])
    expect(() => parseLayersModel(json, cut)).toThrow(
      'layer "conv2/kernel": expected at least 1088 bytes in weights.bin, got 700',
    )
    const long = new Map([['weights.bin', new Uint8Array(weights.length + 4)]])
    expect(() => parseLayersModel(json, long)).toThrow(
      `expected ${weights.length} bytes as the manifest says, got ${weights.length + 4}`,
    )
    expect(() => parseLayersModel(json, new Map())).toThrow(
      'weights.bin: expected the weights named in model.json, got no such file',
    )
  })

  it('refuses weights that are not finite, by the name of the layer', () => {
    const bytes = weights.slice()
    new DataView(bytes.buffer).setFloat32(4 * 75, Number.NaN, true)
    const broken = () => parseLayersModel(json, new Map([['weights.bin', bytes]]))
    expect(broken).toThrow('layer "conv1": expected finite values in bias, got NaN at index 3')
  })

  function layer(model: Json, index: number) {
    return model.modelTopology.config.layers[index]
  }

  /** A changed copy. */
  function change(edit: (model: Json) => void): unknown {
    const copy = JSON.parse(JSON.stringify(json))
    edit(copy)
    return copy
  }
})

/** Where every value of a parsed JSON lies. */
function placesIn(node: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof node !== 'object' || node === null) return [path]
  const below = Object.entries(node).flatMap(([key, value]) => placesIn(value, [...path, key]))
  return path.length === 0 ? below : [path, ...below]
}

async function loadWithTensorflow(network: Network): Promise<tfLayers.LayersModel> {
  const { json, weights } = serialiseLayersModel(network)
  const artifacts = {
    modelTopology: JSON.parse(JSON.stringify(json.modelTopology)),
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as tfCore.io.WeightsManifestEntry[],
    weightData: weights.slice().buffer,
  }
  return tfLayers.loadLayersModel(tfCore.io.fromMemory(artifacts))
}

async function saveWithTensorflow(model: tfLayers.LayersModel): Promise<{ json: unknown; weights: Uint8Array }> {
  let saved: tfCore.io.ModelArtifacts | undefined
  await model.save(
    tfCore.io.withSaveHandler(async (artifacts) => {
      saved = artifacts
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
  const { modelTopology, weightSpecs, weightData } = saved!
  const bytes = Array.isArray(weightData) ? weightData[0]! : weightData!
  const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] }
  return { json: JSON.parse(JSON.stringify(json)), weights: new Uint8Array(bytes) }
}

async function predict(model: tfLayers.LayersModel, windows: Float32Array, network: Network): Promise<number[]> {
  const input = tfCore.tensor3d(windows, [COUNT, network.input.rows, network.input.channels])
  const output = model.predict(input) as tfCore.Tensor
  const isLogit = network.layers.findLast((layer) => 'activation' in layer)?.activation === 'linear'
  const values = Array.from(await output.data(), (value) => (isLogit ? 1 / (1 + Math.exp(-value)) : value))
  return values.length === COUNT ? values : values.filter((_, i) => i % 2 === 1)
}

function expectScores(network: Network, windows: Float32Array, expected: number[]): void {
  const scores = createBuiltinEngine(network, kernels).classify(windows, COUNT)
  expected.forEach((score, i) => {
    expect(scores[i]).toBeCloseTo(score, 5)
  })
}
