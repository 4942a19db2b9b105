import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectSelfContained } from '../helpers/html.ts'

const folder = join(import.meta.dirname, '../../models/majstorovic-36k')

describe('the report of the bundled model', () => {
  const html = readFileSync(join(folder, 'report.html'), 'utf8')

  it('is one page that opens offline', () => {
    expectSelfContained(html)
  })

  it('is about the weights beside it (else: quakewire explain --model … --data … --html …/report.html)', () => {
    const { name, weightsSha256 } = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'))
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
