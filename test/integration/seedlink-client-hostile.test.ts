/** What a broken or hostile server can do to the client: on real sockets, with a clock that the test turns. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_CLIENT_TIMINGS, requestInfo, type SeedlinkClientOptions } from '../../src/io/seedlink/index.ts'
import { ManualTimers } from '../helpers/manual-timers.ts'
import { RecordedClient } from '../helpers/seedlink-recorder.ts'
import { infoV3, joined, miniseed2, packetV4, text } from '../helpers/seedlink-records.ts'

const MEBIBYTE = 1024 * 1024
const GREETING_V3 = 'SeedLink v3.3 (hostile)\r\nx\r\n'
const GREETING_V4 = 'SeedLink v4.0 (hostile/1) :: SLPROTO:4.0\r\nx\r\n'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('the client drops a server', () => {
  it('that sends a line without end, before it has taken much of it', async () => {
    const server = await listen((socket) => flood(socket, text('A'.repeat(1000))))
    const { recorded } = connect(server.url)
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toMatchObject({
      code: 'SEEDLINK_PROTOCOL',
      message: expect.stringContaining('a line of at most'),
    })
  })

  it('that announces a payload of 4 GiB', async () => {
    const header = packetV4(1n, 'XX_AAA', miniseed2()).slice(0, 17)
    new DataView(header.buffer).setUint32(4, 0xffffffff, true)
    const server = await listen(handshakenV4((socket) => socket.write(header)))
    const { recorded } = connect(server.url)
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toMatchObject({ message: expect.stringContaining('4294967295 bytes') })
  })

  it('that answers everything with OK and never stops', async () => {
    const server = await listen((socket) => flood(socket, text('OK\r\n'.repeat(1000))))
    const { recorded } = connect(server.url)
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]?.message).toContain('SeedLink greeting')
  })

  it('that goes on with OK behind the handshake', async () => {
    const server = await listen((socket) => {
      socket.write(GREETING_V3)
      flood(socket, text('OK\r\n'.repeat(1000)))
    })
    const { recorded } = connect(server.url, { stations: ['XX_AAA_00_HH', 'XX_BBB'] })
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]).toMatchObject({ code: 'SEEDLINK_PROTOCOL' })
  })

  it('whose INFO never ends, while it streams', async () => {
    const more = infoV3('x'.repeat(500)).slice(0, 520)
    const server = await listen(handshakenV4((socket) => flood(socket, joined(...Array.from({ length: 500 }, () => more)))))
    const { recorded } = connect(server.url)
    await recorded.untilLink('waiting')
    expect(recorded.problems[0]?.message).toContain('SeedLink INFO: expected at most')
  }, 30_000)

  it('that is half gone: the link is open, nothing comes, no FIN', async () => {
    const server = await listen(handshakenV4(() => {}))
    const { recorded, manual } = connect(server.url)
    await recorded.untilLink('streaming')
    manual.advance(59)
    expect(recorded.client.state.kind).toBe('streaming')
    manual.advance(2)
    expect(recorded.client.state.kind).toBe('stalled')
    manual.advance(29.5)
    expect(recorded.client.state).toMatchObject({
      kind: 'waiting',
      attempt: 2,
      reason: expect.stringContaining('expected a sign of life within 90 s, got none'),
    })
    await server.until(() => server.heard.includes('INFO ID'))
  })

  it('that drips: bytes are no sign of life, packets are', async () => {
    const header = packetV4(1n, 'XX_AAA', miniseed2()).slice(0, 17)
    new DataView(header.buffer).setUint32(4, 16 * MEBIBYTE, true)
    let drip: () => Promise<void> = async () => {}
    const server = await listen(
      handshakenV4((socket) => {
        socket.write(header)
        drip = () => new Promise((resolve) => socket.write(Uint8Array.of(0), () => resolve()))
      }),
    )
    const { recorded, manual } = connect(server.url)
    await recorded.untilLink('streaming')
    await server.until(() => server.heard.includes('END'))
    for (let second = 0; second < 89; second++) {
      await drip()
      manual.advance(1)
    }
    expect(recorded.client.state.kind).toBe('stalled')
    manual.advance(1.2)
    expect(recorded.client.state.kind).toBe('waiting')
  })

  it('that drips in the handshake', async () => {
    const server = await listen((socket) => {
      socket.write('SeedLi')
    })
    const { recorded, manual } = connect(server.url)
    await server.until(() => server.heard.includes('HELLO'))
    manual.advance(30.5)
    expect(recorded.client.state.kind).toBe('waiting')
    expect(recorded.problems[0]?.message).toContain('expected a reply within 30 s')
  })
})

describe('a server that says END at once, every time', () => {
  it('is asked less and less often: no storm', async () => {
    const server = await listen(handshakenV4((socket) => socket.write('END')))
    const { recorded, manual } = connect(server.url)
    for (let second = 0; second < 600; second++) {
      await recorded.until(() => ['ended', 'closed'].includes(recorded.client.state.kind))
      manual.advance(1)
    }
    // Delays of 0.75, 1.5, 3 … 45 s (jitter at its middle) fit 17 times into ten minutes.
    expect(recorded.client.counts.connections).toBeGreaterThan(10)
    expect(recorded.client.counts.connections).toBeLessThanOrEqual(20)
  })
})

describe('INFO on a connection of its own', () => {
  it('gives up an answer that never ends, however lively it is', async () => {
    const more = infoV3('x'.repeat(500)).slice(0, 520)
    let drip: () => Promise<void> = async () => {}
    const server = await listen((socket) => {
      socket.write(GREETING_V3)
      drip = () => new Promise((resolve) => socket.write(more, () => resolve()))
    })
    const manual = new ManualTimers()
    let failure: unknown
    void requestInfo(server.url, 'STREAMS', { timers: manual.timers }).catch((error) => {
      failure = error
    })
    await server.until(() => server.heard.includes('INFO STREAMS'))
    for (let turn = 0; failure === undefined && turn < 200; turn++) {
      await drip()
      for (let tick = 0; tick < 10; tick++) await new Promise((resolve) => setImmediate(resolve))
      manual.advance(1)
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(failure).toMatchObject({ code: 'SEEDLINK_CONNECTION' })
    expect(String(failure)).toContain('within 120 s')
  })
})

interface HostileServer {
  readonly url: string
  /** Lines the clients said. */
  readonly heard: string[]
  until(isTrue: () => boolean): Promise<void>
}

async function listen(onSocket: (socket: Socket, heard: string[]) => void): Promise<HostileServer> {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => heard.push(...bytes.toString().split('\r\n').filter(Boolean)))
    onSocket(socket, heard)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
  }
  return { url: `seedlink://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, until }
}

/** Through the handshake of one station without selectors, then as told. */
function handshakenV4(afterwards: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        if (line === 'HELLO') socket.write(GREETING_V4)
        else if (line === 'END') afterwards(socket)
        else if (!line.startsWith('INFO')) socket.write('OK\r\n')
      }
    })
  }
}

/** As fast as the client reads, until it goes. */
function flood(socket: Socket, bytes: Uint8Array): void {
  const more = (): void => {
    if (!socket.destroyed) socket.write(bytes, more)
  }
  more()
}

function connect(url: string, options: Partial<SeedlinkClientOptions> = {}) {
  const manual = new ManualTimers()
  const { clock, timers } = manual
  // Those of a client in the field; the recorder's own are shorter.
  const { firstDelaySeconds, longestDelaySeconds } = DEFAULT_CLIENT_TIMINGS
  const timings = { firstDelaySeconds, longestDelaySeconds }
  const recorded = new RecordedClient({ url, stations: ['XX_AAA'], clock, timers, timings, ...options })
  closers.push(() => recorded.client.close())
  return { recorded, manual }
}
