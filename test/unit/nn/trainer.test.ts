import { describe, expect, it } from 'vitest'
import { EngineError, ModelFormatError } from '../../../src/domain/errors.ts'
import { createBuiltinEngine } from '../../../src/nn/builtin-engine.ts'
import { initialise } from '../../../src/nn/initialise.ts'
import type { Network } from '../../../src/nn/network.ts'
import { Trainer, type TrainerOptions } from '../../../src/nn/trainer.ts'
import { naiveLogit } from '../../helpers/naive/nn-forward.ts'
import { crossEntropy, numericalWeightGradients } from '../../helpers/naive/nn-gradient.ts'
import { conv1d, dense, detector, kernels, networkGrid, noise, randomNetwork } from '../../helpers/networks.ts'

const RATE = 0.5
const PLAIN: TrainerOptions = { optimiser: { kind: 'sgd', learningRate: RATE }, batchSize: 32, seed: 1 }

/** Every eighth shape and all special ones: finite differences over all weights are slow. */
const TRAINABLE = networkGrid().filter(({ title, architecture: { layers } }, i) => {
  const isDeterministic = layers.every(({ kind }) => kind !== 'batchNormalization' && kind !== 'dropout')
  return isDeterministic && (i % 8 === 0 || title.includes('→') || !/^\d/.test(title))
})

describe.each(TRAINABLE)('trainer on $title', ({ architecture }) => {
  it('moves every weight against the gradient that finite differences give', () => {
    const network = randomNetwork(architecture, 5)
    const { inputs, targets, sampleWeights, windows } = samples(network, 3)
    const loss = (weights: readonly (readonly ArrayLike<number>[])[]) =>
      windows.reduce((sum, window, i) => {
        const logit = naiveLogit(network, window, weights as unknown as Network['weights'])
        return sum + (sampleWeights[i]! * crossEntropy(logit, targets[i]!)) / windows.length
      }, 0)
    const trainer = new Trainer(network, kernels, PLAIN)

    expect(trainer.step(inputs, targets, sampleWeights)).toBeCloseTo(loss(network.weights), 5)
    const expected = numericalWeightGradients(network, loss)
    const scale = Math.max(...expected.flat(2).map(Math.abs))
    trainer.weights().forEach((arrays, layer) => {
      arrays.forEach((array, k) => {
        array.forEach((value, i) => {
          const gradient = (network.weights[layer]![k]![i]! - value) / RATE
          expect(Math.abs(gradient - expected[layer]![k]![i]!)).toBeLessThan(1e-5 * scale + 1e-6)
        })
      })
    })
  })
})

describe('trainer', () => {
  const small = detector(24, 3, conv1d('first'), conv1d('second'), { kind: 'dropout', name: 'drop', rate: 0.3 }, dense('rows', 6))

  it('gives the same bytes for the same seed and data, and others for another seed', () => {
    const run = (seed: number) => {
      const trainer = new Trainer(initialise(small, 1), kernels, {
        optimiser: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
        batchSize: 40,
        seed,
      })
      const { inputs, targets } = samples(initialise(small, 1), 40)
      for (let i = 0; i < 5; i++) trainer.step(inputs, targets)
      return trainer.weights()
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it.each([
    { kind: 'sgd', learningRate: 0.1, momentum: 0.9 },
    { kind: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
    { kind: 'adam', learningRate: 0.01 },
    { kind: 'adam', learningRate: 0.01, weightDecay: 0.01 },
  ] as const)('learns to tell slow from fast oscillations with $kind ($learningRate, $momentum, $weightDecay)', (optimiser) => {
    const architecture = detector(24, 3, conv1d('first'), conv1d('second'))
    const trainer = new Trainer(initialise(architecture, 1), kernels, { optimiser, batchSize: 50, seed: 1 })
    const { inputs, targets } = oscillations(50)
    const first = trainer.step(inputs, targets)
    for (let i = 0; i < 60; i++) trainer.step(inputs, targets)
    expect(trainer.step(inputs, targets)).toBeLessThan(first / 5)
    const scores = createBuiltinEngine(trainer.network(), kernels).classify(inputs, 50)
    expect(scores.filter((score, i) => score > 0.5 === targets[i]! > 0.5)).toHaveLength(50)
  })

  it('follows momentum as Keras defines it', () => {
    const network = randomNetwork(detector(4, 1), 1)
    const { inputs, targets } = samples(network, 4)
    const optimiser = { kind: 'sgd', learningRate: 0.1, momentum: 0.5 } as const
    const trainer = new Trainer(network, kernels, { ...PLAIN, optimiser })
    const plain = new Trainer(network, kernels, { ...PLAIN, optimiser: { kind: 'sgd', learningRate: 0.1 } })
    trainer.step(inputs, targets)
    plain.step(inputs, targets)
    const after1 = trainer.weights()[1]![0]!
    expect(after1).toEqual(plain.weights()[1]![0]!)
    const second = new Trainer(trainer.network(), kernels, { ...PLAIN, optimiser: { kind: 'sgd', learningRate: 0.1 } })
    trainer.step(inputs, targets)
    second.step(inputs, targets)
    const start = network.weights[1]![0]!
    trainer.weights()[1]![0]!.forEach((value, i) => {
      const velocity = after1[i]! - start[i]!
      expect(value).toBeCloseTo(second.weights()[1]![0]![i]! + 0.5 * velocity, 6)
    })
  })

  it('trains through a dropout of nothing as without it', () => {
    const layers = (rate: number) => [conv1d('first'), { kind: 'dropout', name: 'drop', rate } as const, dense('rows', 6)]
    const [none, some, plain] = [layers(0), layers(0.5), [conv1d('first'), dense('rows', 6)]].map((list) => {
      const network = initialise(detector(24, 3, ...list), 1)
      const trainer = new Trainer(network, kernels, PLAIN)
      const { inputs, targets } = samples(network, 4)
      trainer.step(inputs, targets)
      return trainer.weights().filter((arrays) => arrays.length > 0)
    })
    expect(none).toEqual(plain)
    expect(some).not.toEqual(plain)
  })

  it('leaves the weights alone when the loss is not finite', () => {
    const network = randomNetwork(small, 1)
    const trainer = new Trainer(network, kernels, PLAIN)
    const { inputs, targets } = samples(network, 2)
    inputs[5] = Number.NaN
    expect(() => trainer.step(inputs, targets)).toThrow(EngineError)
    expect(trainer.weights()).toEqual(network.weights)
  })

  it('refuses batch normalisation by the name of the layer', () => {
    const architecture = detector(8, 3, { kind: 'batchNormalization', name: 'norm', epsilon: 1e-3, center: true, scale: true })
    expect(() => new Trainer(initialise(architecture, 1), kernels, PLAIN)).toThrow(ModelFormatError)
    expect(() => new Trainer(initialise(architecture, 1), kernels, PLAIN)).toThrow('layer "norm"')
  })

  it('refuses inputs, targets and weights that do not fit together', () => {
    const trainer = new Trainer(initialise(small, 1), kernels, PLAIN)
    expect(() => trainer.step(new Float32Array(72), new Float32Array(2))).toThrow(EngineError)
    expect(() => trainer.step(new Float32Array(33 * 72), new Float32Array(33))).toThrow(EngineError)
    expect(() => trainer.step(new Float32Array(72), new Float32Array(1), new Float32Array(2))).toThrow(EngineError)
  })
})

function samples(network: Network, count: number) {
  const size = network.input.rows * network.input.channels
  const inputs = noise(count * size, 21)
  const targets = Float32Array.from({ length: count }, (_, i) => (i % 3) / 2)
  const sampleWeights = Float32Array.from({ length: count }, (_, i) => 1 + i / 4)
  const windows = Array.from({ length: count }, (_, i) => inputs.subarray(i * size, (i + 1) * size))
  return { inputs, targets, sampleWeights, windows }
}

function oscillations(count: number) {
  const targets = Float32Array.from({ length: count }, (_, i) => i % 2)
  const inputs = Float32Array.from({ length: count * 72 }, (_, k) => {
    const i = Math.floor(k / 72)
    const t = Math.floor((k % 72) / 3)
    return Math.sin(t * (i % 2 === 0 ? 0.4 : 1.9) + i + (k % 3))
  })
  return { inputs, targets }
}
