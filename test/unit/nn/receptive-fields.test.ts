import { describe, expect, it } from 'vitest'
import { BuiltinEngine } from '../../../src/nn/builtin-engine.ts'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'
import { fieldCentre, receptiveFields } from '../../../src/nn/receptive-fields.ts'
import { kernels, networkGrid, noise, randomNetwork } from '../../helpers/networks.ts'

describe('receptive fields', () => {
  it('of the published network grow from 3 to 255 samples and step by powers of two', () => {
    const fields = receptiveFields(majstorovicArchitecture()).slice(0, 7)
    expect(fields.map(({ length }) => length)).toEqual([3, 7, 15, 31, 63, 127, 255])
    expect(fields.map(({ step }) => step)).toEqual([2, 4, 8, 16, 32, 64, 128])
    expect(fields[0]).toMatchObject({ first: -1, rows: 251 })
    expect(fieldCentre(fields[0]!, 3)).toBe(6)
  })

  it.each(networkGrid())('hold every input row that changes an output row: $title', ({ architecture }) => {
    const network = randomNetwork(architecture, 7)
    const { rows, channels } = architecture.input
    const window = noise(rows * channels, 5)
    const engine = new BuiltinEngine(network, kernels)
    const before = engine.activations(window)
    for (let row = 0; row < rows; row++) {
      const changed = window.slice()
      for (let channel = 0; channel < channels; channel++) changed[row * channels + channel]! += 100
      const after = engine.activations(changed)
      for (const [i, field] of receptiveFields(architecture).entries()) {
        const { values, channels: maps } = before[i]!
        values.forEach((value, at) => {
          if (value === after[i]!.values[at]) return
          const start = field.first + Math.floor(at / maps) * field.step
          expect(row).toBeGreaterThanOrEqual(start)
          expect(row).toBeLessThan(start + field.length)
        })
      }
    }
  })
})
