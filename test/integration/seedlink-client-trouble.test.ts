import { describe, expect, it, onTestFinished } from 'vitest'
import { run } from '../helpers/scripted-run.ts'
import { packetsOf } from '../helpers/seedlink-packets.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { type ConnectionScript, ScriptedServer } from '../helpers/seedlink-server.ts'

describe('the SeedLink client in trouble', () => {
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

  it('says that nobody listens, with the cause', async () => {
    const server = await ScriptedServer.listen([{}])
    const { url } = server
    await server.close()
    const recorded = new RecordedClient({ url, stations: ['XX_AAA'] })
    onTestFinished(() => recorded.client.close())
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toEqual({
      code: 'SEEDLINK_CONNECTION',
      message: `SeedLink connection to ${url}: connection refused; is a server running there?`,
      where: url,
    })
  })
})

async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}
