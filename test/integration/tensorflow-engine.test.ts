import * as tfCore from '@tensorflow/tfjs-core'
import * as tfLayers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { EngineError } from '../../src/domain/errors.ts'
import { createEngine } from '../../src/io/engines.ts'
import { createTensorflowEngine } from '../../src/io/tensorflow-engine.ts'
import { networkGrid, noise, randomNetwork } from '../helpers/networks.ts'

/** The same functions as @tensorflow/tfjs-node, in plain JavaScript. */
const { tensor3d, io } = tfCore
const tensorflow = { tensor3d, io, loadLayersModel: tfLayers.loadLayersModel }
const COUNT = 5

beforeAll(() => tfCore.setBackend('cpu'))

describe('tensorflow engine', () => {
  it.each(networkGrid().filter((_, i) => i % 20 === 0 || i > 110))(
    'agrees with the builtin engine on $title',
    async ({ architecture }) => {
      const network = randomNetwork(architecture, 13)
      const windows = noise(COUNT * network.input.rows * network.input.channels, 3)
      const builtin = await createEngine('builtin', network)
      const other = await createTensorflowEngine(network, async () => tensorflow)
      expect([other.windowLength, other.channels]).toEqual([network.input.rows, network.input.channels])
      const scores = other.classify(windows, COUNT)
      expect(scores).toHaveLength(COUNT)
      builtin.classify(windows, COUNT).forEach((score, i) => {
        expect(scores[i]).toBeCloseTo(score, 5)
      })
    },
  )

  it('leaves no tensors behind', async () => {
    const network = randomNetwork(networkGrid()[0]!.architecture, 13)
    const engine = await createTensorflowEngine(network, async () => ({ default: tensorflow }))
    const before = tfCore.memory().numTensors
    for (let i = 0; i < 3; i++) engine.classify(noise(network.input.rows * 3, i), 1)
    expect(tfCore.memory().numTensors).toBe(before)
  })

  it('says how to install the package when it is absent', async () => {
    const network = randomNetwork(networkGrid()[0]!.architecture, 13)
    const absent = createTensorflowEngine(network, async () => {
      throw new Error("Cannot find package '@tensorflow/tfjs-node' imported from engines.js")
    })
    await expect(absent).rejects.toBeInstanceOf(EngineError)
    await expect(absent).rejects.toMatchObject({ code: 'ENGINE', context: { package: '@tensorflow/tfjs-node' } })
    await expect(absent).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineError: tensorflow engine: expected the package @tensorflow/tfjs-node, got: Cannot find package '@tensorflow/tfjs-node' imported from engines.js; install it with "npm install @tensorflow/tfjs-node" (it downloads a binary and works on Node 20 and 22, not on 24), or use the engine "builtin"]`,
    )
  })
})
