import { describe, expect, it } from 'vitest'
import { ManualTimers } from '../helpers/manual-timers.ts'
import { run } from '../helpers/scripted-run.ts'
import { merged, packetsOf } from '../helpers/seedlink-packets.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import type { ConnectionScript } from '../helpers/seedlink-server.ts'

describe('wildcards on a server that knows none', () => {
  it('become the stations of INFO STATIONS, each asked for by name and with a state of its own', async () => {
    const info = listOf('XX_AAA', 'XX_BBB', 'YY_AAA')
    const packets = merged(packetsOf('XX_AAA', 1, 2), packetsOf('XX_BBB', 3, 4))
    const { server, recorded } = await run([{ protocol: 3, info, packets }], { stations: ['XX_*_00_HH', 'XX_BBB_00_HN'] })
    await recorded.until(() => recorded.packets.length === 4)

    expect(server.commands(0)[0]).toBe('HELLO')
    expect(server.commands(0)).not.toContain('END')
    expect(server.commands(1).slice(0, 2)).toEqual(['HELLO', 'INFO STATIONS'])
    expect(server.commands(2)).toEqual([
      ...['HELLO', 'STATION BBB XX', 'SELECT 00HN?', 'SELECT 00HH?', 'DATA'],
      ...['STATION AAA XX', 'SELECT 00HH?', 'DATA', 'END'],
    ])
    const kinds = [...recorded.client.stationStates].map(([station, { kind }]) => [station, kind])
    expect(kinds).toEqual([
      ['XX_BBB', 'streaming'],
      ['XX_*', 'expanded'],
      ['XX_AAA', 'streaming'],
    ])
    expect(recorded.problems).toEqual([])
  })

  it('find new stations now and then', async () => {
    const before = listOf('XX_AAA')
    const after = listOf('XX_AAA', 'XX_NEW')
    const manual = new ManualTimers()
    const scripts: ConnectionScript[] = [
      { protocol: 3, info: before },
      { protocol: 3, info: before },
      { protocol: 3, packets: packetsOf('XX_AAA', 1, 2) },
      { protocol: 3, info: after },
      { protocol: 3, packets: merged(packetsOf('XX_AAA', 1, 3), packetsOf('XX_NEW', 4, 5)) },
    ]
    const { server, recorded } = await run(scripts, { stations: ['XX_*'], timers: manual.timers, clock: manual.clock })
    await recorded.until(() => recorded.packets.length === 2)
    await turnUntil(manual, () => server.connections === 5)
    await recorded.until(() => recorded.packets.length === 5)
    expect(recorded.sequences).toEqual([1, 2, 3, 4, 5])
    expect(server.commands(4)).toContain('DATA 000003')
    expect(recorded.client.stationStates.get('XX_*')).toMatchObject({ kind: 'expanded', stations: 2 })
  })

  it('stay without stations, and say why, where the server does not list them; others stream', async () => {
    const reply = (command: string) => (command.startsWith('INFO STATIONS') ? 'ERROR' : undefined)
    const { recorded } = await run([{ protocol: 3, reply, packets: packetsOf('XX_AAA', 1, 1) }], {
      stations: ['XX_AAA', 'YY_*'],
    })
    await recorded.until(() => recorded.packets.length === 1)
    expect(recorded.client.stationStates.get('YY_*')).toMatchObject({
      kind: 'rejected',
      reason: expect.stringContaining('knows no wildcards and does not list its stations'),
    })
    expect(recorded.problems.map(({ code }) => code)).toEqual(['SEEDLINK_WILDCARDS'])
  })

  it('leave a client with nothing else to ask for rejected, until the server lists a station', async () => {
    const manual = new ManualTimers()
    const scripts: ConnectionScript[] = [
      { protocol: 3 },
      { protocol: 3, info: listOf('XX_AAA') },
      { protocol: 3, info: listOf('XX_AAA', 'ZZ_NEW') },
      { protocol: 3, packets: packetsOf('ZZ_NEW', 1, 1) },
    ]
    const { server, recorded } = await run(scripts, { stations: ['ZZ_*'], timers: manual.timers, clock: manual.clock })
    await recorded.untilLink('rejected')
    expect(recorded.client.stationStates.get('ZZ_*')).toMatchObject({
      kind: 'rejected',
      reason: 'the server lists no station of this pattern',
    })
    const { state } = recorded.client
    expect('until' in state && state.until !== undefined && state.until - state.since).toBe(3600e6)
    manual.advance(3599)
    expect(server.connections).toBe(2)
    await turnUntil(manual, () => recorded.packets.length === 1)
    expect(server.connections).toBe(4)
  })

  it('wait for another try when the list cannot be asked for now', async () => {
    const info = listOf('XX_AAA')
    const scripts: ConnectionScript[] = [
      { protocol: 3 },
      { isRefused: true },
      { protocol: 3, info },
      { protocol: 3, info },
      { protocol: 3, packets: packetsOf('XX_AAA', 1, 1) },
    ]
    const { recorded } = await run(scripts, { stations: ['XX_*'] })
    await recorded.until(() => recorded.packets.length === 1)
    expect(recorded.links).toContain('waiting')
  })

  it('are shared out over several connections when they are many', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `XX_S${index}`)
    const packets = names.flatMap((name, index) => packetsOf(name, index, index))
    const { server, recorded } = await run([{ protocol: 3, info: listOf(...names), packets }], {
      stations: ['XX_*'],
      stationsPerConnection: 3,
      timings: { staggerSeconds: 0.01 },
    })
    await recorded.until(() => recorded.packets.length === 7)
    expect(recorded.sequences.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(recorded.client.linkStates.map(({ kind }) => kind)).toEqual(['streaming', 'streaming', 'streaming'])
    const asked = [2, 3, 4].map((connection) => server.commands(connection).filter((each) => each.startsWith('STATION')).length)
    expect(asked).toEqual([3, 2, 2])
  })
})

describe('a station that is taken and never heard', () => {
  it.each([
    { listed: ['XX_AAA', 'XX_DEAD'], reason: 'no data within 120 s; the server lists the station' },
    { listed: ['XX_AAA'], reason: 'the server does not list this station; check network and station code' },
  ])('is called unheard after a while, and why: $reason', async ({ listed, reason }) => {
    const info = JSON.stringify({ software: 's', station: listed.map((id) => ({ id })) })
    const manual = new ManualTimers()
    const { recorded } = await run([{ info, packets: packetsOf('XX_AAA', 1, 1) }], {
      stations: ['XX_AAA', 'XX_DEAD'],
      timers: manual.timers,
      clock: manual.clock,
    })
    await recorded.until(() => recorded.packets.length === 1)
    const state = () => recorded.client.stationStates.get('XX_DEAD')
    expect(state()?.kind).toBe('accepted')
    await turnUntil(manual, () => state()?.kind !== 'accepted')
    expect(state()).toMatchObject({ kind: 'unheard', reason })
    expect(recorded.client.stationStates.get('XX_AAA')?.kind).toBe('streaming')
    expect(recorded.client.state.kind).toBe('streaming')
  })

  it('is told with what the server has of it, and is a problem when that is something else', async () => {
    const streams = ['00_B_H_E', '00_B_H_N', '00_B_H_Z', '10_H_H_Z'].map((id) => ({ id, format: '2', subformat: 'D' }))
    const info = JSON.stringify({ software: 's', station: [{ id: 'XX_AAA' }, { id: 'XX_DEAD', stream: streams }] })
    const manual = new ManualTimers()
    const { server, recorded } = await run([{ info, packets: packetsOf('XX_AAA', 1, 1) }], {
      stations: ['XX_AAA', 'XX_DEAD_00_HH'],
      timers: manual.timers,
      clock: manual.clock,
    })
    await recorded.until(() => recorded.packets.length === 1)
    await turnUntil(manual, () => recorded.client.stationStates.get('XX_DEAD')?.kind === 'unheard')
    const reason =
      'no data within 120 s; the server lists the station: it has XX_DEAD_00_BH (ENZ), XX_DEAD_10_HH (Z), not XX_DEAD_00_HH; ask for what it has'
    expect(recorded.client.stationStates.get('XX_DEAD')).toMatchObject({ reason })
    expect(recorded.problems.map(({ code, message }) => ({ code, message }))).toEqual([
      { code: 'SEEDLINK_UNHEARD', message: `stations: expected data of XX_DEAD_00_HH, got none: ${reason}` },
    ])
    expect(server.commands(2)).toContain('INFO STREAMS')
  })

  it('is told as far as STATIONS goes by a server that refuses STREAMS', async () => {
    const manual = new ManualTimers()
    const reply = (command: string) => (command.startsWith('INFO STREAMS') ? 'ERROR' : undefined)
    const { server, recorded } = await run([{ protocol: 3, reply, info: listOf('XX_AAA') }], {
      stations: ['XX_AAA_00_HH'],
      timers: manual.timers,
      clock: manual.clock,
    })
    await recorded.untilLink('streaming')
    const state = () => recorded.client.stationStates.get('XX_AAA')
    await turnUntil(manual, () => state()?.kind === 'unheard')
    expect(state()).toMatchObject({ reason: 'no data within 120 s; the server lists the station' })
    const asked = [1, 2].flatMap((connection) => server.commands(connection)).filter((each) => each.startsWith('INFO'))
    expect(asked).toEqual(['INFO STATIONS', 'INFO STREAMS'])
    expect(recorded.problems).toEqual([])
  })

  it('streams, and says which of its entries it does not', async () => {
    const element = '<stream location="00" seedname="HHZ" type="D"/><stream location="20" seedname="HHZ" type="D"/>'
    const info = listOf('XX_AAA').replace('/></seedlink>', `>${element}</station></seedlink>`)
    const manual = new ManualTimers()
    const { recorded } = await run([{ protocol: 3, info, packets: packetsOf('XX_AAA', 1, 1) }], {
      stations: ['XX_AAA_00_HH', 'XX_AAA_10_HH', 'XX_AAA_20_HH'],
      timers: manual.timers,
      clock: manual.clock,
    })
    await recorded.until(() => recorded.packets.length === 1)
    const state = () => recorded.client.stationStates.get('XX_AAA')
    await turnUntil(manual, () => recorded.problems.length > 0)
    expect(state()).toMatchObject({
      kind: 'streaming',
      unheard: {
        entries: ['XX_AAA_10_HH', 'XX_AAA_20_HH'],
        reason: expect.stringContaining('it has XX_AAA_00_HH (Z), XX_AAA_20_HH (Z), not XX_AAA_10_HH'),
      },
    })
    // What is there may only be slow.
    expect(recorded.problems.map(({ message }) => message.slice(0, 47))).toEqual([
      'stations: expected data of XX_AAA_10_HH, got no',
    ])
  })

  it('is heard again as soon as it sends', async () => {
    const manual = new ManualTimers()
    const packets = packetsOf('XX_AAA', 1, 1)
    const { server, recorded } = await run([{}, {}, { packets }], { timers: manual.timers, clock: manual.clock })
    await recorded.untilLink('streaming')
    const state = () => recorded.client.stationStates.get('XX_AAA')?.kind
    await turnUntil(manual, () => state() === 'unheard')
    server.reset(0)
    await turnUntil(manual, () => recorded.packets.length === 1)
    expect(state()).toBe('streaming')
  })
})

describe('BATCH', () => {
  it('asks without replies, so that only data or INFO tell what became of a station', async () => {
    const manual = new ManualTimers()
    const info = listOf('XX_AAA', 'XX_DEAD')
    const { server, recorded } = await run([{ protocol: 3, info, packets: packetsOf('XX_AAA', 1, 1) }], {
      stations: ['XX_AAA', 'XX_DEAD', 'XX_NONE'],
      handshakeV3: 'batch',
      timers: manual.timers,
      clock: manual.clock,
    })
    await recorded.until(() => recorded.packets.length === 1)
    expect(server.commands(0).slice(1, 3)).toEqual(['BATCH', 'STATION AAA XX'])
    const kinds = () => [...recorded.client.stationStates.values()].map(({ kind }) => kind)
    expect(kinds()).toEqual(['streaming', 'requested', 'requested'])
    await turnUntil(manual, () => !kinds().includes('requested'))
    expect(kinds()).toEqual(['streaming', 'unheard', 'rejected'])
  })
})

describe('uni-station mode', () => {
  it('streams without a STATION, and drops what was not asked for', async () => {
    const packets = merged(packetsOf('XX_AAA', 1, 2), packetsOf('XX_OTHER', 3, 4))
    const { server, recorded } = await run([{ protocol: 3, packets }], {
      stations: ['XX_AAA_00_HH'],
      handshakeV3: 'uni-station',
    })
    await recorded.until(() => recorded.packets.length === 2)
    expect(server.commands(0)).toEqual(['HELLO', 'SELECT 00HH?', 'DATA'])
    expect(recorded.client.stationStates.get('XX_AAA')?.kind).toBe('streaming')
  })

  it('takes one station only', async () => {
    const options = { url: 'seedlink://127.0.0.1:1', stations: ['XX_AAA', 'XX_BBB'], handshakeV3: 'uni-station' } as const
    expect(() => new RecordedClient(options)).toThrow('SeedLink uni-station mode: expected one station, got 2')
  })
})

function listOf(...stations: readonly string[]): string {
  const elements = stations.map((station) => {
    const [network, name] = station.split('_')
    return `<station name="${name}" network="${network}" description=""/>`
  })
  return `<?xml version="1.0"?><seedlink software="SeedLink v3.3 (2024.020)" organization="o">${elements.join('')}</seedlink>`
}

async function turnUntil(manual: ManualTimers, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    manual.advance(5)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}
