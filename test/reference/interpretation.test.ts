import { beforeAll, describe, expect, it } from 'vitest'
import { type DatasetInterpretation, interpretDataset } from '../../src/app/interpretation/interpret-dataset.ts'
import { readModel } from '../../src/io/model-card.ts'
import { createPreprocessor } from '../../src/signal/preprocess.ts'
import { referencePath } from '../helpers/reference.ts'

/** What the bundled model looks at in real earthquakes, in numbers that a broken alignment or a wrong sign would not give. */
describe('relevance over the labelled waveforms', { timeout: 300_000 }, () => {
  let seen: DatasetInterpretation

  beforeAll(async () => {
    const { network, card } = readModel(new URL('../../models/majstorovic-36k', import.meta.url).pathname)
    const { sampleRate, windowLength } = card
    const preprocess = createPreprocessor(card.preprocess, { windowLength, channels: 3, sampleRate })
    const options = { directories: [referencePath('data/waveforms')], split: 'test', windows: 120, beta: 0 } as const
    seen = (await interpretDataset({ network, sampleRate, preprocess }, options, { onProblem() {}, onProgress() {} }))
      .interpretation
  }, 300_000)

  it('lies where P and S are, not before', () => {
    const { before, p, s } = seen.aggregate.earthquakes.phases
    expect(before!.relevance).toBeLessThan(before!.time / 2)
    expect(p!.relevance).toBeGreaterThan(p!.time)
    expect(s!.relevance).toBeGreaterThan(2 * s!.time)
  })

  it('rises at P on the vertical component and at S on the horizontals', () => {
    const { aroundP, aroundS } = seen.aggregate
    const mean = (values: readonly (number | null)[], from: number, to: number, { fromSeconds, stepSeconds }: typeof aroundP) => {
      const part = values.slice(Math.round((from - fromSeconds) / stepSeconds), Math.round((to - fromSeconds) / stepSeconds))
      return part.reduce((sum: number, value) => sum + (value ?? 0), 0) / part.length
    }
    expect(mean(aroundP.z, 0, 1, aroundP)).toBeGreaterThan(5 * mean(aroundP.z, -5, -1, aroundP))
    expect(mean(aroundS.n, 0, 1, aroundS)).toBeGreaterThan(mean(aroundS.z, 0, 1, aroundS))
  })

  it('finds what the network needs: the logit falls much faster than in a random order', () => {
    const area = (method: string) => seen.perturbation.curves.find((curve) => curve.method === method)!.area
    expect(area('LRP β = 0')).toBeGreaterThan(1.5 * area('random'))
    expect(area('LRP β = 0')).toBeGreaterThan(area('LRP β = 2'))
  })

  it('has maps that tell earthquakes from noise', () => {
    const best = seen.maps.flatMap(({ auc }) => auc.p.map((value) => Math.abs((value ?? 0.5) - 0.5)))
    expect(Math.max(...best)).toBeGreaterThan(0.4)
  })
})
