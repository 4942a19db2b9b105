import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_MODEL, defaultConfig, MODELS_FOLDER } from '../../src/app/default-config.ts'
import { scoreAt } from '../../src/app/evaluation/score-traces.ts'
import { type LoadedModel, loadModel } from '../../src/app/load-model.ts'
import { replayArchive } from '../../src/app/replay-archive.ts'
import { train } from '../../src/app/train.ts'
import { toGridTraces } from '../../src/app/training/grid-trace.ts'
import { scorerOf } from '../../src/app/window-scorer.ts'
import { trainingConfigSchema } from '../../src/contract/training-config.ts'
import { ModelFormatError } from '../../src/domain/errors.ts'
import type { SourceId } from '../../src/domain/source-id.ts'
import { parseIsoNanos } from '../../src/domain/time.ts'
import { readModelCard, writeModelCard } from '../../src/io/model-card.ts'
import type { LabelledTrace } from '../../src/io/seisbench/dataset.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import { writeBurstDataset } from '../helpers/burst-dataset.ts'
import { noiseCounts } from '../helpers/signals.ts'

const LOCAL = join(MODELS_FOLDER, 'local-40hz')
const START = parseIsoNanos('2019-07-04T17:33:49.0137Z') ?? 0n

/** A folder that holds copies of the bundled model and of the one that it asks. */
function copies(): { folder: string; first: string; second: string } {
  const folder = mkdtempSync(join(tmpdir(), 'second-opinion-'))
  const [first, second] = [join(folder, 'majstorovic-36k'), join(folder, 'local-40hz')]
  cpSync(DEFAULT_MODEL, first, { recursive: true })
  cpSync(LOCAL, second, { recursive: true })
  return { folder, first, second }
}

function fail(problem: { message: string }): never {
  throw new Error(problem.message)
}

describe('a model whose card names another', () => {
  it('brings it along', async () => {
    const { first } = copies()
    const { second, card } = await loadModel(first, 'builtin')
    expect(second?.hash).toBe(card.secondOpinion?.weightsSha256)
    expect(second?.card.sampleRate).toBe(40)
  })

  it('is refused without it, and says what to do', async () => {
    const { folder } = copies()
    const lonely = join(folder, 'elsewhere', 'majstorovic-36k')
    cpSync(DEFAULT_MODEL, lonely, { recursive: true })
    await expect(loadModel(lonely, 'builtin')).rejects.toThrow(ModelFormatError)
    await expect(loadModel(lonely, 'builtin')).rejects.toThrow(
      /^second opinion: .*local-40hz.*; put the model there, or take secondOpinion out of the card/,
    )
  })

  it('is refused with other weights than those that its thresholds hold for', async () => {
    const { first } = copies()
    const card = readModelCard(first)
    writeModelCard(first, { ...card, secondOpinion: { model: '../local-40hz', weightsSha256: 'a'.repeat(64) } })
    await expect(loadModel(first, 'builtin')).rejects.toThrow(
      /second opinion: expected the weights aaaaaaaaaaaa…, got [0-9a-f]{12}… .*train or calibrate it with this one, or take secondOpinion out/,
    )
  })

  it('is refused when the windows of the two are not the same seconds', async () => {
    const { first, second } = copies()
    // The other way round: 20 Hz is no multiple of 40 Hz.
    const asked = { model: '../majstorovic-36k', weightsSha256: readModelCard(first).weightsSha256 }
    writeModelCard(second, { ...readModelCard(second), secondOpinion: asked })
    await expect(loadModel(second, 'builtin')).rejects.toThrow(
      /expected windows of 25 s at a multiple of 40 Hz, got 25 s at 20 Hz/,
    )
  })

  it('is refused when it takes dead components and the other does not', async () => {
    const { first, second } = copies()
    writeModelCard(second, { ...readModelCard(second), acceptsDeadComponents: false })
    await expect(loadModel(first, 'builtin')).rejects.toThrow(/expected a model that was trained with dead components/)
    writeModelCard(first, { ...readModelCard(first), acceptsDeadComponents: false })
    expect((await loadModel(first, 'builtin')).second).toBeDefined()
  })
})

describe('the score of two models', () => {
  let model: LoadedModel
  const trace = burstTrace()
  const live = new Map<number, { score: number; secondOpinion: number | undefined }>()

  beforeAll(async () => {
    model = await loadModel(DEFAULT_MODEL, 'builtin')
    const archive = join(mkdtempSync(join(tmpdir(), 'second-opinion-')), 'a.mseed')
    const codes = ['Z', 'N', 'E']
    const records = trace.components.flatMap((samples, index) =>
      encodeRecords(`FDSN:XX_AAA_00_H_H_${codes[index]}` as SourceId, START, trace.sampleRate, Int32Array.from(samples)),
    )
    writeFileSync(archive, Buffer.concat(records))
    await replayArchive({
      paths: [archive],
      config: defaultConfig(),
      model,
      speed: 'max',
      onMessages: () => {},
      onStreams: ({ scores$ }) =>
        scores$.subscribe((piece) => {
          if (piece.kind === 'scored')
            live.set(piece.window.firstIndex, { score: piece.score, secondOpinion: piece.secondOpinion })
        }),
      onProblem: fail,
    })
  })

  it('is the same in the monitor and in an evaluation, bit for bit', () => {
    const scorer = scorerOf(model)
    const grid = toGridTraces(trace, scorer, fail)
    expect(grid?.finer).toBeDefined()
    const input = new Float32Array(1503)
    let asked = 0
    expect(live.size).toBeGreaterThan(60)
    for (const [firstIndex, { score, secondOpinion }] of live) {
      if (secondOpinion !== undefined) asked++
      expect(scoreAt(grid!, firstIndex, scorer, input)).toBe(score)
    }
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(live.size)
  })

  it('is the first model’s for a trace that is too slow for the second', () => {
    const scorer = scorerOf(model)
    const grid = toGridTraces({ ...trace, sampleRate: 31.25 }, scorer, fail)
    expect(grid?.finer).toBeUndefined()
    const { second: _asked, ...alone } = scorer
    const input = new Float32Array(1503)
    const first = grid!.firstIndex
    expect(scoreAt(grid!, first, scorer, input)).toBe(scoreAt(grid!, first, alone, input))
  })
})

describe('train', () => {
  const config = trainingConfigSchema.parse({ batchSize: 32, windowsPerEpoch: 64, epochs: 1 })

  it('measures with the model that the card will name, and names it with its weights', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'second-opinion-')), 'made')
    const card = { ...config.card, secondOpinion: relative(out, LOCAL) }
    const options = { directories: [await writeBurstDataset()], noiseArchives: [], out, seed: 1 }
    await train({ ...options, config: { ...config, card } }, { onProblem: fail })
    expect((await loadModel(out, 'builtin')).second?.hash).toBe(readModelCard(LOCAL).weightsSha256)
  })

  it('says before anything else that the other model is not there', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'second-opinion-')), 'made')
    const card = { ...config.card, secondOpinion: '../nowhere' }
    const training = train(
      { directories: ['no data either'], noiseArchives: [], out, config: { ...config, card }, seed: 1 },
      { onProblem: fail },
    )
    await expect(training).rejects.toThrow(/^second opinion: .*nowhere/)
  })
})

/** Noise with an arrival in the middle, counts at 100 Hz. */
function burstTrace(): LabelledTrace {
  const sampleRate = 100
  const components = [1, 2, 3].map((seed) => {
    const samples = noiseCounts(100 * sampleRate, seed, 100, 5000)
    for (let i = 50 * sampleRate; i < samples.length; i++) {
      const since = i / sampleRate - 50
      samples[i]! += Math.round(6000 * Math.exp(-since / 6) * Math.sin(i / 4 + seed))
    }
    return Float64Array.from(samples)
  })
  return {
    label: { name: 'made', startTime: START, category: 'earthquake' } as LabelledTrace['label'],
    sampleRate,
    components,
    isLive: [true, true, true],
  } as unknown as LabelledTrace
}
