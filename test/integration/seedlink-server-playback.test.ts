import { describe, expect, it } from 'vitest'
import type { RunningServer, ServeOptions } from '../../src/app/serve.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { microsToNanos, NANOS_PER_SECOND, nanosToMicros } from '../../src/domain/time.ts'
import { parseHeader } from '../../src/miniseed/index.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'
import { ARCHIVE_START, MemorySource, syntheticNetwork, syntheticRecords } from '../helpers/memory-source.ts'
import type { SeedlinkTestClient } from '../helpers/seedlink-test-client.ts'
import { serveRecords, visit } from '../helpers/served-network.ts'

const SECOND = 1_000_000
const network = syntheticNetwork(60)
const one = new MemorySource(syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 60 }))

function serve(clock: ManualAlarmClock, options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return serveRecords({ source: network, clock, speed: 1, ...options })
}

async function join(server: RunningServer, ...commands: string[]): Promise<SeedlinkTestClient> {
  const client = await visit(server)
  await client.ask('SLPROTO 4.0')
  for (const command of commands.slice(0, -1)) expect(await client.ask(command)).toBe('OK')
  client.write(`${commands.at(-1)}\r\n`)
  // The answer to INFO shows that the server has heard the command before it.
  client.write('INFO ID\r\n')
  await client.until(() => client.infos.length > 0)
  return client
}

/** Everything that was sent up to now has arrived: the answer to an INFO follows it. */
async function settle(client: SeedlinkTestClient): Promise<void> {
  const before = client.infos.length
  client.write('INFO ID\r\n')
  await client.until(() => client.infos.length > before)
}

function availableAfter(source: MemorySource, seconds: number): number {
  const time = ARCHIVE_START + BigInt(Math.round(seconds * 1e9))
  return source.records.filter(({ endTime }) => endTime <= time).length
}

describe('playback against the clock', () => {
  it('sends each record when its last sample is reached, from the moment the first client streams', async () => {
    const clock = new ManualAlarmClock(5_000 * SECOND)
    const server = await serve(clock)
    clock.advance(3600 * SECOND)
    const client = await join(server, 'STATION *', 'DATA', 'END')
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await settle(client)
      expect(client.packets.length).toBe(availableAfter(network, seconds))
      clock.advance(SECOND)
    }
    clock.advance(10 * SECOND)
    await client.untilEnd()
    expect(client.packets.map(({ record }) => record)).toEqual(network.records.map(({ bytes }) => bytes))
  })

  it('runs at --speed times wall time', async () => {
    const clock = new ManualAlarmClock()
    const client = await join(await serve(clock, { speed: 20 }), 'STATION *', 'DATA', 'END')
    clock.advance(1.5 * SECOND)
    await settle(client)
    expect(client.packets.length).toBe(availableAfter(network, 30))
  })

  it('starts a later client at the playhead, or where it asks', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve(clock)
    const first = await join(server, 'STATION *', 'DATA', 'END')
    clock.advance(30 * SECOND)
    await settle(first)
    const played = first.packets.length
    const live = await join(server, 'STATION *', 'DATA', 'END')
    const all = await join(server, 'STATION *', 'DATA ALL', 'END')
    const resumed = await join(server, 'STATION *', `DATA ${first.packets[9]!.sequence + 1}`, 'END')
    for (const client of [live, all, resumed]) await settle(client)
    expect([live.packets.length, all.packets.length, resumed.packets.length]).toEqual([0, played, played - 10])
    clock.advance(60 * SECOND)
    for (const client of [first, live, all, resumed]) await client.untilEnd()
    expect(live.packets).toEqual(first.packets.slice(played))
    expect(all.packets).toEqual(first.packets)
    expect(resumed.packets).toEqual(first.packets.slice(10))
  })

  it('keeps its numbers over a restart and goes on where the first client left', async () => {
    const before = await join(
      await serve(new ManualAlarmClock(), { speed: Number.POSITIVE_INFINITY }),
      'STATION *',
      'DATA',
      'END',
    )
    await before.untilEnd()
    const clock = new ManualAlarmClock(99 * SECOND)
    const after = await join(await serve(clock), 'STATION *', `DATA ${before.packets[39]!.sequence + 1}`, 'END')
    clock.advance(1)
    await settle(after)
    const waiting = after.packets.length
    expect(waiting).toBeLessThan(10)
    clock.advance(60 * SECOND)
    await after.untilEnd()
    expect(after.packets).toEqual(before.packets.slice(40))
  })

  it('gives a number it never gave the live stream', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve(clock)
    await join(server, 'STATION *', 'DATA', 'END')
    clock.advance(30 * SECOND)
    const lost = await join(server, 'STATION *', 'DATA 999999', 'END')
    await settle(lost)
    expect(lost.packets).toEqual([])
    clock.advance(60 * SECOND)
    await lost.untilEnd()
    expect(lost.packets.length).toBe(network.records.length - availableAfter(network, 30))
  })

  it('answers ENDFETCH with what there is, then END', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve(clock)
    const live = await join(server, 'STATION *', 'DATA', 'END')
    clock.advance(30 * SECOND)
    await settle(live)
    const fetched = await join(server, 'STATION *', 'DATA ALL', 'ENDFETCH')
    const nothing = await join(server, 'STATION *', 'DATA', 'ENDFETCH')
    await Promise.all([fetched.untilEnd(), nothing.untilEnd()])
    expect(fetched.packets).toEqual(live.packets)
    expect(nothing.packets).toEqual([])
  })

  it('sends a time window and END as soon as nothing more can come', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve(clock)
    const [begin, end] = [ARCHIVE_START + 10n * NANOS_PER_SECOND, ARCHIVE_START + 20n * NANOS_PER_SECOND]
    const client = await join(server, 'STATION XX_AAA', 'DATA ALL 2024-03-01T00:00:10Z 2024-03-01T00:00:20Z', 'END')
    clock.advance(30 * SECOND)
    await client.untilEnd()
    const expected = network.records.filter(
      ({ sourceId, startTime, endTime }) => sourceId.includes('AAA') && startTime < end && endTime > begin,
    )
    expect(client.packets.map(({ record }) => record)).toEqual(expected.map(({ bytes }) => bytes))
  })

  it('ends an empty window in the past at once', async () => {
    const client = await join(
      await serve(new ManualAlarmClock()),
      'STATION *',
      'DATA ALL 2001-01-01T00:00:00Z 2001-01-02T00:00:00Z',
      'END',
    )
    await client.untilEnd()
    expect(client.packets).toEqual([])
  })

  it('shifts all times by whole seconds to the present with --now', async () => {
    const clock = new ManualAlarmClock(1_800_000_000_123_456)
    const server = await serve(clock, { isNow: true, speed: Number.POSITIVE_INFINITY, source: one })
    const client = await join(server, 'STATION *', 'DATA', 'END')
    await client.untilEnd()
    const times = client.packets.map(({ record }) => parseHeader(record).startTime)
    const shift = times[0]! - ARCHIVE_START
    expect(shift % NANOS_PER_SECOND).toBe(0n)
    expect(clock.now() - nanosToMicros(times[0]!)).toBeGreaterThanOrEqual(0)
    expect(clock.now() - nanosToMicros(times[0]!)).toBeLessThan(SECOND)
    expect(times).toEqual(one.records.map(({ startTime }) => startTime + shift))
  })

  it('begins again with --loop: later times, higher numbers, no END', async () => {
    const clock = new ManualAlarmClock(microsAt(ARCHIVE_START))
    const server = await serve(clock, { isLoop: true, source: one })
    const client = await join(server, 'STATION *', 'DATA', 'END')
    clock.advance(155 * SECOND)
    await client.until(() => client.packets.length >= one.records.length * 2.4)
    await settle(client)
    expect(client.ends).toBe(0)
    // 59.99 s of samples are 60 s, and one second between the passes.
    const expected = Array.from({ length: client.packets.length }, (_, index) => {
      const record = one.records[index % one.records.length]!
      return record.startTime + BigInt(Math.floor(index / one.records.length)) * 61n * NANOS_PER_SECOND
    })
    expect(client.packets.map(({ record }) => parseHeader(record).startTime)).toEqual(expected)
    expect(client.packets.map(({ sequence }) => sequence)).toEqual(client.packets.map((_, index) => index + 1))
    expect(expected.at(-1)).toBeLessThan(microsToNanos(clock.now()))
  })

  it('cuts a client that does not read and lets the others go on', async () => {
    const clock = new ManualAlarmClock()
    const problems: Problem[] = []
    // Endless, so that it fills whatever buffers the system has.
    const server = await serve(clock, { isLoop: true, speed: 100, onProblem: (problem) => problems.push(problem) })
    const good = await join(server, 'STATION *', 'DATA', 'END')
    const slow = await join(server, 'STATION *', 'DATA', 'END')
    slow.pause()
    while (problems.length === 0) {
      clock.advance(4 * SECOND)
      await settle(good)
    }
    expect(problems).toEqual([
      expect.objectContaining({ code: 'SERVER_SLOW_CLIENT', where: expect.stringContaining('127.0.0.1:') }),
    ])
    slow.resume()
    await slow.untilClosed()
    const before = good.packets.length
    clock.advance(4 * SECOND)
    await good.until(() => good.packets.length >= before + network.records.length)
  })
})

function microsAt(time: bigint): number {
  return nanosToMicros(time)
}
