import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { SeedlinkConnectionError, SeedlinkProtocolError } from '../../src/domain/errors.ts'
import { requestInfo } from '../../src/io/seedlink/index.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { miniseed2 } from '../helpers/seedlink-records.ts'
import { type ConnectionScript, ScriptedServer, type ScriptedServerOptions } from '../helpers/seedlink-server.ts'

const TLS = { key: pem('localhost-key.pem'), cert: pem('localhost-cert.pem') }
const ONE_PACKET: ConnectionScript = { packets: [{ station: 'XX_AAA', sequence: 1, record: miniseed2() }] }

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('TLS', () => {
  it('verifies the server against an own authority', async () => {
    const server = await listen([ONE_PACKET], { tls: TLS })
    const recorded = connect(server.url, { tls: { ca: TLS.cert } })
    await recorded.until(() => recorded.packets.length === 1)
    expect(recorded.client.origin).toBe(server.url)
  })

  it('refuses a server that nobody vouches for', async () => {
    const server = await listen([ONE_PACKET], { tls: TLS })
    const recorded = connect(server.url)
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toMatchObject({
      code: 'SEEDLINK_CONNECTION',
      message: expect.stringContaining('self-signed certificate'),
    })
    expect(server.commands(0)).toEqual([])
  })

  it('shows its own certificate to a server that wants one', async () => {
    const server = await listen([ONE_PACKET], { tls: { ...TLS, ca: TLS.cert, requestCert: true } })
    const stranger = connect(server.url, { tls: { ca: TLS.cert } })
    await stranger.until(() => stranger.problems.length > 0)
    expect(stranger.packets).toEqual([])
    stranger.client.close()
    const known = connect(server.url, { tls: { ca: TLS.cert, certificate: TLS.cert, key: Buffer.from(TLS.key) } })
    await known.until(() => known.packets.length === 1)
  })

  it('verifies the name it is told instead of the host of the address', async () => {
    const server = await listen([ONE_PACKET], { tls: TLS })
    const recorded = connect(server.url, { tls: { ca: TLS.cert, serverName: 'localhost' } })
    await recorded.until(() => recorded.packets.length === 1)
    const wrong = connect(server.url, { tls: { ca: TLS.cert, serverName: 'seedlink.example' } })
    await wrong.untilLink('waiting')
    expect(wrong.problems[0]?.message).toContain('the certificate is for another host')
  })

  it('takes any certificate when told to', async () => {
    const server = await listen([ONE_PACKET], { tls: TLS })
    const recorded = connect(server.url, { tls: { isVerified: false } })
    await recorded.until(() => recorded.packets.length === 1)
  })
})

describe('IPv6', () => {
  it('is an address like any other', async () => {
    const server = await listen([ONE_PACKET], { host: '::1' })
    const recorded = connect(server.url)
    await recorded.until(() => recorded.packets.length === 1)
    expect(recorded.client.origin).toBe(`seedlink://[::1]:${server.port}`)
  })
})

describe('INFO on a connection of its own', () => {
  it('gives stations and streams, from XML and from JSON', async () => {
    const stream =
      '<stream location="00" seedname="HHZ" type="D" begin_time="2026/01/01 00:00:00.0000" end_time="2026/01/01 01:00:00.0000"/>'
    const xml = `<?xml version="1.0"?><seedlink software="s" organization="o">${`<station name="AAA" network="XX">${stream}</station>`.repeat(20)}</seedlink>`
    const json = JSON.stringify({ software: 's', organization: 'o', station: [{ id: 'XX_AAA', stream: [{ id: '00_H_H_Z' }] }] })
    const v3 = await listen([{ protocol: 3, info: xml }])
    const v4 = await listen([{ protocol: 4, info: json }])

    const fromXml = await requestInfo(v3.url, 'STREAMS')
    const fromJson = await requestInfo(v4.url, 'STREAMS')
    expect(fromXml.stations).toHaveLength(20)
    expect(fromXml.stations[0]?.streams[0]?.sourceId).toBe('FDSN:XX_AAA_00_H_H_Z')
    expect(fromJson.stations[0]?.streams[0]?.sourceId).toBe('FDSN:XX_AAA_00_H_H_Z')
    expect(v3.commands(0).slice(0, 2)).toEqual(['HELLO', 'INFO STREAMS'])
  })

  it('does not wait for a server without an answer', async () => {
    const server = await listen([{ isDeaf: true }])
    await expect(requestInfo(server.url, 'STATIONS', { timings: { replySeconds: 0.1 } })).rejects.toThrow(SeedlinkConnectionError)
  })

  it('says that the level is refused', async () => {
    const server = await listen([{ protocol: 3, reply: (command) => (command.startsWith('INFO') ? 'ERROR' : undefined) }])
    await expect(requestInfo(server.url, 'GAPS')).rejects.toThrow(SeedlinkProtocolError)
  })
})

describe('random bytes from the server', () => {
  it('never crash the client: it names the fault, connects again and goes on', async () => {
    const noises = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 600 }), { numRuns: 30, seed: 4 })
    const noisy = noises.flatMap((noise): ConnectionScript[] => [
      { trailer: noise, afterwards: 'close' },
      {
        reply: (command) => (command === 'HELLO' ? new TextDecoder('latin1').decode(noise) : undefined),
        trailer: noise,
        afterwards: 'close',
      },
    ])
    const server = await listen([...noisy, ONE_PACKET])
    const recorded = connect(server.url, {
      timings: { firstDelaySeconds: 0, longestDelaySeconds: 0.001, replySeconds: 0.1, keepAliveSeconds: 0.1, deadSeconds: 0.2 },
    })
    await recorded.until(() => server.connections === noisy.length + 1 && recorded.packets.some(({ sequence }) => sequence === 1))
    const codes = new Set(recorded.problems.map(({ code }) => code))
    expect([...codes].every((code) => code.startsWith('SEEDLINK_'))).toBe(true)
    expect(codes).toContain('SEEDLINK_PROTOCOL')
  })
})

async function listen(scripts: readonly ConnectionScript[], options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const server = await ScriptedServer.listen(scripts, options)
  closers.push(() => server.close())
  return server
}

function connect(url: string, options: Partial<ConstructorParameters<typeof RecordedClient>[0]> = {}): RecordedClient {
  const recorded = new RecordedClient({ url, stations: ['XX_AAA'], ...options })
  closers.push(() => recorded.client.close())
  return recorded
}

function pem(name: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/tls', name), 'utf8')
}
