import { describe, expect, it } from 'vitest'
import { gridCells } from '../../../../src/app/training/grid-cells.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'
import { ConfigError } from '../../../../src/domain/errors.ts'

const cellsOf = (grid: Record<string, (number | string)[]>) => gridCells(trainingConfigSchema.parse({ grid }))

describe('gridCells', () => {
  it('are every combination, each the configuration with its values', () => {
    const cells = cellsOf({ 'optimiser.learningRate': [0.001, 0.01], epochs: [25, 50, 75] })
    expect(cells.map(({ config }) => [config.optimiser.learningRate, config.epochs])).toEqual([
      [0.001, 25],
      [0.001, 50],
      [0.001, 75],
      [0.01, 25],
      [0.01, 50],
      [0.01, 75],
    ])
    expect(cells[4]?.name).toBe('optimiser.learningRate=0.01 epochs=50')
    expect(cells[4]?.config.optimiser.momentum).toBe(0.9)
  })

  it('of the published search are learning rate, momentum, batch and 25 to 100 epochs', () => {
    const cells = gridCells(trainingConfigSchema.parse({}))
    expect(cells).toHaveLength(48)
    expect(new Set(cells.map(({ config }) => config.epochs))).toEqual(new Set([25, 50, 75, 100]))
  })

  it('refuse a path that names no setting and a value that does not fit', () => {
    expect(() => cellsOf({ 'optimiser.rate': [1] })).toThrow(ConfigError)
    expect(() => cellsOf({ 'optimiser.rate': [1] })).toThrow(/expected the path of a setting such as .*, got optimiser.rate/)
    expect(() => cellsOf({ epochs: [10, 'many'] })).toThrow(/got epochs=many \(epochs: /)
  })

  it('refuse to differ in what the data are read by', () => {
    expect(() => cellsOf({ 'network.sampleRate': [20, 40] })).toThrow(
      /expected settings that cells may differ in, got network.sampleRate; search each value apart/,
    )
    expect(cellsOf({ 'network.units': [64, 128] }).map(({ config }) => config.network.units)).toEqual([64, 128])
  })
})
