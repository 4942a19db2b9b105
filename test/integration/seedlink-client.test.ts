import { describe, expect, it, onTestFinished } from 'vitest'
import { SeedlinkClient } from '../../src/io/seedlink/index.ts'
import { run } from '../helpers/scripted-run.ts'
import { packetsOf } from '../helpers/seedlink-packets.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { miniseed2, miniseed3 } from '../helpers/seedlink-records.ts'
import { type ConnectionScript, ScriptedServer } from '../helpers/seedlink-server.ts'

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

  it.each(['connecting', 'handshaking', 'streaming'] as const)('says nothing more when it is closed while %s', async (kind) => {
    const server = await ScriptedServer.listen([{ packets: packetsOf('XX_AAA', 1, 50), afterwards: 'close' }])
    onTestFinished(() => server.close())
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
    expect(heard.slice(-2)).toEqual([kind, 'closed'])
  })
})

async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}
