import { describe, expect, it } from 'vitest'
import { augment } from '../../../../src/app/training/augmentations.ts'
import { disturb } from '../../../../src/app/training/disturbances.ts'
import { addAnswers, fillNoiseSource } from '../../../../src/app/training/noise-sources.ts'
import { fillSyntheticNoise } from '../../../../src/app/training/synthetic-noise.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'
import { Random } from '../../../../src/nn/random.ts'

const NONE = { noise: 0, polarity: 0, rotation: 0, gain: 0, deadComponent: 0, response: 0, clipping: 0, gap: 0 }
const RATE = 20

describe('augmentations', () => {
  it('change nothing when none is wanted', () => {
    expect(augmented({})).toEqual(original())
  })

  it('flip all components together', () => {
    expect(augmented({ polarity: 1 })).toEqual(original().map((value) => -value))
  })

  it('rotate the horizontals without changing the vertical or the horizontal length', () => {
    const before = original()
    const after = augmented({ rotation: 1 })
    for (let i = 0; i < before.length; i += 3) {
      expect(after[i]).toBe(before[i])
      expect(Math.hypot(after[i + 1] ?? 0, after[i + 2] ?? 0)).toBeCloseTo(Math.hypot(before[i + 1] ?? 0, before[i + 2] ?? 0), 9)
    }
    expect(after).not.toEqual(before)
  })

  it('silence one component or both horizontals, never all', () => {
    const lives = Array.from({ length: 50 }, (_, seed) =>
      [0, 1, 2].filter((channel) => component(augmented({ deadComponent: 1 }, seed), channel).some((v) => v !== 0)),
    )
    expect(new Set(lives.map((live) => live.join('')))).toEqual(new Set(['0', '01', '02', '12']))
  })

  it('keep every value finite and no larger than before where they clip, cut or tilt', () => {
    for (let seed = 0; seed < 50; seed++) {
      const after = augmented({ clipping: 1, gap: 1, response: 1 }, seed)
      expect(after.every(Number.isFinite)).toBe(true)
      expect(Math.max(...after.map(Math.abs))).toBeLessThanOrEqual(2 * Math.max(...original().map(Math.abs)))
    }
  })
})

describe('site response', () => {
  it('changes the spectrum and not the label: nothing moves before the ground does, and all stays finite', () => {
    for (let seed = 0; seed < 50; seed++) {
      const window = original()
      window.fill(0, 0, 600)
      augment(window, RATE, trainingConfigSchema.shape.augmentation.parse({ ...NONE, site: 1 }), new Random(seed))
      expect(window.every(Number.isFinite)).toBe(true)
      expect(window.subarray(0, 600).every((value) => value === 0)).toBe(true)
      expect(window).not.toEqual(original().fill(0, 0, 600))
    }
  })
})

describe('disturbances', () => {
  it('always change the window and keep it finite, also where there was nothing', () => {
    for (let seed = 0; seed < 300; seed++) {
      const window = seed % 2 === 0 ? original() : new Float64Array(1503)
      disturb(window, RATE, new Random(seed * 7919))
      expect(window.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('noise sources made by code', () => {
  it('are finite and seldom silent, whatever was in the window', () => {
    let silent = 0
    for (let seed = 0; seed < 300; seed++) {
      const window = new Float64Array(1503).fill(7)
      fillNoiseSource(window, RATE, new Random(seed * 7919))
      expect(window.every(Number.isFinite)).toBe(true)
      expect(window.filter((value) => value === 7)).toHaveLength(0)
      if (window.every((value) => value === 0)) silent++
    }
    // A train that is still far, a machine that is off.
    expect(silent).toBeLessThan(30)
  })

  it('move the ground they are given: steady motion under an envelope, and its answer to every blow', () => {
    const asked = { steady: 0, answers: 0 }
    const ground = {
      fillSteady: (window: Float64Array) => {
        asked.steady++
        window.fill(1)
      },
      answer: () => {
        asked.answers++
        return Float64Array.of(0, 2, 0)
      },
    }
    for (let seed = 0; seed < 300; seed++) {
      const before = { ...asked }
      const window = new Float64Array(1503)
      fillNoiseSource(window, RATE, new Random(seed * 7919), ground)
      const components = [0, 1, 2].map((channel) => component(window, channel))
      if (asked.steady > before.steady) {
        expect(components[1]).toEqual(components[0])
        expect(Math.min(...window)).toBeGreaterThanOrEqual(0)
      }
      if (asked.answers > before.answers) expect([...components[0]!, ...components[2]!].every((value) => value === 0)).toBe(true)
    }
    expect(asked.steady).toBeGreaterThan(100)
    expect(asked.answers).toBeGreaterThan(30)
  })

  it('add an answer from every push on, as far as the window goes', () => {
    const window = new Float64Array(15)
    addAnswers(window, Float64Array.of(0, 2, 0, 0, -1), Float64Array.of(1, 2, 3, 4, 5, 6))
    expect([...window]).toEqual([0, 0, 0, 2, 4, 6, 8, 10, 12, 0, 0, 0, -1, -2, -3])
  })

  it('are the same for the same seed', () => {
    const [one, other] = [new Float64Array(1503), new Float64Array(1503)]
    fillNoiseSource(one, RATE, new Random(11))
    fillNoiseSource(other, RATE, new Random(11))
    expect(one).toEqual(other)
  })
})

describe('synthetic noise', () => {
  it('fills all three components with finite, varying values', () => {
    for (let seed = 0; seed < 100; seed++) {
      const window = new Float64Array(1503)
      fillSyntheticNoise(window, RATE, new Random(seed * 7919))
      expect(window.every(Number.isFinite)).toBe(true)
      for (const channel of [0, 1, 2]) expect(new Set(component(window, channel)).size).toBeGreaterThan(400)
    }
  })

  it('is the same for the same seed', () => {
    const [one, other] = [new Float64Array(1503), new Float64Array(1503)]
    fillSyntheticNoise(one, RATE, new Random(11))
    fillSyntheticNoise(other, RATE, new Random(11))
    expect(one).toEqual(other)
  })
})

function original(): Float64Array {
  const random = new Random(1)
  return new Float64Array(1503).map(() => random.uniform() - 0.5)
}

function augmented(wanted: Partial<typeof NONE>, seed = 3): Float64Array {
  const window = original()
  augment(window, RATE, trainingConfigSchema.shape.augmentation.parse({ ...NONE, ...wanted }), new Random(seed * 7919))
  return window
}

function component(window: Float64Array, channel: number): number[] {
  return [...window].filter((_, i) => i % 3 === channel)
}
