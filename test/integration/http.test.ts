import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  detectionAnswerSchema,
  detectionsAnswerSchema,
  errorAnswerSchema,
  healthAnswerSchema,
  modelAnswerSchema,
  scoresAnswerSchema,
  stationsAnswerSchema,
} from '../../src/contract/http.ts'
import { StoreError, UsageError } from '../../src/domain/errors.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../src/server/http-server.ts'
import type { MonitorView } from '../../src/server/monitor-view.ts'
import { closed, EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'

let folder: string
let store: Store
let server: HttpServer
let errors: unknown[]

async function start(options: Partial<HttpServerOptions> = {}, changes: Partial<MonitorView> = {}): Promise<void> {
  await server?.close()
  const view = { ...exampleView(store), ...changes }
  server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    view,
    hub: new FeedHub(view.clock, view),
    onError: (error) => errors.push(error),
    ...options,
  })
}

const ask = (path: string, init?: RequestInit) => fetch(server.url + path, init)

async function answer(path: string, init?: RequestInit): Promise<{ status: number; body: never }> {
  const response = await ask(path, init)
  return { status: response.status, body: (await response.json()) as never }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-http-'))
  errors = []
  store = openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => EXAMPLE_TIME },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem: () => {},
  })
  await start()
})

afterEach(async () => {
  await server.close()
  store.close()
  rmSync(folder, { recursive: true })
})

const first = exampleDetection(0)
const second = closed(exampleDetection(30))

function fill(): void {
  store.commit({
    detections: [first, second].map((detection) => ({ detection, latency: { packetSeconds: 2 } })),
    scores: [0, 1, 2, 200].map((i) => ({ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME + i * 1e6, score: 0.25 })),
    snippets: [{ detectionId: first.id, startTime: EXAMPLE_TIME, rate: 20, samples: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    relevances: [
      {
        detectionId: first.id,
        startTime: EXAMPLE_TIME,
        rate: 20,
        beta: 0,
        values: Float32Array.of(0.1, 0.2, 1 / 3, -0.4, 0, 1e-9),
      },
    ],
  })
}

describe('GET /api/detections', () => {
  beforeEach(fill)

  it('gives the newest first, as the feed does', async () => {
    const { body } = await answer('/api/detections')
    expect(detectionsAnswerSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({ detections: [{ id: second.id }, { id: first.id }], cursor: null })
    expect((body as { detections: unknown[] }).detections[1]).toEqual(store.detection(first.id))
  })

  it('filters and pages', async () => {
    expect(await answer('/api/detections?state=closed')).toMatchObject({ body: { detections: [{ id: second.id }] } })
    expect(await answer('/api/detections?to=2019-07-04T17:34:00Z')).toMatchObject({ body: { detections: [{ id: first.id }] } })
    expect(await answer('/api/detections?reason=any')).toMatchObject({ body: { detections: [] } })
    expect(await answer('/api/detections?reason=none&limit=1')).toMatchObject({ body: { detections: [{ id: second.id }] } })
    const { body } = await answer('/api/detections?limit=1')
    const { cursor } = body as { cursor: string }
    expect(await answer(`/api/detections?limit=1&cursor=${encodeURIComponent(cursor)}`)).toMatchObject({
      body: { detections: [{ id: first.id }], cursor: null },
    })
  })

  it('refuses what it does not understand, with every fault', async () => {
    const { status, body } = await answer('/api/detections?from=yesterday&limit=0&colour=red')
    expect(status).toBe(400)
    expect(errorAnswerSchema.parse(body).error).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/from: expected an ISO 8601 time.*limit: .*colour/),
    })
  })

  it('gives CSV by Accept and by format', async () => {
    const response = await ask('/api/detections', { headers: { accept: 'text/csv' } })
    expect(response.headers.get('content-type')).toContain('text/csv')
    const lines = (await response.text()).split('\r\n')
    expect(lines[0]).toMatch(/^id,state,station,instrument,time,/)
    expect(lines[2]).toContain(`${first.id},open,CI_CLC,CI_CLC_00_HH,2019-07-04T17:33:49.000000Z,0.05,aic,`)
    expect(await (await ask('/api/detections?format=csv')).text()).toBe(lines.join('\r\n'))
  })

  it('gives QuakeML', async () => {
    const response = await ask('/api/detections', { headers: { accept: 'application/xml' } })
    const text = await response.text()
    expect(text).toContain('<waveformID networkCode="CI" stationCode="CLC" locationCode="00" channelCode="HHZ"/>')
    expect(text.match(/<event /g)).toHaveLength(2)
  })
})

describe('one detection', () => {
  beforeEach(fill)

  it('comes with its waveform, the scores around it and its labels', async () => {
    const { body } = await answer(`/api/detections/${encodeURIComponent(first.id)}`)
    expect(detectionAnswerSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      detection: { id: first.id },
      waveform: { startTime: '2019-07-04T17:33:49.000000Z', rate: 20, Z: [1, 4], N: [2, 5], E: [3, 6] },
      scores: [{ endTime: '2019-07-04T17:33:49.000000Z', strideSeconds: 1, scores: [0.25, 0.25, 0.25] }],
      labels: [],
    })
  })

  it('comes with its relevance, as exact as float32 is; null when it was not explained', async () => {
    const { body } = await answer(`/api/detections/${encodeURIComponent(first.id)}`)
    const { relevance } = body as { relevance: { startTime: string; beta: number; Z: number[]; N: number[]; E: number[] } }
    expect(relevance).toMatchObject({ startTime: '2019-07-04T17:33:49.000000Z', rate: 20, beta: 0 })
    expect(Float32Array.from(relevance.Z)).toEqual(Float32Array.of(0.1, -0.4))
    expect(Float32Array.from(relevance.N)).toEqual(Float32Array.of(0.2, 0))
    expect(Float32Array.from(relevance.E)).toEqual(Float32Array.of(1 / 3, 1e-9))
    expect(await answer(`/api/detections/${encodeURIComponent(second.id)}`)).toMatchObject({ body: { relevance: null } })
  })

  it('takes a label and shows who gave it', async () => {
    const init = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"label":"blast","by":"ann"}' }
    const { status, body } = await answer(`/api/detections/${encodeURIComponent(first.id)}`, init)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: first.id, label: { value: 'blast', by: 'ann' } })
    expect(await answer('/api/detections?label=blast')).toMatchObject({ body: { detections: [{ id: first.id }] } })
  })

  it('refuses a label it does not know and a body that is no JSON', async () => {
    for (const body of ['{"label":"ufo","by":"ann"}', '{"label":"blast"}', 'label']) {
      const init = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body }
      expect(await answer(`/api/detections/${encodeURIComponent(first.id)}`, init)).toMatchObject({
        status: 400,
        body: { error: { code: 'BAD_REQUEST' } },
      })
    }
  })

  it('is downloaded as QuakeML by a link', async () => {
    const response = await ask(`/api/detections/${encodeURIComponent(first.id)}?format=quakeml`)
    expect(response.headers.get('content-type')).toContain('application/xml')
    expect(await response.text()).toContain('<pick ')
  })

  it('is a 404 when it is unknown', async () => {
    expect(await answer('/api/detections/none')).toEqual({
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: 'detection: expected a known id, got none' } },
    })
  })
})

describe('the other routes', () => {
  it('give stations, model, health, schema and metrics', async () => {
    const check = async (path: string, schema: { parse(value: unknown): unknown }) => {
      const { body } = await answer(path)
      expect(schema.parse(body)).toEqual(body)
    }
    await check('/api/stations', stationsAnswerSchema)
    await check('/api/model', modelAnswerSchema)
    await check('/api/health', healthAnswerSchema)
    expect((await answer('/api/schema')).body).toHaveProperty('$defs.Detection')
    expect(await (await ask('/metrics')).text()).toContain('quakewire_packets_total 3')
  })

  it('give scores as runs, and refuse more than a week', async () => {
    fill()
    const { body } = await answer('/api/scores?instrument=CI_CLC_00_HH&from=2019-07-04&to=2019-07-05')
    expect(scoresAnswerSchema.parse(body)).toEqual(body)
    expect((body as { runs: { scores: number[] }[] }).runs.map(({ scores }) => scores.length)).toEqual([3, 1])
    const tooLong = await answer('/api/scores?instrument=CI_CLC_00_HH&from=2019-07-04&to=2019-08-05')
    expect(tooLong).toMatchObject({ status: 400, body: { error: { message: 'to: expected at most 7 days after from' } } })
  })

  it('are JSON also when there is no such path', async () => {
    expect(await answer('/api/nothing?x=1')).toEqual({
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: 'path: expected one of the API, got GET /api/nothing' } },
    })
  })
})

describe('errors', () => {
  it('of the store are 503 with our text', async () => {
    await start(
      {},
      {
        stations: () => {
          throw new StoreError('store: commit failed')
        },
      },
    )
    expect(await answer('/api/stations')).toEqual({
      status: 503,
      body: { error: { code: 'STORE', message: 'store: commit failed' } },
    })
  })

  it('of ours are 500 without detail, and are told', async () => {
    const bug = new TypeError('secret path')
    await start(
      {},
      {
        stations: () => {
          throw bug
        },
      },
    )
    const { status, body } = await answer('/api/stations')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('secret')
    expect(errors).toEqual([bug])
  })

  it('name the address that is in use', async () => {
    const failing = startHttpServer({
      listen: { host: '127.0.0.1', port: server.port },
      view: exampleView(store),
      hub: new FeedHub({ now: () => 0 }, store as never),
      onError: () => {},
    })
    await expect(failing).rejects.toBeInstanceOf(UsageError)
    await expect(failing).rejects.toThrow(
      `http: expected a free address, got one that another program listens on (127.0.0.1:${server.port}); name another one as http.listen`,
    )
  })
})

describe('access', () => {
  const token = 'a token of some length'

  it('needs the token when there is one: header or cookie of a login', async () => {
    await start({ token })
    expect((await ask('/api/health')).status).toBe(401)
    expect((await ask('/metrics')).status).toBe(401)
    expect((await ask('/api/health', { headers: { authorization: 'Bearer another' } })).status).toBe(401)
    expect((await ask('/api/health', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)

    const login = (text: string) =>
      ask('/api/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: text }),
      })
    expect((await login('another')).status).toBe(401)
    const cookie = (await login(token)).headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(cookie).not.toContain(token.split(' ')[3])
    const withCookie = async (text: string) => (await ask('/api/health', { headers: { cookie: text } })).status
    expect(await withCookie(`theme=dark; ${cookie.split(';')[0]}`)).toBe(200)
    expect(await withCookie('quakewire_login=%')).toBe(401)
    expect(await withCookie(`quakewire_login=${'0'.repeat(64)}`)).toBe(401)
  })

  it('needs the token however the path is spelt', async () => {
    await start({ token })
    for (const path of ['/%61pi/health', '/api/%68ealth', '/api/health?', '/metric%73', '/api/detections/x']) {
      expect([path, (await ask(path)).status]).toEqual([path, 401])
    }
    for (const path of ['/API/health', '//api/health', '/api//health', '/api/health/', '/%E0%A4%A']) {
      expect([path, (await ask(path)).status]).toEqual([
        path,
        expect.toSatisfy((status: number) => status === 400 || status === 404),
      ])
    }
  })

  it('is refused to pages of other sites and to foreign names of this machine', async () => {
    const body = { error: { code: 'FOREIGN_ORIGIN' } }
    expect(await answer('/api/health', { headers: { origin: 'https://evil.example' } })).toMatchObject({ status: 403, body })
    expect((await ask('/api/health', { headers: { origin: server.url } })).status).toBe(200)
    expect(await statusWithHost('evil.example')).toBe(403)
    expect(await statusWithHost('localhost')).toBe(200)
  })

  /** fetch does not let us choose the Host header. */
  function statusWithHost(host: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: server.port, path: '/api/health', headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
  }
})

describe('the dashboard', () => {
  it('is served with headers that allow nothing from elsewhere', async () => {
    const webRoot = join(folder, 'web')
    mkdirSync(webRoot)
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Quakewire</title>')
    await start({ webRoot })
    const response = await ask('/')
    expect(await response.text()).toContain('<title>Quakewire</title>')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await ask('/../../package.json')).status).toBe(404)
  })

  it('says how to build it when it is missing', async () => {
    const { status, body } = await answer('/')
    expect(status).toBe(404)
    expect(errorAnswerSchema.parse(body).error.message).toContain('npm run build')
  })
})
