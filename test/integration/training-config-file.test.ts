import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trainingConfigSchema } from '../../src/contract/training-config.ts'
import { ConfigError } from '../../src/domain/errors.ts'
import { loadTrainingConfig } from '../../src/io/training-config-file.ts'

describe('training.yaml', () => {
  it('has the published optimiser by default', () => {
    expect(load('')).toEqual(trainingConfigSchema.parse({}))
    expect(load('')).toMatchObject({ batchSize: 128, optimiser: { learningRate: 0.01, momentum: 0.9 } })
  })

  it('changes what it names and nothing else', () => {
    const config = load('epochs: 3\noptimiser: { momentum: 0.5 }\n')
    expect(config).toEqual(trainingConfigSchema.parse({ epochs: 3, optimiser: { momentum: 0.5 } }))
  })

  it('reports all faults with their lines', () => {
    const failure = capture(() => load('epochs: -1\noptimiser:\n  momentum: 2\n  rate: 0.1\nbatchSize: 12.5\n'))
    expect(failure).toBeInstanceOf(ConfigError)
    const lines = (failure as Error).message.split('\n')
    expect(lines[0]).toMatch(/^training configuration: 4 faults in /)
    expect(lines.slice(1).map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([
      'training.yaml:1 epochs',
      'training.yaml:3 optimiser.momentum',
      'training.yaml:4 optimiser.rate',
      'training.yaml:5 batchSize',
    ])
  })

  it('refuses a rate whose period is no whole millisecond and a window that ends between samples', () => {
    expect(() => load('network: { sampleRate: 30 }')).toThrow(
      /network.sampleRate: expected a rate whose period is whole milliseconds/,
    )
    expect(() => load('network: { windowSeconds: 12.51 }')).toThrow(/network: expected a window of whole samples/)
  })

  it('names a missing file', () => {
    expect(() => loadTrainingConfig('/none.yaml')).toThrow(/expected a readable file, got none \(\/none.yaml\)/)
  })
})

function load(text: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'training-')), 'training.yaml')
  writeFileSync(path, text)
  return loadTrainingConfig(path)
}

function capture(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
