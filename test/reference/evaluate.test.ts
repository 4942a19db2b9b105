import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MODEL, defaultConfig } from '../../src/app/default-config.ts'
import { evaluateWindows } from '../../src/app/evaluate.ts'
import { evaluateContinuous } from '../../src/app/evaluate-continuous.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { scorerOf } from '../../src/app/window-scorer.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { readCatalogueCsv } from '../../src/io/catalogue-csv.ts'
import { referencePath } from '../helpers/reference.ts'

describe('the default model', () => {
  it('calls at least 98 % of the test windows right and at most 1 % of the noise an earthquake, and measures what its card says', async () => {
    const model = await loadModel(DEFAULT_MODEL, 'builtin')
    const options = {
      directories: [referencePath('data/waveforms')],
      split: 'test',
      threshold: 0.5,
      isPartialAccepted: false,
    } as const
    const problems: Problem[] = []
    const { windows, accuracy, precision, recall, falsePositiveRate, auc, byDataset, confidence } = await evaluateWindows(
      options,
      scorerOf(model),
      { onProblem: (problem) => problems.push(problem) },
    )
    expect(problems).toEqual([])
    expect({ windows, accuracy, precision, recall, falsePositiveRate, auc }).toEqual(model.card.metrics.test)
    expect(windows).toBe(741)
    expect(accuracy).toBeGreaterThanOrEqual(0.98)
    expect(falsePositiveRate).toBeLessThanOrEqual(0.01)
    const [low = 1, high = 0] = confidence.accuracy ?? []
    expect(low).toBeLessThan(accuracy ?? 0)
    expect(high).toBeGreaterThan(accuracy ?? 1)
    expect(Object.values(byDataset).reduce((sum, dataset) => sum + dataset.windows, 0)).toBe(windows)
  })

  it('finds the earthquakes of an aftershock sequence more often than by chance, as many as they overlap', async () => {
    const folder = referencePath('data/continuous/ridgecrest_2019-07-04')
    const catalogue = readCatalogueCsv(referencePath('data/continuous/ridgecrest_2019-07-04/catalog_scsn.csv'), fail)
    const model = await loadModel(DEFAULT_MODEL, 'builtin')
    const { match } = await evaluateContinuous({
      paths: [folder],
      catalogue,
      config: defaultConfig(),
      model,
      onProblem: () => {},
    })
    expect(match.events + match.eventsWithoutData).toBe(121)
    expect(match.stationDays).toBeCloseTo((3 * 80) / 1440, 2)
    expect(match.recall).toBeGreaterThan(match.chanceRecall ?? 1)
  })
})

describe('local-40hz', () => {
  const folder = join(import.meta.dirname, '../../models/local-40hz')

  it('measures what its card says, on the traces that have its rate', async () => {
    const model = await loadModel(folder, 'builtin')
    const problems = new Set<string>()
    const { windows, accuracy, precision, recall, falsePositiveRate, auc } = await evaluateWindows(
      { directories: [referencePath('data/waveforms')], split: 'test', threshold: 0.5, isPartialAccepted: false },
      scorerOf(model),
      { onProblem: ({ code }) => problems.add(code) },
    )
    expect([...problems]).toEqual(['RATE_TOO_LOW'])
    expect({ windows, accuracy, precision, recall, falsePositiveRate, auc }).toEqual(model.card.metrics.test)
    expect(accuracy).toBeGreaterThanOrEqual(0.97)
    expect(falsePositiveRate).toBeLessThanOrEqual(0.01)
  })

  it('finds more picked earthquakes of Colombia than the default model does', async () => {
    const picks = referencePath('data/continuous/colombia_2019-12-24/events_picks_eqt_gamma.csv')
    const catalogue = readCatalogueCsv(picks, () => {}, { time: 'time_pick_p', station: ['network', 'station'] })
    const found = async (model: string) => {
      const { match } = await evaluateContinuous({
        paths: [referencePath('data/continuous/colombia_2019-12-24')],
        catalogue,
        config: defaultConfig(),
        model: await loadModel(model, 'builtin'),
        onProblem: () => {},
      })
      return match.matched
    }
    expect(await found(folder)).toBeGreaterThan(await found(DEFAULT_MODEL))
  })
})

function fail(problem: Problem): never {
  throw new Error(problem.message)
}
