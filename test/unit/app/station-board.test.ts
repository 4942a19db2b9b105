import { describe, expect, it } from 'vitest'
import { StationBoard, type StationBoardOptions } from '../../../src/app/station-board.ts'
import { type InstrumentId, instrumentIdOf, type SourceId } from '../../../src/domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, microsToNanos } from '../../../src/domain/time.ts'
import type { TraceRecord } from '../../../src/domain/trace.ts'

const Z = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
const N = 'FDSN:XX_AAA_00_H_H_N' as SourceId
const E = 'FDSN:XX_AAA_00_H_H_E' as SourceId
const INSTRUMENT = instrumentIdOf(Z)
const OTHER = 'XX_BBB_00_HH' as InstrumentId
const A = 'seedlink://a:18000'
const B = 'seedlink://b:18000'
const START = 1_700_000_000 * MICROS_PER_SECOND

function boardOf(servers: readonly string[] = [A], changes: Partial<StationBoardOptions> = {}) {
  const clock = { time: START, now: () => clock.time }
  const links = new Map(servers.map((url) => [url, { isAlive: true } as { isAlive: boolean; reason?: string }]))
  const board = new StationBoard({
    clock,
    liveness: { silentSeconds: 60, latentSeconds: 30, aheadSeconds: 60 },
    leastRate: 20,
    thresholds: () => ({ on: 0.9, off: 0.5 }),
    coordinates: () => undefined,
    linkOf: (url) => links.get(url),
    ...changes,
  })
  for (const url of servers) board.expect(INSTRUMENT, url)
  const pass = (seconds: number) => {
    clock.time += seconds * MICROS_PER_SECOND
  }
  /** A record of so many seconds that ends now, or some seconds ago. */
  const hear = (sourceId = Z, seconds = 5, ago = 0, timingQuality?: number) => {
    const end = clock.time - ago * MICROS_PER_SECOND
    const samples = new Int32Array(seconds * 100)
    const startTime = microsToNanos(end - seconds * MICROS_PER_SECOND)
    const record: TraceRecord = { kind: 'record', sourceId, startTime, sampleRate: 100, samples, timingQuality }
    board.onRecord(record, end, ago)
  }
  const status = () => board.statuses()[0]
  return { board, clock, links, pass, hear, status }
}

describe('the state of an instrument', () => {
  it('is waiting until it is heard', () => {
    const { status, pass, hear } = boardOf()
    expect(status()).toMatchObject({ state: 'waiting', reason: 'never heard', lastPacketTime: null })
    pass(1000)
    expect(status()?.state).toBe('waiting')
    hear()
    expect(status()?.state).toBe('ok')
  })

  it('is waiting for what its server has not, until it is heard', () => {
    const { board, status, hear } = boardOf([A, B])
    board.onUnheard(INSTRUMENT, A, 'it has XX_AAA_10_HH')
    expect(status()).toMatchObject({ state: 'waiting', reason: `${A}: it has XX_AAA_10_HH`, isUnheard: true })
    board.onUnheard(INSTRUMENT, A, undefined)
    expect(status()).toMatchObject({ state: 'waiting', reason: 'never heard' })
    expect(status()).not.toHaveProperty('isUnheard')
    board.onUnheard(INSTRUMENT, B, 'no data within 120 s')
    hear()
    expect(status()?.state).toBe('ok')
    expect(status()).not.toHaveProperty('reason')
  })

  it('is in a gap while a component that it needs was not heard in all the time, and says which', () => {
    const { status, pass, hear } = boardOf()
    for (let second = 0; second <= 60; second += 5) {
      for (const channel of [Z, N]) hear(channel)
      expect(status()?.state).toBe('ok')
      pass(5)
    }
    for (const channel of [Z, N]) hear(channel)
    expect(status()).toMatchObject({ state: 'gap', reason: 'expected three components, heard Z, N: it is not scored' })
    hear(E)
    expect(status()?.state).toBe('ok')
    expect(status()).not.toHaveProperty('reason')
  })

  it('is ok without a component where zeros take its place', () => {
    const { status, pass, hear } = boardOf([A], { needsAllComponents: () => false })
    hear()
    pass(55)
    hear()
    pass(55)
    expect(status()?.state).toBe('ok')
  })

  it('is silent when its server is there and it sends nothing for as long as was configured', () => {
    const { status, pass, hear } = boardOf()
    hear()
    pass(60)
    expect(status()?.state).toBe('ok')
    pass(1)
    expect(status()).toMatchObject({ state: 'silent', reason: `no packet since ${formatMicros(START)}` })
  })

  it('is stalled, not silent, when none of its servers can be reached, with the reason of each', () => {
    const { status, pass, hear, links } = boardOf([A, B])
    hear()
    links.set(A, { isAlive: false, reason: 'connection refused' })
    pass(61)
    expect(status()?.state).toBe('silent')
    links.set(B, { isAlive: false, reason: 'no such host' })
    expect(status()).toMatchObject({ state: 'stalled', reason: `${A}: connection refused; ${B}: no such host` })
  })

  it('comes with the timing quality of the newest record that says one', () => {
    const { status, hear } = boardOf()
    hear()
    expect(status()).not.toHaveProperty('timingQuality')
    hear(Z, 5, 0, 80)
    hear(N, 5, 0, 60)
    hear()
    expect(status()?.timingQuality).toBe(60)
  })

  it('says while it waits why no server answers', () => {
    const { status, links } = boardOf()
    links.set(A, { isAlive: false, reason: 'connection refused' })
    expect(status()).toMatchObject({ state: 'waiting', reason: `${A}: connection refused` })
  })

  it('is rejected while its data are slower than the model is made for: nothing of them is scored', () => {
    const { hear, status } = boardOf([A], { leastRate: 200 })
    hear()
    expect(status()).toMatchObject({ state: 'rejected', reason: "100 Hz is below the model's 200 Hz: it is not scored" })
    const fitting = boardOf([A], { leastRate: 100.009 })
    fitting.hear()
    expect(fitting.status()?.state).toBe('ok')
  })

  it('is ok, with a word of the second model that cannot be asked about it, where that one needs a finer grid', () => {
    const second = { name: 'finer', sampleRate: 200 }
    const { hear, status } = boardOf([A], { second })
    expect(status()).not.toHaveProperty('unaskedModel')
    hear()
    expect(status()).toMatchObject({ state: 'ok', unaskedModel: second })
    const fast = boardOf([A], { second: { name: 'finer', sampleRate: 100.009 } })
    fast.hear()
    expect(fast.status()).not.toHaveProperty('unaskedModel')
    const alone = boardOf([A])
    alone.hear()
    expect(alone.status()).not.toHaveProperty('unaskedModel')
  })

  it('is rejected only when every server that has it refuses it', () => {
    const { board, status } = boardOf([A, B])
    board.reject(INSTRUMENT, A, 'unknown station')
    expect(status()?.state).toBe('waiting')
    board.reject(INSTRUMENT, B, 'not for you')
    expect(status()).toMatchObject({ state: 'rejected', reason: `${A}: unknown station; ${B}: not for you` })
    board.reject(INSTRUMENT, A, undefined)
    expect(status()?.state).toBe('waiting')
  })

  it('is latent when data come late', () => {
    const { status, hear } = boardOf()
    hear(Z, 5, 31)
    expect(status()).toMatchObject({ state: 'latent', reason: 'data come 31 s late' })
    hear(Z, 5, 3 * 3600)
    expect(status()?.reason).toBe('data come 3.0 h late: an old backlog, or the clock of the station is behind')
  })

  it('is ok with a reason when data lie in the future: they are scored, but their times are wrong', () => {
    const { status, hear } = boardOf()
    hear(Z, 5, -60)
    expect(status()).not.toHaveProperty('reason')
    hear(Z, 5, -10_800)
    expect(status()).toMatchObject({
      state: 'ok',
      reason: "data lie 3.0 h ahead of this machine's clock",
      latencySeconds: -10_800,
    })
  })

  it('waits for three of its own records before it calls a station of long records silent', () => {
    const { status, pass, hear } = boardOf()
    hear(Z, 40)
    pass(119)
    expect(status()?.state).toBe('ok')
    pass(2)
    expect(status()?.state).toBe('silent')
  })

  it('names a channel that is silent while others are not', () => {
    const { status, pass, hear } = boardOf()
    for (const channel of [Z, N, E]) hear(channel)
    pass(50)
    for (const channel of [Z, E]) hear(channel)
    pass(11)
    expect(status()).toMatchObject({ state: 'ok', silentChannels: [{ channel: N, since: formatMicros(START) }] })
  })

  it('of one says nothing of another', () => {
    const { board, pass, hear } = boardOf()
    board.expect(OTHER, A)
    board.reject(OTHER, A, 'unknown station')
    hear()
    pass(1)
    expect(board.statuses().map(({ instrument, state }) => [instrument, state])).toEqual([
      [INSTRUMENT, 'ok'],
      [OTHER, 'rejected'],
    ])
  })

  it('is told when it changes, once, with the time since when it holds', () => {
    const { board, status, pass, hear } = boardOf()
    expect(board.look()).toEqual([])
    hear()
    expect(board.look()).toEqual([{ instrument: INSTRUMENT, from: 'waiting', to: 'ok' }])
    expect(board.look()).toEqual([])
    pass(61)
    expect(board.look()).toMatchObject([{ from: 'ok', to: 'silent', reason: expect.stringContaining('no packet since') }])
    pass(10)
    expect(status()?.since).toBe(formatMicros(START + 61 * MICROS_PER_SECOND))
  })
})

describe('the servers of an instrument', () => {
  it('are not listed when there is only one', () => {
    const { board, status, hear } = boardOf()
    hear()
    expect(board.isShared(Z)).toBe(false)
    expect(status()).toMatchObject({ server: A })
    expect(status()).not.toHaveProperty('servers')
  })

  it('are led by the one that brings new data; another takes over when it has brought nothing new for ten seconds', () => {
    const { board, status, pass } = boardOf([A, B])
    expect(board.isShared(Z)).toBe(true)
    board.onShared(Z, B, true)
    board.onShared(Z, A, false)
    expect(status()?.server).toBe(B)
    pass(5)
    board.onShared(Z, A, true)
    expect(status()?.server).toBe(B)
    pass(6)
    board.onShared(Z, A, true)
    expect(status()).toMatchObject({
      server: A,
      servers: [
        { url: A, leadsSince: formatMicros(START + 11 * MICROS_PER_SECOND), redundant: 1 },
        { url: B, leadsSince: null, lastPacketTime: formatMicros(START), redundant: 0 },
      ],
    })
  })
})

describe('the overlaps of an instrument', () => {
  const counters = { records: 9, duplicates: 2, overlapSamples: 30, gaps: 0, late: 0, reordered: 0, absurd: 0 }

  it('are stretches that one server sent again', () => {
    const { board, status } = boardOf()
    board.onCounters(Z, counters)
    expect(status()?.overlaps).toBe(3)
  })

  it('are not the ends of records that another server cuts elsewhere', () => {
    const { board, status } = boardOf([A, B])
    board.onCounters(Z, counters)
    expect(status()?.overlaps).toBe(2)
  })
})
