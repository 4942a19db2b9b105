import { describe, expect, it } from 'vitest'
import { cellKey } from '../../../../src/app/training/grid-journal.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'

const CONFIG = trainingConfigSchema.parse({})

describe('cellKey', () => {
  it('differs where the bytes of the weights may differ: data, seed and settings', () => {
    const keys = [
      cellKey(['a'], 1, CONFIG),
      cellKey(['b'], 1, CONFIG),
      cellKey(['a'], 2, CONFIG),
      cellKey(['a'], 1, { ...CONFIG, epochs: 7 }),
    ]
    expect(new Set(keys).size).toBe(4)
  })

  it('is the same whatever else is in the grid or said in the card', () => {
    const described = { ...CONFIG, grid: { epochs: [1] }, card: { ...CONFIG.card, description: 'other' } }
    expect(cellKey(['a'], 1, described)).toBe(cellKey(['a'], 1, CONFIG))
  })
})
