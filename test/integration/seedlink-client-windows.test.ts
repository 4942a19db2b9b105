import { afterEach, describe, expect, it } from 'vitest'
import { type FetchOptions, type FetchResult, fetchWindow } from '../../src/io/seedlink/index.ts'
import { ManualTimers } from '../helpers/manual-timers.ts'
import { merged, PACKETS_START, packetsOf } from '../helpers/seedlink-packets.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { infoV3 } from '../helpers/seedlink-records.ts'
import { type ConnectionScript, ScriptedServer } from '../helpers/seedlink-server.ts'

/** Ten seconds of packets 0 to 9. */
const FROM = PACKETS_START
const TO = PACKETS_START + 10e6

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('fetching a time window', () => {
  it.each([{ protocol: 3 }, { protocol: 4 }] as const)(
    'hands out what the server sends until its END (v$protocol)',
    async ({ protocol }) => {
      const { server, sequences, result } = await fetching([{ protocol, packets: packetsOf('XX_AAA', 0, 9), afterwards: 'end' }])
      expect(await result).toMatchObject({ outcome: 'end', packets: 10, problems: [] })
      expect(sequences).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      const request =
        protocol === 4 ? 'DATA ALL 2026-01-01T00:00:00Z 2026-01-01T00:00:10Z' : 'TIME 2026,1,1,0,0,0 2026,1,1,0,0,10'
      expect(server.commands(0)).toContain(request)
    },
  )

  it('is complete by itself when the server never says END, and says goodbye', async () => {
    const { server, sequences, result, manual } = await fetching([{ packets: packetsOf('XX_AAA', 0, 11) }])
    await waitFor(() => sequences.length === 10)
    manual.advance(2)
    expect(await isSettled(result)).toBe(false)
    manual.advance(2)
    expect((await result).outcome).toBe('complete')
    expect(sequences.at(-1)).toBe(9)
    await waitFor(() => server.commands(0).includes('BYE'))
    await waitFor(() => manual.pending === 0)
  })

  it('waits longer for a channel that stops before the end, then calls it quiet', async () => {
    const packets = merged(packetsOf('XX_AAA', 0, 9), packetsOf('XX_AAA', 0, 4, 'HHN'))
    const { sequences, result, manual } = await fetching([{ packets }])
    await waitFor(() => sequences.length === 15)
    manual.advance(29)
    expect(await isSettled(result)).toBe(false)
    manual.advance(2)
    expect((await result).outcome).toBe('quiet')
  })

  it('waits for a station that has not been heard, however complete the others are', async () => {
    const { sequences, result, manual } = await fetching([{ packets: packetsOf('XX_AAA', 0, 9) }], ['XX_AAA', 'XX_DEAD'])
    await waitFor(() => sequences.length === 10)
    manual.advance(4)
    expect(await isSettled(result)).toBe(false)
    manual.advance(30)
    expect(await result).toMatchObject({ outcome: 'quiet', packets: 10 })
  })

  it('calls a server silent that takes the request and sends nothing', async () => {
    const { server, result, manual } = await fetching([{ protocol: 3 }])
    await waitFor(() => server.commands(0).includes('END'))
    await waitFor(() => manual.pending > 0)
    for (let second = 0; second < 29; second++) manual.advance(1)
    expect(await isSettled(result)).toBe(false)
    manual.advance(2)
    expect(await result).toMatchObject({ outcome: 'silent', packets: 0 })
  })

  it('lets silence count only from the end of a window that is not over yet', async () => {
    const manual = new ManualTimers()
    const now = manual.clock.now()
    const { server, result } = await fetching([{ protocol: 3 }], ['XX_AAA'], { from: now, to: now + 100e6, manual })
    await waitFor(() => server.commands(0).includes('END'))
    await waitFor(() => manual.pending > 0)
    // Keepalives are answered meanwhile.
    for (let turn = 0; turn < 5; turn++) {
      manual.advance(24)
      await ticks()
    }
    expect(await isSettled(result)).toBe(false)
    manual.advance(31)
    expect((await result).outcome).toBe('silent')
  })

  it('names a station that the server refuses, and fetches the others', async () => {
    const script: ConnectionScript = { unknownStations: ['XX_NONE'], packets: packetsOf('XX_AAA', 0, 9), afterwards: 'end' }
    const { result } = await fetching([script], ['XX_AAA', 'XX_NONE'])
    const { outcome, packets, stations } = await result
    expect({ outcome, packets }).toEqual({ outcome: 'end', packets: 10 })
    expect(stations.get('XX_NONE')).toMatchObject({ kind: 'rejected' })
  })

  it.each([
    ['XX_NONE', 'XX_AAA'],
    ['XX_AAA', 'XX_NONE'],
  ])('fetches %s, %s also when all that one of its connections asks for is refused', async (...stations) => {
    const script: ConnectionScript = { unknownStations: ['XX_NONE'], packets: packetsOf('XX_AAA', 0, 9), afterwards: 'end' }
    const { result, manual } = await fetching([script], stations, { stationsPerConnection: 1 })
    let settled: FetchResult | undefined
    void result.then((value) => {
      settled = value
    })
    await turnUntil(manual, () => settled !== undefined)
    expect(settled).toMatchObject({ outcome: 'end', packets: 10, reason: expect.stringContaining('no such station') })
    expect(settled?.stations.get('XX_NONE')).toMatchObject({ kind: 'rejected' })
  })

  it('fails at once when every station is refused, or the credentials are', async () => {
    const none = await fetching([{ unknownStations: ['XX_AAA'] }])
    expect(await none.result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('no such station') })
    const reply = (command: string) => (command.startsWith('AUTH') ? 'ERROR AUTH no' : undefined)
    const unauthorised = await fetching([{ reply }], ['XX_AAA'], { credentials: { kind: 'token', token: 'abc' } })
    expect(await unauthorised.result).toMatchObject({ outcome: 'failed', reason: 'credentials refused: ERROR AUTH no' })
  })

  it('asks for the rest, not for all again, after the link broke', async () => {
    const packets = packetsOf('XX_AAA', 0, 9)
    const { server, sequences, result, manual } = await fetching([
      { packets: packets.slice(0, 4), afterwards: 'reset' },
      { packets, afterwards: 'end' },
    ])
    await turnUntil(manual, () => server.connections === 2)
    expect(await result).toMatchObject({ outcome: 'end', packets: 10 })
    expect(sequences).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(server.commands(1)).toContain('DATA 4 2026-01-01T00:00:00Z 2026-01-01T00:00:10Z')
  })

  it('gives up after as many failures in a row as it may have', async () => {
    const { server, result, manual } = await fetching([{ isRefused: true }], ['XX_AAA'], { attempts: 2 })
    let settled: FetchResult | undefined
    void result.then((value) => {
      settled = value
    })
    await turnUntil(manual, () => settled !== undefined)
    expect(settled).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('SeedLink connection') })
    expect(server.connections).toBe(2)
  })

  it('can be called off', async () => {
    const controller = new AbortController()
    const { server, result } = await fetching([{}], ['XX_AAA'], { signal: controller.signal })
    await waitFor(() => server.commands(0).includes('END'))
    controller.abort()
    expect(await result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    const late = await fetching([{}], ['XX_AAA'], { signal: controller.signal })
    expect(await late.result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    expect(late.server.connections).toBe(0)
  })

  it('refuses a window whose end is not behind its beginning', async () => {
    await expect(fetchWindow('seedlink://127.0.0.1:1', ['XX_AAA'], TO, TO, () => {})).rejects.toThrow('SeedLink time window')
  })
})

describe('a client with a time span', () => {
  it('tells how its window ended', async () => {
    const server = await ScriptedServer.listen([{ packets: packetsOf('XX_AAA', 0, 9), trailer: infoV3('<seedlink/>') }])
    const manual = new ManualTimers()
    const recorded = new RecordedClient({
      url: server.url,
      stations: ['XX_AAA'],
      span: { start: FROM, end: TO },
      timers: manual.timers,
    })
    closers.push(
      () => server.close(),
      () => recorded.client.close(),
    )
    await recorded.until(() => recorded.packets.length === 10)
    manual.advance(5)
    expect(recorded.links.slice(-2)).toEqual(['ended', 'closed'])
    expect(recorded.changes).toContainEqual({
      scope: 'link',
      link: 0,
      state: { kind: 'ended', since: expect.any(Number), outcome: 'complete' },
    })
    expect(recorded.ends).toBe(1)
  })
})

async function fetching(
  scripts: readonly ConnectionScript[],
  stations = ['XX_AAA'],
  { from = FROM, to = TO, manual = new ManualTimers(), ...options }: FetchOptions & Partial<WindowAndTimers> = {},
) {
  const server = await ScriptedServer.listen(scripts)
  closers.push(() => server.close())
  const sequences: number[] = []
  const result = fetchWindow(server.url, stations, from, to, (packet) => sequences.push(Number(packet.sequence)), {
    clock: manual.clock,
    timers: manual.timers,
    random: () => 0.5,
    ...options,
  })
  return { server, sequences, result, manual }
}

interface WindowAndTimers {
  readonly from: number
  readonly to: number
  readonly manual: ManualTimers
}

async function isSettled(result: Promise<unknown>): Promise<boolean> {
  return await Promise.race([result.then(() => true), ticks().then(() => false)])
}

/** For what the sockets of this process have to say to each other. */
async function ticks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function turnUntil(manual: ManualTimers, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    manual.advance(0.1)
    await ticks()
  }
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}
