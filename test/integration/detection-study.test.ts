import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_MODEL } from '../../src/app/default-config.ts'
import { DetectionStudy } from '../../src/app/detection-study.ts'
import { type LoadedModel, loadModel } from '../../src/app/load-model.ts'
import { modelKernels } from '../../src/app/model-kernels.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'
import {
  type ExplanationAnswer,
  explanationAnswerSchema,
  type ReplayAnswer,
  replayAnswerSchema,
} from '../../src/contract/detection-study.ts'
import { modelAnswerSchema, type RelevanceWire, type Snippet } from '../../src/contract/http.ts'
import { type ModelKernels, modelKernelsSchema } from '../../src/contract/model-kernels.ts'
import { withSecondOpinion } from '../../src/domain/second-opinion.ts'
import { parseIsoNanos } from '../../src/domain/time.ts'
import { hasModelReport, readModelReport } from '../../src/io/model-report.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { decodeRecord, readRecords } from '../../src/miniseed/index.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { weighByOnset } from '../../src/signal/onset-weight.ts'
import { exampleDetection } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'
import { printed } from '../helpers/printed.ts'

let folder = ''
let store: Store
let model: LoadedModel
let server: HttpServer
let detection: DetectionWire

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-study-'))
  const archive = join(folder, 'archive')
  const database = join(folder, 'store.db')
  await printed('synth', '--out', archive, '--stations', '1', '--minutes', '5', '--events-per-hour', '60', '--seed', '3')
  await printed('replay', archive, '--db', database)
  store = openStore(database, {
    clock: SYSTEM_CLOCK,
    keepScoresDays: 365,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem() {},
  })
  model = await loadModel(DEFAULT_MODEL, 'builtin')
  const view = {
    ...exampleView(store),
    study: new DetectionStudy({ store, model, clock: SYSTEM_CLOCK }),
    modelKernels: () => modelKernels(model.id, model.network),
    hasModelReport: () => hasModelReport(DEFAULT_MODEL),
    modelReport: () => readModelReport(DEFAULT_MODEL),
  }
  const hub = new FeedHub(view.clock, view)
  server = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, view, hub, onError() {} })
  const { detections } = store.detections({ state: 'closed' }, { limit: 1 })
  expect(detections).toHaveLength(1)
  detection = detections[0]!
})

afterAll(async () => {
  await server.close()
  store.close()
  rmSync(folder, { recursive: true })
})

const ask = (path: string, init?: RequestInit) => fetch(server.url + path, init)
const of = (path: string, id = detection.id) => `/api/detections/${encodeURIComponent(id)}${path}`

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await ask(path, init)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

describe('POST /api/detections/:id/replay', () => {
  it('gives the stored score again, bit for bit', async () => {
    const answer = await json<ReplayAnswer>(of('/replay'), { method: 'POST' })
    expect(replayAnswerSchema.parse(answer)).toEqual(answer)
    expect(answer).toMatchObject({
      storedModel: detection.model,
      model: detection.model,
      storedScore: detection.peak.score,
      score: detection.peak.score,
      isSame: true,
      window: { endTime: detection.peak.time },
    })
  })

  it('says so when the model gives another score', async () => {
    const other: LoadedModel = {
      ...model,
      id: 'other@0',
      classifier: { ...model.classifier, windowLength: 501, channels: 3, classify: () => Float32Array.of(0.015625) },
    }
    const answer = new DetectionStudy({ store, model: other, clock: SYSTEM_CLOCK }).replay(detection.id)
    expect(answer).toMatchObject({ model: 'other@0', storedScore: detection.peak.score, score: 0.015625, isSame: false })
  })

  it('is a 404 for a detection that is unknown, and for one whose window was not stored', async () => {
    const without = exampleDetection(0)
    store.commit({ detections: [{ detection: without, latency: {} }] })
    for (const [id, message] of [
      ['none', 'detection: expected a known id, got none'],
      [without.id, `best window: expected it stored with ${without.id}, got none; an older version stored the detection`],
    ] as const) {
      for (const [path, init] of [['/replay', { method: 'POST' }], ['/explanation']] as const) {
        const response = await ask(of(path, id), init)
        expect([response.status, await response.json()]).toEqual([404, { error: { code: 'NOT_FOUND', message } }])
      }
    }
  })
})

describe('GET /api/detections/:id/explanation', () => {
  it('gives the stored relevance again, bit for bit, with what follows from it', async () => {
    const answer = await json<ExplanationAnswer>(of('/explanation'))
    expect(explanationAnswerSchema.parse(answer)).toEqual(answer)
    const { relevance } = await json<{ relevance: RelevanceWire }>(of(''))
    expect(answer.relevance).toEqual(relevance)
    expect(answer).toMatchObject({ method: 'lrp', beta: 0, bias: 'ignore', score: detection.peak.score })
    expect(answer.conservation.start).toBe(1)
    expect(answer.conservation.input).toBeCloseTo(sumOf(relevance), 5)
    expect(answer.shares.Z + answer.shares.N + answer.shares.E).toBeCloseTo(1, 9)
    const sizeOf = (values: number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0)
    expect(answer.shares.Z).toBeCloseTo(
      sizeOf(relevance.Z) / (sizeOf(relevance.Z) + sizeOf(relevance.N) + sizeOf(relevance.E)),
      6,
    )
    expect(1 / (1 + Math.exp(-answer.logit!))).toBeCloseTo(answer.networkScore, 6)
    const both = withSecondOpinion(answer.networkScore, answer.secondOpinion!)
    expect(weighByOnset(both, answer.onsetRatio, model.card.onset!)).toBe(detection.peak.score)
  })

  it('takes another method, β and treatment of biases', async () => {
    const maps = new Set<string>()
    for (const query of ['', '?beta=1', '?beta=1&bias=repair', '?method=epsilon', '?method=gradient', '?method=input-gradient']) {
      const answer = await json<ExplanationAnswer>(of(`/explanation${query}`))
      for (const [key, value] of new URLSearchParams(query)) expect(String(answer[key as 'method'])).toBe(value)
      maps.add(JSON.stringify(answer.relevance.Z))
    }
    expect(maps.size).toBe(6)
    const again = await json<ExplanationAnswer>(of('/explanation'))
    expect(maps).toContain(JSON.stringify(again.relevance.Z))
  })

  it('shows the window itself and its spectra', async () => {
    const { waveform, spectrum, relevance } = await json<ExplanationAnswer>(of('/explanation'))
    expect([waveform.startTime, waveform.rate, waveform.Z.length]).toEqual([relevance.startTime, 20, 501])
    expect([spectrum.frequencyStep, spectrum.Z.length]).toEqual([20 / 512, 257])
    const { samples } = store.peakWindow(detection.id)!
    expect(waveform.E[7]).toBe(samples[3 * 7 + 2])
    const largest = Math.max(...waveform.Z.map(Math.abs))
    expect(Math.max(...spectrum.Z)).toBeGreaterThan(0)
    expect(Math.max(...spectrum.Z)).toBeLessThan(2 * largest)
  })

  it('refuses what it does not understand, and options that contradict each other', async () => {
    const message = async (query: string) => {
      const response = await ask(of(`/explanation?${query}`))
      expect(response.status).toBe(400)
      return ((await response.json()) as { error: { message: string } }).error.message
    }
    expect(await message('method=magic')).toContain('method: ')
    expect(await message('beta=-2')).toContain('beta: ')
    expect(await message('betta=1')).toContain('betta')
    expect(await message('method=gradient&bias=repair')).toBe(
      'relevance bias: expected ignore or include with method gradient, got repair',
    )
  })
})

describe('GET /api/detections/:id/miniseed', () => {
  it('is a file of three channels with the stored samples', async () => {
    const response = await ask(of('/miniseed'))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/vnd.fdsn.mseed'])
    const { waveform } = await json<{ waveform: Snippet }>(of(''))
    const time = waveform.startTime.slice(0, 19).replaceAll(/[-:]/g, '')
    const disposition = `attachment; filename="${detection.instrument}-${time}Z.mseed"`
    expect(response.headers.get('content-disposition')).toBe(disposition)
    const read = channelsOf(new Uint8Array(await response.arrayBuffer()))
    expect([...read.keys()].map((id) => id.slice(-1))).toEqual(['Z', 'N', 'E'])
    for (const [id, { startTime, rate, samples }] of read) {
      expect([startTime, rate]).toEqual([parseIsoNanos(waveform.startTime), waveform.rate])
      expect(samples).toEqual(waveform[id.slice(-1) as 'Z'])
    }
  })

  it('is a 404 when no waveform was stored', async () => {
    const without = exampleDetection(100)
    store.commit({ detections: [{ detection: without, latency: {} }] })
    expect((await ask(of('/miniseed', without.id))).status).toBe(404)
    expect((await ask(of('/miniseed', 'none'))).status).toBe(404)
  })
})

describe('the model', () => {
  it('gives its kernels as exact as they are', async () => {
    const answer = await json<ModelKernels>('/api/model/kernels')
    expect(modelKernelsSchema.parse(answer)).toEqual(answer)
    expect(answer.model).toBe(model.id)
    expect(answer.layers.map(({ name }) => name)).toEqual(model.network.layers.map(({ name }) => name))
    const count = answer.layers.flatMap(({ weights }) => weights.map(({ values }) => values.length)).reduce((a, b) => a + b)
    expect(count).toBe(35_585)
    const { output, weights } = answer.layers[0]!
    expect(output).toEqual([251, 32])
    expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['kernel', [3, 3, 32]],
      ['bias', [32]],
    ])
    answer.layers.forEach((layer, i) => {
      expect(layer.weights.map(({ values }) => Float32Array.from(values))).toEqual(model.network.weights[i])
    })
  })

  it('shows its report, which may run nothing and load nothing', async () => {
    const about = await json<{ hasReport: boolean }>('/api/model')
    expect(modelAnswerSchema.parse(about)).toEqual(about)
    expect(about.hasReport).toBe(true)
    const response = await ask('/api/model/report')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^sandbox; default-src 'none'; /)
    expect(policy).not.toContain('script')
    expect(policy).not.toContain('allow-')
    expect(await response.text()).toContain('<!doctype html>')
  })

  it('says how to make a report when there is none', async () => {
    const view = exampleView(store)
    const bare = await startHttpServer({
      listen: { host: '127.0.0.1', port: 0 },
      view,
      hub: new FeedHub(view.clock, view),
      onError() {},
    })
    const response = await fetch(`${bare.url}/api/model/report`)
    expect(response.status).toBe(404)
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('quakewire explain --model')
    await bare.close()
  })
})

function sumOf({ Z, N, E }: Pick<Snippet, 'Z' | 'N' | 'E'>): number {
  return [...Z, ...N, ...E].reduce((sum, value) => sum + value, 0)
}

/** Contiguous samples of each channel of a file. */
function channelsOf(bytes: Uint8Array) {
  const channels = new Map<string, { startTime: bigint; rate: number; samples: number[] }>()
  for (const record of readRecords(bytes, { onProblem: (problem) => expect.fail(problem.message), origin: 'download' })) {
    const { header, samples } = decodeRecord(record.bytes)
    const { startTime } = header
    const channel = channels.get(header.sourceId) ?? { startTime, rate: header.sampleRate, samples: [] }
    channels.set(header.sourceId, channel)
    expect(startTime).toBe(channel.startTime + BigInt(channel.samples.length) * 50_000_000n)
    channel.samples.push(...samples)
  }
  return channels
}
