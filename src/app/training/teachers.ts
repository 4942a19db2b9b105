import type { TrainingConfig } from '../../contract/training-config.ts'
import { createBuiltinEngine } from '../../nn/builtin-engine.ts'
import type { Architecture, Layer, Network } from '../../nn/network.ts'

/** Seeds of teachers are this far from each other and from the student's. */
const SEED_STEP = 0x85ebca6b

/** Moves the targets of windows towards what teachers think of them. */
export type SoftenTargets = (inputs: Float32Array, targets: Float32Array) => void

/** What a teacher is trained with, instead of what the student is. */
export interface TeacherSettings {
  readonly architecture: Architecture
  readonly config: TrainingConfig
  readonly seed: number
}

/** The student's recipe for every teacher, but for its own seed, size and epochs; the last epoch is kept. */
export function teacherSettings(architecture: Architecture, config: TrainingConfig, seed: number): TeacherSettings[] {
  const { count, epochs } = config.teachers
  const wide = widened(architecture, config.teachers)
  return Array.from({ length: count }, (_, index) => ({
    architecture: wide,
    config: { ...config, epochs, keep: 'last' },
    seed: (seed + (index + 1) * SEED_STEP) | 0,
  }))
}

/**
 * Targets between the label and the mean score of the teachers (Hinton, Vinyals & Dean 2015): where a label is wrong or a window
 * cannot be told, several networks are rarely sure, and one network that learns their mean is better than any of them.
 *
 * @param share of the teachers in the target, 0–1
 * @param wasm content of `kernels.wasm`
 */
export function softenTargets(teachers: readonly Network[], share: number, wasm: Uint8Array): SoftenTargets {
  const classifiers = teachers.map((teacher) => createBuiltinEngine(teacher, wasm))
  return (inputs, targets) => {
    const scores = classifiers.map((classifier) => classifier.classify(inputs, targets.length))
    for (let i = 0; i < targets.length; i++) {
      let sum = 0
      for (const ofTeacher of scores) sum += ofTeacher[i]!
      targets[i] = (1 - share) * targets[i]! + (share * sum) / classifiers.length
    }
  }
}

/** The same layers with the teachers' filters, kernels and units, and dropout in front of the first dense layer. */
function widened(architecture: Architecture, { filters, kernelSize, dropout }: TrainingConfig['teachers']): Architecture {
  let convolutions = 0
  let isDense = false
  const layers = architecture.layers.flatMap((layer): Layer[] => {
    if (layer.kind === 'conv1d') {
      const index = Math.min(convolutions++, filters.length - 1)
      return [{ ...layer, filters: filters[index] ?? layer.filters, kernelSize: kernelSize ?? layer.kernelSize }]
    }
    if (layer.kind !== 'dense' || isDense || dropout === 0) return [layer]
    isDense = true
    return [{ kind: 'dropout', name: 'teacher_dropout', rate: dropout }, layer]
  })
  return { ...architecture, layers }
}
