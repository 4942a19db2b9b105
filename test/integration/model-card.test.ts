import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MODEL } from '../../src/app/default-config.ts'
import { ModelFormatError } from '../../src/domain/errors.ts'
import { readModel, readModelCard, writeModelCard } from '../../src/io/model-card.ts'

describe('a model card', () => {
  it('of the default model fits its network and its weights', () => {
    const { card, network } = readModel(DEFAULT_MODEL)
    expect(card.name).toBe('majstorovic-36k')
    expect([network.input.rows, network.input.channels]).toEqual([card.windowLength, card.components.length])
  })

  it('is written as it was read, byte for byte', () => {
    const folder = copyOfModel()
    const before = readFileSync(join(folder, 'card.json'))
    writeModelCard(folder, readModelCard(folder))
    expect(readFileSync(join(folder, 'card.json')).equals(before)).toBe(true)
  })

  it('is refused with all its faults at once', () => {
    const folder = copyOfModel()
    change(folder, (card) => ({
      ...card,
      sampleRate: -20,
      components: ['E', 'N', 'Z'],
      thresholds: { on: 0.3, off: 0.5 },
      colour: 'red',
    }))
    const failure = capture(() => readModelCard(folder))
    expect(failure).toBeInstanceOf(ModelFormatError)
    for (const name of ['sampleRate', 'components', 'colour', 'thresholds']) expect((failure as Error).message).toContain(name)
  })

  it('is refused beside the weights or the network of another model', () => {
    const otherWeights = copyOfModel()
    change(otherWeights, (card) => ({ ...card, weightsSha256: '0'.repeat(64) }))
    expect(() => readModel(otherWeights)).toThrow(/expected weights 000000000000…, got .*of different models/)
    const otherShape = copyOfModel()
    change(otherShape, (card) => ({ ...card, windowLength: 1001 }))
    expect(() => readModel(otherShape)).toThrow(/expected the network's input \[501, 3\], got \[1001, 3\]/)
  })

  it('that is missing or no JSON is named', () => {
    const folder = copyOfModel()
    writeFileSync(join(folder, 'card.json'), 'name: model')
    expect(() => readModelCard(folder)).toThrow(/expected JSON/)
    rmSync(join(folder, 'card.json'))
    expect(() => readModelCard(folder)).toThrow(/expected card.json beside model.json, got none/)
  })
})

function copyOfModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-'))
  cpSync(DEFAULT_MODEL, folder, { recursive: true })
  return folder
}

function change(folder: string, edit: (card: Record<string, unknown>) => Record<string, unknown>): void {
  const path = join(folder, 'card.json')
  writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')))))
}

function capture(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
