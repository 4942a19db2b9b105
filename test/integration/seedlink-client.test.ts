import { afterEach, describe, expect, it } from 'vitest'
import { SeedlinkClient } from '../../src/io/seedlink/index.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { miniseed2, miniseed3 } from '../helpers/seedlink-records.ts'
import {
  type ConnectionScript,
  type ScriptedPacket,
  ScriptedServer,
  type ScriptedServerOptions,
} from '../helpers/seedlink-server.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('the SeedLink client', () => {
  it('speaks v4 where the server offers it and hands out packets of the selection', async () => {
    const { server, recorded } = await run([{ packets: packetsOf('XX_AAA', 1, 3) }], { stations: ['XX_AAA_00_HH'] })
    await recorded.until(() => recorded.packets.length === 3)

    expect(server.commands(0)).toEqual([
      'HELLO',
      'SLPROTO 4.0',
      expect.stringMatching(/^USERAGENT quakewire\/\d/),
      'STATION XX_AAA',
      'SELECT 00_H_H_?',
      'DATA',
      'END',
    ])
    expect(recorded.packets).toEqual([1, 2, 3].map((sequence) => ({ station: 'XX_AAA', sequence, length: 512 })))
    expect(recorded.links).toEqual(['connecting', 'handshaking', 'streaming'])
    expect(recorded.client.stationStates.get('XX_AAA')?.kind).toBe('streaming')
  })

  it('speaks v3 one command at a time', async () => {
    const script: ConnectionScript = { protocol: 3, packets: [...packetsOf('XX_AAA', 1, 2), ...packetsOf('XX_BBB', 7, 8)] }
    const { server, recorded } = await run([script], { stations: ['XX_AAA_00_HH', 'XX_AAA_00_HN', 'XX_BBB'] })
    await recorded.until(() => recorded.packets.length === 4)

    expect(server.commands(0)).toEqual([
      'HELLO',
      'STATION AAA XX',
      'SELECT 00HH?',
      'SELECT 00HN?',
      'DATA',
      'STATION BBB XX',
      'DATA',
      'END',
    ])
    expect(server.longestQueue).toBe(1)
    expect(recorded.client.positions()).toEqual(
      new Map([
        ['XX_AAA', { sequence: 2n, time: expect.any(Number), protocol: 3, serverKind: 'other' }],
        ['XX_BBB', { sequence: 8n, time: expect.any(Number), protocol: 3, serverKind: 'other' }],
      ]),
    )
  })

  it.each([
    { protocol: 3, request: 'DATA 00000B' },
    { protocol: 4, request: 'DATA 11' },
  ] as const)('goes on with packet 11 after the server died behind packet 10 (v$protocol)', async ({ protocol, request }) => {
    const packets = packetsOf('XX_AAA', 1, 20)
    const { server, recorded } = await run([
      { protocol, packets: packets.slice(0, 10) },
      { protocol, packets },
    ])
    await recorded.until(() => recorded.packets.length === 10)
    server.reset(0)
    await recorded.until(() => recorded.packets.length >= 20)

    expect(server.commands(1)).toContain(request)
    expect(recorded.sequences).toEqual(packets.map((packet) => packet.sequence))
    expect(recorded.links).toEqual([
      'connecting',
      'handshaking',
      'streaming',
      'waiting',
      'connecting',
      'handshaking',
      'streaming',
    ])
  })

  it('loses and doubles nothing when the connection breaks in the middle of a packet', async () => {
    const packets = packetsOf('XX_AAA', 1, 20)
    const first: ConnectionScript = { packets, dropAfterBytes: 4 * (512 + 23) + 100, afterwards: 'close' }
    const { recorded } = await run([first, { packets, pieceLength: 11 }])
    await recorded.until(() => recorded.packets.length >= 20)
    expect(recorded.sequences).toEqual(packets.map((packet) => packet.sequence))
  })

  it('starts with the positions it is given', async () => {
    const resume = new Map([['XX_AAA' as never, { sequence: 0xffffffn }]])
    const { server, recorded } = await run([{ protocol: 3, packets: packetsOf('XX_AAA', 0, 2) }], { resume })
    await recorded.until(() => recorded.packets.length === 3)
    expect(server.commands(0)).toContain('DATA 000000')
  })

  it('asks a ringserver with the sequence and time of the last packet of all', async () => {
    const greeting = 'SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP WS:13'
    const packets = [...packetsOf('XX_AAA', 100, 101), ...packetsOf('XX_BBB', 102, 102)]
    const { server, recorded } = await run([{ greeting, packets }, { greeting }], {
      stations: ['XX_AAA', 'XX_BBB'],
    })
    await recorded.until(() => recorded.packets.length === 3)
    server.reset(0)
    await waitFor(() => server.commands(1).includes('END'))
    const time = '2026-01-01T00:01:42Z'
    expect(server.commands(1).slice(3)).toEqual([
      'STATION XX_AAA',
      `DATA 103 ${time}`,
      'STATION XX_BBB',
      `DATA 103 ${time}`,
      'END',
    ])
  })

  it('takes packets that arrive byte by byte, miniSEED 2 and 3 of any length', async () => {
    const records = [miniseed2({ length: 128 }), miniseed3(), miniseed2({ length: 4096 })]
    const packets = records.map((record, index) => ({ station: 'XX_AAA', sequence: index + 1, record }))
    for (const protocol of [3, 4] as const) {
      const { recorded } = await run([{ protocol, packets, pieceLength: 1 }])
      await recorded.until(() => recorded.packets.length === 3)
      expect(recorded.packets.map(({ length }) => length)).toEqual([128, 160, 4096])
    }
  })

  it('drops and counts what nobody asked for', async () => {
    const records = [miniseed2({ channel: 'LOG' }), miniseed2({ location: '10' }), miniseed2()]
    const packets = records.map((record, index) => ({ station: 'XX_AAA', sequence: index + 1, record }))
    const { recorded } = await run([{ packets }], { stations: ['XX_AAA_00_HH'] })
    await recorded.until(() => recorded.packets.length === 1)
    expect(recorded.sequences).toEqual([3])
    expect(recorded.client.counts.unselected).toBe(2)
  })

  describe('with stations the server refuses', () => {
    it.each([{ protocol: 3 }, { protocol: 4 }] as const)(
      'streams the others and says which (v$protocol)',
      async ({ protocol }) => {
        const script: ConnectionScript = { protocol, unknownStations: ['XX_NONE'], packets: packetsOf('XX_AAA', 1, 2) }
        const { recorded } = await run([script], { stations: ['XX_NONE_00_HH', 'XX_AAA_00_HH'] })
        await recorded.until(() => recorded.packets.length === 2)

        expect(recorded.client.stationStates.get('XX_NONE')).toMatchObject({
          kind: 'rejected',
          reason: expect.stringContaining('ERROR'),
        })
        expect(recorded.client.stationStates.get('XX_AAA')?.kind).toBe('streaming')
        expect(recorded.problems.map(({ code }) => code)).toEqual(['SEEDLINK_STATION_REJECTED'])
      },
    )

    it('reports that all are refused and tries again later', async () => {
      const scripts: ConnectionScript[] = [
        { protocol: 3, unknownStations: ['XX_AAA'] },
        { protocol: 3, packets: packetsOf('XX_AAA', 1, 1) },
      ]
      const { server, recorded } = await run(scripts)
      await recorded.until(() => recorded.packets.length === 1)
      expect(server.commands(0)).not.toContain('END')
      expect(recorded.links).toContain('rejected')
    })

    it('asks for them again after a while', async () => {
      const packets = [...packetsOf('XX_AAA', 1, 2), ...packetsOf('XX_NONE', 1, 2)]
      const scripts: ConnectionScript[] = [
        { protocol: 3, unknownStations: ['XX_NONE'], packets },
        { protocol: 3, packets },
      ]
      const { recorded } = await run(scripts, { stations: ['XX_AAA', 'XX_NONE'], timings: { retryRejectedSeconds: 0.02 } })
      await recorded.until(() => recorded.packets.length === 4)
      expect(recorded.packets.map(({ station }) => station)).toEqual(['XX_AAA', 'XX_AAA', 'XX_NONE', 'XX_NONE'])
    })

    it('starts live when the server refuses the number to go on from', async () => {
      const resume = new Map([['XX_AAA' as never, { sequence: 99n }]])
      for (const protocol of [3, 4] as const) {
        const reply = (command: string) => (/^DATA ./.test(command) ? 'ERROR ARGUMENTS Invalid sequence number' : undefined)
        const { recorded } = await run([{ protocol, reply, packets: packetsOf('XX_AAA', 1, 1) }], { resume })
        await recorded.until(() => recorded.packets.length === 1)
        expect(recorded.problems.map(({ code }) => code)).toEqual(['SEEDLINK_RESUME_REFUSED'])
      }
    })
  })

  describe('when the server falls silent', () => {
    const timings = { keepAliveSeconds: 0.05, replySeconds: 0.2, deadSeconds: 0.5 }

    it('asks for a sign of life, calls the link stalled, then dead, and connects again', async () => {
      const packets = packetsOf('XX_AAA', 1, 4)
      const scripts: ConnectionScript[] = [{ packets: packets.slice(0, 2), isDeaf: true }, { packets }]
      const { server, recorded } = await run(scripts, { timings })
      await recorded.until(() => recorded.packets.length === 4)

      expect(server.commands(0).filter((command) => command === 'INFO ID')).toHaveLength(1)
      expect(recorded.links.slice(0, 5)).toEqual(['connecting', 'handshaking', 'streaming', 'stalled', 'waiting'])
      expect(recorded.sequences).toEqual([1, 2, 3, 4])
    })

    it.each([{ protocol: 3 }, { protocol: 4 }] as const)(
      'keeps the link while keepalives are answered (v$protocol)',
      async ({ protocol }) => {
        const { server, recorded } = await run([{ protocol, packets: packetsOf('XX_AAA', 1, 1) }], {
          timings: { keepAliveSeconds: 0.01, replySeconds: 5, deadSeconds: 5 },
        })
        await recorded.untilLink('streaming')
        await waitFor(() => server.commands(0).filter((command) => command === 'INFO ID').length >= 5)
        expect(server.connections).toBe(1)
        expect(recorded.links).toEqual(['connecting', 'handshaking', 'streaming'])
      },
    )

    it('gives up a handshake without replies', async () => {
      const scripts: ConnectionScript[] = [{ reply: () => null }, { packets: packetsOf('XX_AAA', 1, 1) }]
      const { recorded } = await run(scripts, { timings: { replySeconds: 0.2 } })
      await recorded.until(() => recorded.packets.length === 1)
      expect(recorded.problems[0]).toMatchObject({
        code: 'SEEDLINK_CONNECTION',
        message: expect.stringContaining('within 0.2 s'),
      })
    })
  })

  it('waits longer after each refused connection', async () => {
    const refused: ConnectionScript = { isRefused: true }
    const { recorded } = await run([refused, refused, refused, { packets: packetsOf('XX_AAA', 1, 1) }], {
      timings: { firstDelaySeconds: 0.01, longestDelaySeconds: 0.03 },
    })
    await recorded.until(() => recorded.packets.length === 1)
    const delays = recorded.changes.flatMap(({ state }) => (state.kind === 'waiting' ? [state.until - state.since] : []))
    // Jitter at its middle (random 0.5) leaves three quarters of 10, 20 and 30 ms.
    expect(delays).toEqual([7_500, 15_000, 22_500])
  })

  it('does not start over with short delays because a connection streams for a moment', async () => {
    const flicker: ConnectionScript = { packets: packetsOf('XX_AAA', 1, 9), afterwards: 'reset' }
    const { recorded } = await run([flicker], {
      timings: { firstDelaySeconds: 0.01, longestDelaySeconds: 0.04, settledSeconds: 60 },
    })
    const delays = () => recorded.changes.flatMap(({ state }) => (state.kind === 'waiting' ? [state.until - state.since] : []))
    await recorded.until(() => delays().length === 4)
    expect(delays()).toEqual([7_500, 15_000, 30_000, 30_000])
  })

  it('flushes at END and asks later for what came since', async () => {
    const packets = packetsOf('XX_AAA', 1, 5)
    const { server, recorded } = await run([{ packets: packets.slice(0, 3), afterwards: 'end' }, { packets }])
    await recorded.until(() => recorded.packets.length === 5)
    expect(recorded.ends).toBe(1)
    expect(recorded.links).toContain('ended')
    expect(server.commands(1)).toContain('DATA 4')
  })

  it('is closed after END when it is not to reconnect', async () => {
    const { recorded } = await run([{ packets: packetsOf('XX_AAA', 1, 3), afterwards: 'end' }], { isReconnecting: false })
    await recorded.untilLink('closed')
    expect(recorded.links.slice(-2)).toEqual(['ended', 'closed'])
  })

  it('is closed after the END of a time span', async () => {
    const span = { start: Date.UTC(2026, 0, 1) * 1000 }
    const { server, recorded } = await run([{ afterwards: 'end' }], { span })
    await recorded.untilLink('closed')
    expect(server.commands(0)).toContain('DATA ALL 2026-01-01T00:00:00Z')
  })

  it('refuses credentials that would be more than one word, without showing them', () => {
    const credentials = { kind: 'password', user: 'alice', password: 'secret\r\nBYE' } as const
    const make = () => new RecordedClient({ url: 'seedlink://127.0.0.1:1', stations: ['XX_AAA'], credentials })
    expect(make).toThrow('SeedLink credentials: expected printable ASCII without blanks')
    expect(make).not.toThrow(/secret/)
  })

  it('says that a v3 server does not get the credentials', async () => {
    const { recorded } = await run([{ protocol: 3 }], { credentials: { kind: 'token', token: 'secret' } })
    await recorded.untilLink('streaming')
    expect(recorded.problems.map(({ code }) => code)).toEqual(['SEEDLINK_CREDENTIALS_UNUSED'])
  })

  it('reports refused credentials', async () => {
    const reply = (command: string) => (command.startsWith('AUTH') ? `ERROR AUTH failed: ${command}` : undefined)
    const { server, recorded } = await run([{ reply }], { credentials: { kind: 'password', user: 'alice', password: 'secret' } })
    await recorded.untilLink('unauthorised')
    expect(server.commands(0)).toContain('AUTH USERPASS alice secret')
    expect(recorded.problems[0]).toMatchObject({ code: 'SEEDLINK_UNAUTHORISED' })
    const { state } = recorded.client
    expect('until' in state && state.until !== undefined && state.until - state.since).toBe(3600e6)
    expect(JSON.stringify([recorded.problems, recorded.changes])).not.toContain('secret')
  })

  it('reports an ERROR instead of data', async () => {
    const { recorded } = await run([
      { trailer: Buffer.from('ERROR AUTH Authentication required for streaming\r\n'), afterwards: 'close' },
    ])
    await recorded.untilLink('unauthorised')
    expect(recorded.problems[0]).toMatchObject({ message: expect.stringContaining('Authentication required') })
  })

  it('calls nobody before it is started', () => {
    const heard: string[] = []
    new SeedlinkClient({
      url: 'seedlink://127.0.0.1:1',
      stations: ['XX_AAA'],
      clock: { now: () => 0 },
      onPacket: () => heard.push('packet'),
      onState: () => heard.push('state'),
      onProblem: () => heard.push('problem'),
    })
    expect(heard).toEqual([])
  })

  it('names every station that is none', () => {
    expect(() => new RecordedClient({ url: 'seedlink://127.0.0.1:1', stations: ['IU', 'XX_AAA', 'a b'] })).toThrow(
      'SeedLink stations: expected NET_STA or NET_STA_LOC_BS, got IU, a b',
    )
  })

  it('says that nobody listens, with the cause', async () => {
    const server = await ScriptedServer.listen([{}])
    const { url } = server
    await server.close()
    const recorded = new RecordedClient({ url, stations: ['XX_AAA'] })
    closers.push(() => recorded.client.close())
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toEqual({
      code: 'SEEDLINK_CONNECTION',
      message: `SeedLink connection to ${url}: connection refused; is a server running there?`,
      where: url,
    })
  })

  it.each(['connecting', 'handshaking', 'streaming'] as const)('says nothing more when it is closed while %s', async (kind) => {
    const server = await ScriptedServer.listen([{ packets: packetsOf('XX_AAA', 1, 50), afterwards: 'close' }])
    closers.push(() => server.close())
    const heard: string[] = []
    const recorded = new RecordedClient({
      url: server.url,
      stations: ['XX_AAA'],
      onPacket: () => heard.push('packet'),
      onState: ({ scope, state }) => {
        if (scope !== 'link') return
        heard.push(state.kind)
        if (state.kind === kind) queueMicrotask(() => recorded.client.close())
      },
    })
    await waitFor(() => recorded.client.state.kind === 'closed')
    await server.close()
    closers.length = 0
    expect(heard.slice(-2)).toEqual([kind, 'closed'])
  })
})

async function run(
  scripts: readonly ConnectionScript[],
  options: Partial<ConstructorParameters<typeof RecordedClient>[0]> = {},
  serverOptions: ScriptedServerOptions = {},
) {
  const server = await ScriptedServer.listen(scripts, serverOptions)
  const recorded = new RecordedClient({ url: server.url, stations: ['XX_AAA'], ...options })
  closers.push(
    () => server.close(),
    () => recorded.client.close(),
  )
  return { server, recorded }
}

/** One packet per second, the start time told by the sequence. */
function packetsOf(station: string, first: number, last: number): ScriptedPacket[] {
  const [network = '', code = ''] = station.split('_')
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const sequence = first + index
    const startTime = (Date.UTC(2026, 0, 1) + sequence * 1000) * 1000
    return { station, sequence, record: miniseed2({ network, station: code, startTime, fill: sequence % 256 }) }
  })
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}
