import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluateWindows } from '../../src/app/evaluate.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { train } from '../../src/app/train.ts'
import type { EpochReport } from '../../src/app/training/train-network.ts'
import { scorerOf } from '../../src/app/window-scorer.ts'
import { trainingConfigSchema } from '../../src/contract/training-config.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { writeBurstDataset } from '../helpers/burst-dataset.ts'

const CONFIG = trainingConfigSchema.parse({
  preprocess: { detrend: 'demean', highpassHz: 1, normalise: 'max-abs' },
  batchSize: 32,
  windowsPerEpoch: 512,
  epochs: 2,
  optimiser: { learningRate: 0.05, averaging: 0.9 },
})

describe('train', () => {
  it('writes the same bytes for the same data, configuration and seed, and others for another seed', async () => {
    const data = await writeBurstDataset()
    const short = { ...CONFIG, windowsPerEpoch: 64 }
    const [one, same, other] = [await trained(data, 3, short), await trained(data, 3, short), await trained(data, 4, short)]
    const names = ['README.md', 'card.json', 'model.json', 'weights.bin']
    expect(readdirSync(one.out).sort()).toEqual(names)
    for (const name of names) expect(read(one.out, name).equals(read(same.out, name))).toBe(true)
    expect(read(one.out, 'weights.bin').equals(read(other.out, 'weights.bin'))).toBe(false)
    expect(read(one.out, 'README.md').toString()).not.toContain('taught by')
  })

  it('writes the same bytes with teachers, too, and says in the README who they were', async () => {
    const data = await writeBurstDataset()
    const teachers = { ...CONFIG.teachers, count: 2, epochs: 1, share: 0.5 }
    const short = { ...CONFIG, windowsPerEpoch: 64, teachers }
    const [one, same] = [await trained(data, 3, short), await trained(data, 3, short)]
    expect(read(one.out, 'weights.bin').equals(read(same.out, 'weights.bin'))).toBe(true)
    expect(read(one.out, 'README.md').toString()).toContain('taught by 2 networks, trained before it for 1 epochs each')
  })

  it('learns to tell bursts from noise, keeps the epoch that is best on dev, and writes a card that fits', async () => {
    const data = await writeBurstDataset()
    const { out, reports } = await trained(data, 1)
    const { card, classifier } = await loadModel(out, 'builtin')
    const best = reports.findLast(({ isBest }) => isBest)
    expect(card).toMatchObject({
      name: 'made',
      training: {
        seed: 1,
        epochs: 2,
        selectedEpoch: best?.epoch,
        data: [{ earthquakeTraces: 12, noiseTraces: 12 }],
        history: reports.map(({ epoch, loss, dev }) => ({ epoch, loss, dev })),
      },
      metrics: { dev: { windows: 24 }, test: { windows: 24 } },
    })
    expect(Math.min(...reports.map(({ dev }) => dev?.loss ?? 9))).toBe(best?.dev?.loss)

    const options = { directories: [data], split: 'test', threshold: 0.5, isPartialAccepted: false } as const
    const evaluation = await evaluateWindows(options, scorerOf({ card, classifier }), { onProblem: fail })
    expect(evaluation.byDataset.made).toEqual(card.metrics.test)
    expect(evaluation.accuracy).toBeGreaterThan(0.9)
  })

  it('trains a network of another rate, length and depth, and its card says so', async () => {
    const data = await writeBurstDataset()
    const network = { ...CONFIG.network, name: 'small', sampleRate: 10, windowSeconds: 21, filters: [8, 12, 16], pooledRows: 2 }
    const { out } = await trained(data, 1, {
      ...CONFIG,
      network,
      optimiser: { ...CONFIG.optimiser, kind: 'adam', learningRate: 0.01 },
    })
    const { card, network: made, classifier } = await loadModel(out, 'builtin')
    expect([card.sampleRate, card.windowLength]).toEqual([10, 211])
    expect(made.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3', 'pool', 'flatten', 'dense1', 'dense2'])
    expect(classifier.windowLength).toBe(211)
    expect(card.metrics.test?.accuracy).toBeGreaterThan(0.9)
  })

  it('names traces below the rate of the network and leaves them out', async () => {
    const data = await writeBurstDataset()
    const problems: Problem[] = []
    const out = join(mkdtempSync(join(tmpdir(), 'train-')), 'made')
    const config = { ...CONFIG, network: { ...CONFIG.network, sampleRate: 40 } }
    const training = train(
      { directories: [data], noiseArchives: [], out, config, seed: 1 },
      { onProblem: (problem) => problems.push(problem) },
    )
    await expect(training).rejects.toThrow(/expected earthquake traces of at least 25 s in split train, got none/)
    expect(problems.length).toBeGreaterThan(0)
    for (const { code, message } of problems) {
      expect(code).toBe('RATE_TOO_LOW')
      expect(message).toContain('expected 40 to 10000 Hz, got 20 Hz')
    }
  })

  it('writes a page of its own with curves, settings and the dev split when asked', async () => {
    const data = await writeBurstDataset()
    const folder = mkdtempSync(join(tmpdir(), 'train-'))
    const html = join(folder, 'training.html')
    const options = { directories: [data], noiseArchives: [], out: join(folder, 'made'), config: CONFIG, seed: 1, html }
    await train(options, { onProblem: fail })
    const page = readFileSync(html, 'utf8')
    expect(page).toContain('<h1>Training of made</h1>')
    expect(page).toMatch(/Epoch [12] of 2 was kept/)
    for (const text of ['Loss', 'optimiser.learningRate', '0.05', 'Dev split', 'ROC', 'Worst false positives'])
      expect(page).toContain(text)
    // One file: nothing is fetched, nothing runs.
    expect(page).not.toMatch(/<script|<link|src=|url\(/)
  })

  it('reports a bad row once, however often the data are read', async () => {
    const data = await writeBurstDataset()
    appendFileSync(join(data, 'metadata.csv'), 'odd,explosion,train,20,,,made\n')
    const problems: Problem[] = []
    const out = join(mkdtempSync(join(tmpdir(), 'train-')), 'made')
    const config = { ...CONFIG, epochs: 1, windowsPerEpoch: 32 }
    await train(
      { directories: [data], noiseArchives: [], out, config, seed: 1 },
      { onProblem: (problem) => problems.push(problem) },
    )
    expect(problems.map(({ code }) => code)).toEqual(['dataset-row'])
  })

  it('names the class that a dataset lacks', async () => {
    const data = await writeBurstDataset(({ category }) => category === 'noise')
    await expect(trained(data, 1)).rejects.toThrow(/expected earthquake traces of at least 25 s in split train, got none/)
  })
})

async function trained(data: string, seed: number, config = CONFIG) {
  const out = join(mkdtempSync(join(tmpdir(), 'train-')), 'made')
  const reports: EpochReport[] = []
  await train(
    { directories: [data], noiseArchives: [], out, config, seed },
    { onEpoch: (report) => reports.push(report), onProblem: fail },
  )
  return { out, reports }
}

function read(directory: string, name: string): Buffer {
  return readFileSync(join(directory, name))
}

function fail(problem: { message: string }): never {
  throw new Error(problem.message)
}
