import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfigFits } from '../../src/app/config-fit.ts'
import { defaultConfig } from '../../src/app/default-config.ts'
import { modelReadme } from '../../src/app/training/model-readme.ts'
import { trainingConfigSchema } from '../../src/contract/training-config.ts'
import { readModel } from '../../src/io/model-card.ts'
import { loadTrainingConfig } from '../../src/io/training-config-file.ts'
import { expectSelfContained } from '../helpers/html.ts'

const MODELS = join(import.meta.dirname, '../../models')

describe.each(readdirSync(MODELS))('models/%s', (name) => {
  const folder = join(MODELS, name)

  it('has a card of its own name that fits its network, its weights and the default configuration', () => {
    const { card, network } = readModel(folder)
    expect(card.name).toBe(name)
    expect([network.input.rows, network.input.channels]).toEqual([card.windowLength, card.components.length])
    expect(() => checkConfigFits(defaultConfig(), card)).not.toThrow()
  })

  it('has the training.yaml that its card tells of, so that it can be trained again', () => {
    const { card } = readModel(folder)
    const { settings, epochs, windowsPerEpoch } = card.training!
    const { grid: _ownGrid, ...told } = loadTrainingConfig(join(folder, 'training.yaml'))
    const { description, onset, secondOpinion, thresholds, limits, preprocess } = card
    const asked = secondOpinion && { secondOpinion: secondOpinion.model }
    const described = { description, onset, ...asked, thresholds, limits }
    const known = { ...settings, epochs, windowsPerEpoch, preprocess, card: described }
    const { grid: _grid, ...expected } = trainingConfigSchema.parse(known)
    expect(told).toEqual(expected)
  })

  it('has a page that says what its card says', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(modelReadme(readModel(folder).card))
  })
})

describe.each(readdirSync(MODELS))('the report of models/%s', (name) => {
  const html = readFileSync(join(MODELS, name, 'report.html'), 'utf8')

  it('is one page that opens offline', () => {
    expectSelfContained(html)
  })

  it('is about the weights beside it (else: quakewire explain --model … --data … --html …/report.html)', () => {
    const { weightsSha256 } = readModel(join(MODELS, name)).card
    expect(html).toContain(`<h1>What ${name}@${weightsSha256.slice(0, 8)} sees</h1>`)
  })

  it('has every chapter, those that need a dataset included', () => {
    for (const title of [
      'Kernels',
      'Feature maps',
      'Backward optimisation',
      'Relevance over the dataset',
      'Can the maps be trusted?',
    ]) {
      expect(html).toContain(`<h2>${title}</h2>`)
    }
  })
})
