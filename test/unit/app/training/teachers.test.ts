import { describe, expect, it } from 'vitest'
import { softenTargets, teacherSettings } from '../../../../src/app/training/teachers.ts'
import { trainNetwork } from '../../../../src/app/training/train-network.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'
import { createBuiltinEngine } from '../../../../src/nn/builtin-engine.ts'
import { majstorovicArchitecture } from '../../../../src/nn/majstorovic-architecture.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'
import { kernels, noise, randomNetwork } from '../../../helpers/networks.ts'

const CONFIG = trainingConfigSchema.parse({
  batchSize: 16,
  windowsPerEpoch: 32,
  epochs: 2,
  keep: 'last',
  teachers: { count: 2, filters: [4, 8], kernelSize: 5, dropout: 0.25, epochs: 3, share: 0.75 },
})

describe('teachers', () => {
  it('have the recipe of the student, a seed and a size of their own, and dropout in front of their first dense layer', () => {
    const settings = teacherSettings(majstorovicArchitecture(), CONFIG, 7)
    expect(settings).toHaveLength(2)
    expect(new Set([7, ...settings.map(({ seed }) => seed)]).size).toBe(3)
    for (const { architecture, config } of settings) {
      expect(config).toEqual({ ...CONFIG, epochs: 3, keep: 'last' })
      const convolutions = architecture.layers.filter((layer) => layer.kind === 'conv1d')
      expect(convolutions.map(({ filters }) => filters)).toEqual([4, 8, 8, 8, 8, 8, 8])
      expect(new Set(convolutions.map(({ kernelSize }) => kernelSize))).toEqual(new Set([5]))
      expect(architecture.layers.slice(7).map(({ kind }) => kind)).toEqual(['flatten', 'dropout', 'dense', 'dense'])
    }
  })

  it('look like the student unless told otherwise', () => {
    const config = trainingConfigSchema.parse({ teachers: { count: 1 } })
    expect(teacherSettings(majstorovicArchitecture(), config, 1)[0]?.architecture).toEqual(majstorovicArchitecture())
  })

  it('move targets from the label to their mean score by their share', () => {
    const networks = [1, 2, 3].map((seed) => randomNetwork(majstorovicArchitecture(), seed))
    const inputs = noise(4 * 1503, 5)
    const labels = [1, 0, 1, 0]
    const scores = networks.map((network) => [...createBuiltinEngine(network, kernels).classify(inputs, 4)])
    const mean = labels.map((_, i) => scores.reduce((sum, of) => sum + of[i]!, 0) / 3)
    for (const share of [0, 0.25, 1]) {
      const targets = Float32Array.from(labels)
      softenTargets(networks, share, kernels)(inputs, targets)
      targets.forEach((target, i) => {
        expect(target).toBeCloseTo((1 - share) * labels[i]! + share * mean[i]!, 6)
      })
    }
  })

  it('are trained first, each told once, and the student after them: the same bytes for the same seed, other ones than alone', () => {
    const told: string[] = []
    let share = 0
    const hooks = {
      onStep: (now: number) => {
        expect(now).toBeGreaterThan(share)
        share = now
      },
      onTeacher: (teacher: number, { epoch }: { epoch: number }) => told.push(`teacher ${teacher} ${epoch}`),
      onEpoch: ({ epoch }: { epoch: number }) => told.push(`epoch ${epoch}`),
    }
    const taught = weightsOf(trainNetwork(task(CONFIG), hooks))
    expect(told).toEqual(['teacher 1 3', 'teacher 2 3', 'epoch 1', 'epoch 2'])
    expect(share).toBe(1)
    expect(weightsOf(trainNetwork(task(CONFIG))).equals(taught)).toBe(true)
    const alone = { ...CONFIG, teachers: { ...CONFIG.teachers, count: 0 } }
    expect(weightsOf(trainNetwork(task(alone))).equals(taught)).toBe(false)
    const unheard = { ...CONFIG, teachers: { ...CONFIG.teachers, share: 0 } }
    expect(weightsOf(trainNetwork(task(unheard))).equals(weightsOf(trainNetwork(task(alone))))).toBe(true)
  })
})

function task(config: typeof CONFIG) {
  const traces = [gridTrace({ rows: 1500, pRow: 700 }), gridTrace({ rows: 1500, seed: 3 })]
  return {
    architecture: majstorovicArchitecture(),
    sampleRate: 20,
    trainTraces: { next: () => traces },
    devTraces: traces,
    config,
    seed: 1,
    wasm: kernels,
  }
}

function weightsOf({ network }: ReturnType<typeof trainNetwork>): Buffer {
  return Buffer.concat(
    network.weights.flat().map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}
