import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StationId } from '../../src/domain/source-id.ts'
import { type BacklogSkipped, fetchWindow, type Position, readStateFile, writeStateFile } from '../../src/io/seedlink/index.ts'
import { run } from '../helpers/scripted-run.ts'
import { PACKETS_START, packetsOf } from '../helpers/seedlink-packets.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'

const RINGSERVER = 'SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP WS:13'
const AAA = 'XX_AAA' as StationId

describe('more stations than a connection may have', () => {
  const stations = ['XX_A', 'XX_B', 'XX_C', 'XX_D', 'XX_E']
  const packets = stations.flatMap((station, index) => packetsOf(station, 10 * index, 10 * index + 1))
  const sharded = { stations, stationsPerConnection: 2, timings: { staggerSeconds: 0.01 } }

  it('go on several connections, and the user sees one client', async () => {
    const { server, recorded } = await run([{ packets }], sharded)
    await recorded.until(() => recorded.packets.length === 10)
    expect(server.connections).toBe(3)
    const asked = [0, 1, 2].map((connection) => server.commands(connection).filter((each) => each.startsWith('STATION')))
    expect(asked.toSorted()).toEqual([['STATION XX_A', 'STATION XX_B'], ['STATION XX_C', 'STATION XX_D'], ['STATION XX_E']])
    expect([...recorded.client.positions().keys()].toSorted()).toEqual(stations)
    expect(recorded.client.linkStates.map(({ kind }) => kind)).toEqual(['streaming', 'streaming', 'streaming'])
    expect([...recorded.client.stationStates.values()].every(({ kind }) => kind === 'streaming')).toBe(true)
  })

  it('connect one after the other', async () => {
    const delays = (random: number) => {
      const states: number[] = []
      const client = new RecordedClient({
        url: 'seedlink://127.0.0.1:1',
        ...sharded,
        timings: { staggerSeconds: 1 },
        random: () => random,
        onState: ({ state }) => state.kind === 'waiting' && state.attempt === 1 && states.push((state.until - state.since) / 1e6),
      })
      client.client.close()
      return states
    }
    expect(delays(0)).toEqual([0.5, 1])
    expect(delays(0.5)).toEqual([0.75, 1.5])
  })

  it('lose one connection without the others noticing, and say which', async () => {
    const { server, recorded } = await run([{ packets }], {
      ...sharded,
      timings: { staggerSeconds: 0.01, firstDelaySeconds: 30 },
    })
    await recorded.until(() => recorded.packets.length === 10)
    server.reset(0)
    await recorded.untilLink('waiting')
    expect(recorded.client.linkStates.map(({ kind }) => kind).toSorted()).toEqual(['streaming', 'streaming', 'waiting'])
    const lost = recorded.changes.findLast((change) => change.scope === 'link')
    expect(lost).toMatchObject({ link: 0, state: { kind: 'waiting', attempt: 2 } })
  })

  it('end when every connection has ended', async () => {
    const { recorded } = await run([{ packets, afterwards: 'end' }], { ...sharded, isReconnecting: false })
    await recorded.untilLink('closed')
    expect(recorded.ends).toBe(1)
    expect(recorded.packets).toHaveLength(10)
  })

  it('are saved per connection, where the numbers of a connection are one sequence', async () => {
    const { recorded } = await run([{ greeting: RINGSERVER, packets }], sharded)
    await recorded.until(() => recorded.packets.length === 10)
    const numbers = [...recorded.client.positions()].map(([station, { sequence }]) => [station, Number(sequence)])
    expect(Object.fromEntries(numbers)).toEqual({ XX_A: 11, XX_B: 11, XX_C: 31, XX_D: 31, XX_E: 41 })
    expect(stations.map((station) => recorded.client.connectionOf(station))).toEqual([0, 0, 1, 1, 2])
  })
})

describe('a server that was upgraded', () => {
  it('is asked by time, because the saved number counted something else', async () => {
    const time = PACKETS_START + 600e6
    const resume = new Map<StationId, Position>([[AAA, { sequence: 0x1234n, time, protocol: 3, serverKind: 'other' }]])
    const { server, recorded } = await run([{ packets: packetsOf('XX_AAA', 1, 1) }], { resume })
    await recorded.until(() => recorded.packets.length === 1)
    expect(server.commands(0)).toContain('DATA ALL 2026-01-01T00:08:00Z')
  })

  it('between two connections too', async () => {
    const { server, recorded } = await run([
      { protocol: 3, packets: packetsOf('XX_AAA', 600, 601), afterwards: 'close' },
      { protocol: 4, packets: packetsOf('XX_AAA', 5, 5), afterwards: 'close' },
      { protocol: 4, packets: packetsOf('XX_AAA', 6, 6) },
    ])
    await recorded.until(() => recorded.packets.length === 4)
    expect(server.commands(1)).toContain('DATA ALL 2026-01-01T00:08:01Z')
    expect(server.commands(2)).toContain('DATA 6')
  })

  it('goes on at 0 behind FFFFFF', async () => {
    const { server, recorded } = await run([
      { protocol: 3, packets: packetsOf('XX_AAA', 0xfffffe, 0xffffff), afterwards: 'close' },
      { protocol: 3, packets: packetsOf('XX_AAA', 0, 1) },
    ])
    await recorded.until(() => recorded.packets.length === 4)
    expect(server.commands(1)).toContain('DATA 000000')
    expect(recorded.sequences).toEqual([0xfffffe, 0xffffff, 0, 1])
  })
})

describe('a backlog that the server has skipped', () => {
  it('is noticed by sample times, whatever the numbers say, and can be fetched', async () => {
    const skipped: BacklogSkipped[] = []
    // The server has started to count anew: packet 3 of its new numbers is a minute later.
    const later = packetsOf('XX_AAA', 60, 61).map((packet, index) => ({ ...packet, sequence: 3 + index }))
    const { server, recorded } = await run(
      [
        { packets: packetsOf('XX_AAA', 0, 1), afterwards: 'close' },
        { packets: later },
        { packets: packetsOf('XX_AAA', 2, 59), afterwards: 'end' },
      ],
      { onBacklogSkipped: (each) => skipped.push(each) },
    )
    await recorded.until(() => recorded.packets.length === 4)
    const [hole] = skipped
    expect(skipped).toEqual([
      {
        stationId: 'XX_AAA',
        sourceId: 'FDSN:XX_AAA_00_H_H_Z',
        from: PACKETS_START + 2e6,
        to: PACKETS_START + 60e6,
      },
    ])
    expect(recorded.client.counts.backlogsSkipped).toBe(1)
    if (!hole) throw new Error('no hole')
    const fetched: number[] = []
    const { outcome } = await fetchWindow(server.url, [hole.stationId], hole.from, hole.to, ({ sequence }) =>
      fetched.push(Number(sequence)),
    )
    expect(outcome).toBe('end')
    expect(fetched).toEqual(Array.from({ length: 58 }, (_, index) => index + 2))
  })

  it('is noticed after a restart, from the saved ends of the channels', async () => {
    const skipped: BacklogSkipped[] = []
    const { recorded } = await run([{ packets: packetsOf('XX_AAA', 100, 101) }], {
      resume: new Map([[AAA, { sequence: 4n }]]),
      channelEnds: new Map([['FDSN:XX_AAA_00_H_H_Z' as never, PACKETS_START + 5e6]]),
      onBacklogSkipped: (each) => skipped.push(each),
    })
    await recorded.until(() => recorded.packets.length === 2)
    expect(skipped.map(({ from, to }) => [from, to])).toEqual([[PACKETS_START + 5e6, PACKETS_START + 100e6]])
    expect(recorded.client.channelEnds().get('FDSN:XX_AAA_00_H_H_Z' as never)).toBe(PACKETS_START + 102e6)
  })
})

describe('a state file', () => {
  it('brings a client of another program to where that one was, and back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seedlink-state-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'slinktool.state')
    expect(await readStateFile(file)).toEqual(new Map())
    writeFileSync(file, '#V2 StationID  Sequence  [Timestamp]\nXX_AAA 9 2026-01-01T00:00:09.000000Z\n')
    const { server, recorded } = await run([{ packets: packetsOf('XX_AAA', 10, 11) }], { resume: await readStateFile(file) })
    await recorded.until(() => recorded.packets.length === 2)
    expect(server.commands(0)).toContain('DATA 10')

    await writeStateFile(file, recorded.client.positions())
    expect(readFileSync(file, 'utf8')).toContain('XX_AAA 11 2026-01-01T00:00:11.000000Z\n')
    expect(readdirSync(folder)).toEqual(['slinktool.state'])
  })

  it('with lines that are no positions is refused, as is a place where none can be', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seedlink-state-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'x')
    writeFileSync(file, 'nonsense\n')
    await expect(readStateFile(file)).rejects.toMatchObject({ code: 'STORE', message: expect.stringContaining('got "nonsense"') })
    await expect(readStateFile(folder)).rejects.toMatchObject({ code: 'STORE' })
    await expect(writeStateFile(join(folder, 'no', 'where'), new Map())).rejects.toMatchObject({ code: 'STORE' })
  })
})
