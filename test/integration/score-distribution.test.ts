import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScoreDistributions } from '../../src/app/score-distribution.ts'
import type { ModelCard } from '../../src/contract/model-card.ts'
import { type ScoreDistribution, scoreDistributionSchema } from '../../src/contract/score-distribution.ts'
import { SCORE_BINS, scoreBinOf } from '../../src/domain/score-bins.ts'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { formatMicros } from '../../src/domain/time.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'

const SECOND = 1_000_000
const HOUR = 3600 * SECOND
const other = parseInstrumentId('IU_ANMO_00_BH')!

let folder: string
let store: Store
let server: HttpServer | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-distribution-'))
  store = openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => EXAMPLE_TIME + 100 * HOUR },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem() {},
  })
})

afterEach(async () => {
  await server?.close()
  server = undefined
  store.close()
  rmSync(folder, { recursive: true })
})

/** Scores that go round a few values, one a second. */
function fill(instrument: typeof other, hours: number, count: number, values: readonly number[]): void {
  const scores = Array.from({ length: count }, (_, i) => ({
    instrument,
    endTime: EXAMPLE_TIME + hours * HOUR + i * SECOND,
    score: values[i % values.length]!,
  }))
  store.commit({ scores })
}

async function serve(card: Partial<ModelCard> = {}): Promise<void> {
  const distributions = new ScoreDistributions({ store, instruments: [EXAMPLE_INSTRUMENT, other], card: card as ModelCard })
  const view = { ...exampleView(store), scoreDistribution: distributions.ask.bind(distributions) }
  server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    view,
    hub: new FeedHub(view.clock, view),
    onError() {},
  })
}

async function ask(fromHour: number, toHour: number, more = ''): Promise<ScoreDistribution> {
  const [from, to] = [fromHour, toHour].map((hour) => formatMicros(EXAMPLE_TIME + hour * HOUR))
  const response = await fetch(`${server?.url}/api/scores/distribution?from=${from}&to=${to}${more}`)
  const answer = await response.json()
  expect([response.status, scoreDistributionSchema.parse(answer)]).toEqual([200, answer])
  return answer as ScoreDistribution
}

/** Counts of bins that are not empty. */
const filled = (counts: readonly number[]) => Object.fromEntries([...counts.entries()].filter(([, count]) => count > 0))

describe('GET /api/scores/distribution', () => {
  it('counts the scores in the span, of one instrument or of all', async () => {
    fill(EXAMPLE_INSTRUMENT, 0, 4000, [0, 0.01, 0.5, 1])
    fill(other, 0, 1000, [0.99])
    await serve()
    const one = await ask(0, 48, `&instrument=${EXAMPLE_INSTRUMENT}`)
    expect(one).toMatchObject({ instrument: EXAMPLE_INSTRUMENT, windows: 4000 })
    expect(filled(one.counts)).toEqual({ 0: 1000, [scoreBinOf(0.01)]: 1000, 25: 1000, 49: 1000 })
    const all = await ask(0, 48)
    expect([all.instrument, all.windows, all.counts[scoreBinOf(0.99)]]).toEqual([null, 5000, 1000])
    expect(await ask(0, 999 / 3600, `&instrument=${EXAMPLE_INSTRUMENT}`)).toMatchObject({ windows: 1000 })
    expect(await ask(5, 6)).toMatchObject({ windows: 0, drift: null })
  })

  it('counts no score twice where days meet', async () => {
    fill(EXAMPLE_INSTRUMENT, 20, 8 * 3600, [0.25])
    await serve()
    expect((await ask(0, 72)).windows).toBe(8 * 3600)
    expect((await ask(20, 44)).windows).toBe(8 * 3600)
  })

  it('compares with the first stored day, and sees that it has moved', async () => {
    fill(EXAMPLE_INSTRUMENT, 0, 3000, [0.001, 0.002, 0.004, 0.01])
    fill(EXAMPLE_INSTRUMENT, 30, 3000, [0.002, 0.001, 0.01, 0.004])
    fill(EXAMPLE_INSTRUMENT, 60, 3000, [0.1, 0.2, 0.4, 0.6])
    await serve()
    const same = await ask(30, 32)
    expect(same.reference).toMatchObject({
      kind: 'first-day',
      from: formatMicros(EXAMPLE_TIME),
      to: formatMicros(EXAMPLE_TIME + 24 * HOUR),
      windows: 3000,
    })
    expect(same.drift).toBe(0)
    expect((await ask(60, 62)).drift).toBeGreaterThan(1)
  })

  it('compares with the training, when the card knows of it', async () => {
    fill(EXAMPLE_INSTRUMENT, 0, 3000, [0.5])
    const counts = new Array<number>(SCORE_BINS).fill(0)
    counts[25] = 700
    await serve({ scoreReference: { description: 'a quiet week', counts } })
    const { reference, drift } = await ask(0, 2)
    expect(reference).toEqual({ kind: 'training', windows: 700, counts })
    expect(drift).toBeCloseTo(0, 9)
  })

  it('has nothing to compare with in an empty store, and refuses more than a week', async () => {
    await serve()
    expect(await ask(0, 24)).toMatchObject({ windows: 0, reference: null, drift: null })
    const response = await fetch(`${server?.url}/api/scores/distribution?from=2019-07-04&to=2019-08-04`)
    expect(response.status).toBe(400)
  })
})
