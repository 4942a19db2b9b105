import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../src/app/default-config.ts'
import { type LoadedModel, loadModel } from '../../src/app/load-model.ts'
import { replayArchive } from '../../src/app/replay-archive.ts'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { changedSettings } from '../../src/app/what-if/asked-settings.ts'
import { rehearseDetections } from '../../src/app/what-if/rehearsal.ts'
import { ScoreMemory } from '../../src/app/what-if/score-memory.ts'
import { WhatIfDesk } from '../../src/app/what-if/what-if-desk.ts'
import { type WhatIfSetup, WhatIfStudy } from '../../src/app/what-if/what-if-study.ts'
import type { Config } from '../../src/contract/config.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { EventWire } from '../../src/contract/event.ts'
import {
  type WhatIfRequest,
  type WhatIfRequestWire,
  whatIfAnswerSchema,
  whatIfEventsSchema,
  whatIfRequestSchema,
  whatIfSweepSchema,
} from '../../src/contract/what-if.ts'
import { formatMicros } from '../../src/domain/time.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { openScoreReader, type ScoreReader } from '../../src/io/store/score-reader.ts'
import { openStore } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { startHttpServer } from '../../src/server/http-server.ts'
import { exampleView } from '../helpers/example-view.ts'

interface Replayed {
  readonly detections: DetectionWire[]
  readonly events: EventWire[]
}

/** Twenty lively minutes of five stations, with spikes, gaps and clock jitter. */
describe('what if', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-what-if-'))
  const database = join(folder, 'replayed.db')
  let config: Config
  let model: LoadedModel
  let inForce: Replayed
  let setup: WhatIfSetup
  let reader: ScoreReader
  let from = ''
  let to = ''

  beforeAll(async () => {
    const scenario = { ...DEFAULT_SCENARIO, stations: 5, minutes: 20, eventsPerHour: 60, sampleRates: [100, 50, 40, 200] }
    writeArchive(buildScenario(scenario), folder)
    config = { ...loadConfig(join(folder, 'stations.yaml')), model: defaultConfig().model }
    model = await loadModel(config.model, 'builtin')
    inForce = await replayedWith(config, database)
    reader = openScoreReader(database)
    setup = {
      settings: config,
      strideSeconds: config.window.strideSeconds,
      gridRate: model.card.sampleRate,
      model: model.id,
    }
    const start = Date.parse(inForce.detections[0]!.onset.time)
    from = new Date(start - 3_600_000).toISOString()
    to = new Date(start + 3_600_000).toISOString()
  }, 120_000)

  afterAll(() => {
    reader.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function replayedWith(settings: Config, file?: string): Promise<Replayed> {
    const detections = new Map<string, DetectionWire>()
    const events = new Map<string, EventWire>()
    await replayArchive({
      paths: [join(folder, 'sds')],
      config: settings,
      model,
      speed: 'max',
      ...(file && { database: file }),
      onMessages: (messages) => {
        for (const message of messages) detections.set(message.id, message)
      },
      onEvents: (told) => {
        for (const event of told) events.set(event.id, event)
      },
      onProblem: () => {},
    })
    return { detections: [...detections.values()], events: [...events.values()].filter(({ state }) => state !== 'vetoed') }
  }

  const asking = (change: Partial<WhatIfRequestWire> = {}): WhatIfRequest => whatIfRequestSchema.parse({ from, to, ...change })
  const timesOf = (detections: readonly { instrument: string; on: string; off: string | null }[]) =>
    detections.map(({ instrument, on, off }) => `${instrument} ${on} ${off}`).sort()

  it('has something to compare', () => {
    expect(inForce.detections.length).toBeGreaterThan(10)
    expect(inForce.events.length).toBeGreaterThan(2)
  })

  it.each([
    { on: 0.5, off: 0.4 },
    { on: 0.999, off: 0.2 },
    { on: 0.9, off: 0.1, minimumSeconds: 0 },
    { on: 0.7, off: 0.6, minimumSeconds: 12, deadSeconds: 90 },
    { on: 0.9, off: 0.8, minimumSeconds: 1, maximumSeconds: 8, deadSeconds: 30 },
    { on: 0.7, off: 0.6, holdSeconds: 0 },
    { on: 0.7, off: 0.6, holdSeconds: 12 },
    { on: 0.9, off: 0.85, holdSeconds: 90 },
    { on: 0.9, off: 0.85, retriggerRatio: 0 },
    { on: 0.9, off: 0.5, retriggerRatio: 2, retriggerSeconds: 5 },
    { on: 0.5, off: 0.1, retriggerRatio: 3, retriggerSeconds: 0 },
  ])(
    'gives the detections of a real replay with $on, $off, $minimumSeconds, $maximumSeconds, $deadSeconds, $holdSeconds, $retriggerRatio, $retriggerSeconds',
    async (trigger) => {
      const request = asking({ trigger })
      const real = await replayedWith({ ...config, trigger: { ...config.trigger, ...trigger } })
      const { instruments } = new ScoreMemory(reader, 1).recall(request, undefined, trigger.off)
      const context = { instruments, stored: new Map(), span: request, gridRate: setup.gridRate, model: setup.model }
      const found = [...rehearseDetections(context, changedSettings(config, request)).values()].flat()
      const open = found.filter(({ off }) => off === null)
      const wire = found.map((each) => ({
        instrument: each.instrument,
        on: formatMicros(each.on),
        off: each.off === null ? endOf(each.instrument) : formatMicros(each.off),
      }))
      expect(timesOf(wire)).toEqual(timesOf(real.detections))
      expect(open.length).toBe(
        real.detections.filter(({ off, quality, instrument }) => quality.isTruncated && off === endOf(instrument)).length,
      )
      expect(found.map(({ peak }) => peak.score).sort()).toEqual(real.detections.map(({ peak }) => peak.score).sort())
      const answer = new WhatIfStudy(reader, setup).answer(request)
      expect(answer.asked.detections).toBe(real.detections.length)
      expect(answer.now.detections).toBe(inForce.detections.length)
      expect(answer.now.detections - answer.lost.length + answer.gained.length).toBe(answer.asked.detections)

      function endOf(instrument: string): string {
        const last = instruments.find((each) => each.instrument === instrument)?.spans.at(-1)
        return formatMicros(last?.to ?? 0)
      }
    },
  )

  it('finds with the settings in force the stored detections and events, one by one', () => {
    const answer = new WhatIfStudy(reader, setup).answer(asking())
    expect(answer.now).toEqual(answer.asked)
    const events = new WhatIfStudy(reader, setup).events(asking())
    expect(events.now).toEqual(events.asked)
    expect([answer.lost, answer.gained, events.lost, events.gained]).toEqual([[], [], [], []])
    expect(answer.now.detections).toBe(inForce.detections.length)
    expect(events.now.events).toBe(inForce.events.length)
  })

  it.each([2, 4, 5])('gives the events of a real replay that asks for %i stations', async (stations) => {
    const real = await replayedWith({ ...config, coincidence: { ...config.coincidence, stations } })
    const { now, asked, lost, gained } = new WhatIfStudy(reader, setup).events(asking({ coincidence: { stations } }))
    expect(asked.events).toBe(real.events.length)
    expect(asked.perDay.reduce((sum, { count }) => sum + count, 0)).toBe(asked.events)
    expect(now.events - lost.length + gained.length).toBe(asked.events)
  })

  it('names labelled detections that would be lost first, and counts them', async () => {
    // One in the coda of another does not get lost: that one lasts until it is over, instead.
    const own = inForce.detections.filter(({ quality }) => !quality.isRetriggered)
    const [first, second] = own.sort((a, b) => a.peak.score - b.peak.score)
    const file = join(folder, 'labelled.db')
    await replayedWith(config, file)
    const store = openStore(file, {
      clock: { now: () => 0 },
      keepScoresDays: 36_500,
      maximumMegabytes: 100,
      strideSeconds: 1,
      onProblem: () => {},
    })
    store.setLabel(first!.id, 'noise', 'me')
    store.setLabel(second!.id, 'earthquake', 'me')
    store.close()
    const labelled = openScoreReader(file)
    const on = Math.min(1, second!.peak.score + 1e-9)
    const answer = new WhatIfStudy(labelled, setup).answer(asking({ trigger: { on } }))
    labelled.close()
    expect(answer.labelled).toEqual({ earthquake: 1, blast: 0, noise: 1, unsure: 0 })
    expect(answer.now.labels).toEqual(answer.labelled)
    expect(answer.asked.labels).toEqual({ earthquake: 0, blast: 0, noise: 0, unsure: 0 })
    expect(answer.lost.slice(0, 2)).toMatchObject([
      { id: second!.id, label: 'earthquake' },
      { id: first!.id, label: 'noise' },
    ])
  })

  it('answers from a thread of its own, says what is wrong with a question, and ends', async () => {
    const desk = new WhatIfDesk({ file: database, setup })
    const [answer, events, sweep] = await Promise.all([desk.answer(asking()), desk.events(asking()), desk.sweep(asking())])
    expect(whatIfAnswerSchema.parse(answer).now.detections).toBe(inForce.detections.length)
    expect(events.now.events).toBe(inForce.events.length)
    const counts = sweep.steps.map(({ detections }) => detections)
    expect(counts[0]).toBeGreaterThan(counts.at(-1)!)
    await expect(desk.answer(asking({ trigger: { on: 0.5, off: 0.6 } }))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^trigger: expected off < 0.5 \(on threshold\), got 0.6 \(\w+\)$/),
    })
    await expect(desk.answer(asking({ from: '0001-01-01T00:00:00Z' }))).rejects.toMatchObject({ code: 'USAGE' })
    await desk.stop()
    const lost = new WhatIfDesk({ file: join(folder, 'missing.db'), setup })
    await expect(lost.answer(asking())).rejects.toMatchObject({ code: 'STORE' })
    await lost.stop()
  })

  it('answers over HTTP, and says what is wrong with a request', async () => {
    const desk = new WhatIfDesk({ file: database, setup })
    const store = openStore(join(folder, 'other.db'), {
      clock: { now: () => 0 },
      keepScoresDays: 30,
      maximumMegabytes: 100,
      strideSeconds: 1,
      onProblem: () => {},
    })
    const view = { ...exampleView(store), whatIf: desk }
    const hub = new FeedHub(view.clock, view)
    const server = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, view, hub, onError: () => {} })
    const post = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: response.status, body: (await response.json()) as { error?: { message: string } } }
    }
    const span = { from, to }
    const { body } = await post('/api/what-if', { ...span, scope: inForce.detections[0]!.station, trigger: { on: 0.999 } })
    const answer = whatIfAnswerSchema.parse(body)
    // One station's own: the others stay as they are.
    const touched = answer.instruments.filter(({ trigger, askedTrigger }) => trigger.on !== askedTrigger.on)
    expect(touched.every(({ instrument }) => instrument.startsWith(`${inForce.detections[0]!.station}_`))).toBe(true)
    expect(touched).not.toHaveLength(0)
    expect(whatIfEventsSchema.parse((await post('/api/what-if/events', span)).body).now.events).toBe(inForce.events.length)
    expect(whatIfSweepSchema.parse((await post('/api/what-if/sweep', span)).body).steps.length).toBeGreaterThan(20)
    for (const [bad, message] of [
      [{ from: to, to: from }, /to: expected a time after from/],
      [{ ...span, from: 'yesterday' }, /from: expected an ISO 8601 time/],
      [{ ...span, trigger: { on: 2 } }, /trigger.on/],
      [{ ...span, trigger: { on: 0.5, off: 0.9 } }, /expected off < 0.5/],
      [{ ...span, stations: ['nobody at all'] }, /stations.0: expected NET_STA/],
    ] as const) {
      const refused = await post('/api/what-if', bad)
      expect([refused.status, refused.body.error?.message]).toEqual([400, expect.stringMatching(message)])
    }
    await server.close()
    await desk.stop()
    store.close()
  })
})
