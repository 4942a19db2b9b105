import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FaultySource } from '../../src/app/faults/faulty-source.ts'
import { type RunningServer, type ServeOptions, startServer } from '../../src/app/serve.ts'
import { DEFAULT_FAULTS } from '../../src/contract/faults.ts'
import { ConfigError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { SeedlinkClient } from '../../src/io/seedlink/index.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'
import { MemorySource, syntheticNetwork, syntheticRecords } from '../helpers/memory-source.ts'
import { ResumingClient } from '../helpers/resuming-client.ts'
import { serveRecords, visit } from '../helpers/served-network.ts'

const SECOND = 1_000_000
const network = syntheticNetwork(60)

function serve(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return serveRecords({ source: network, ...options })
}

/** A socket that only counts what comes. */
async function plug({ port }: RunningServer): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

describe('a server with TLS and a password', () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/tls', name), 'utf8')
  const tls = { key: pem('localhost-key.pem'), cert: pem('localhost-cert.pem') }
  const authenticate = (user: string, password: string) => user === 'alice' && password === 'secret'

  function client(port: number, password: string) {
    const packets: number[] = []
    const problems: Problem[] = []
    let ended = () => {}
    const end = new Promise<void>((resolve) => {
      ended = resolve
    })
    const link = new SeedlinkClient({
      url: `seedlinks://localhost:${port}`,
      stations: ['XX_AAA_00_HH'],
      tls: { ca: tls.cert },
      credentials: { kind: 'password', user: 'alice', password },
      isReconnecting: false,
      clock: { now: () => Date.now() * 1000 },
      onPacket: ({ sequence }) => packets.push(Number(sequence)),
      onEnd: () => ended(),
      onProblem: (problem) => {
        problems.push(problem)
        ended()
      },
    })
    link.start()
    return { packets, problems, end, close: () => link.close() }
  }

  it('serves who knows the password, and nobody else', async () => {
    const server = await serve({ tls, authenticate, listen: { host: 'localhost', port: 0 } })
    const good = client(server.port, 'secret')
    await good.end
    good.close()
    expect(good.problems).toEqual([])
    expect(good.packets.length).toBe(network.records.filter(({ sourceId }) => sourceId.includes('AAA')).length)
    const bad = client(server.port, 'guess')
    await bad.end
    bad.close()
    expect(bad.packets).toEqual([])
    expect(JSON.stringify(bad.problems)).not.toContain('guess')
  })

  it('closes a connection without TLS and goes on', async () => {
    const server = await serve({ tls })
    const plain = await plug(server)
    const gone = closed(plain)
    plain.resume()
    plain.write('HELLO\r\n'.repeat(100))
    await gone
    const good = client(server.port, 'secret')
    await good.end
    good.close()
    // Nobody wants a password here; the client is told so and gives up.
    expect(good.problems.map(({ code }) => code)).not.toEqual([])
  })

  it('says what is wrong with a certificate', async () => {
    const broken = startServer({ source: network, tls: { cert: 'no certificate', key: tls.key } })
    await expect(broken).rejects.toThrow(ConfigError)
  })
})

describe('a server in a crowd', () => {
  it('serves five hundred clients at once, each the whole archive', { timeout: 60_000 }, async () => {
    const source = new MemorySource(syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 60 }))
    const server = await serve({ source })
    const runs = Array.from({ length: 500 }, (_, index) => {
      const client = new ResumingClient({ protocol: index % 2 === 0 ? 3 : 4, port: () => server.port })
      return client.runToEnd().then(() => client)
    })
    for (const client of await Promise.all(runs)) {
      expect(client.packets.map(({ sequence }) => sequence)).toEqual(source.records.map((_, index) => index + 1))
    }
  })

  it('hears a handshake that comes byte by byte', async () => {
    const client = await visit(await serve())
    for (const byte of Buffer.from('SLPROTO 4.0\r\nSTATION XX_AAA\r\nDATA\r\nEND\r\n')) {
      client.write(Uint8Array.of(byte))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await client.untilEnd()
    expect(client.texts).toEqual(['OK', 'OK', 'OK'])
    expect(client.packets.length).toBeGreaterThan(10)
  })

  it('takes thousands of STATION commands in one piece and sends what there is', async () => {
    const stations = Array.from({ length: 5000 }, (_, index) => `STATION XX_S${index}\r\nSELECT *_H_H_Z\r\nDATA\r\n`)
    const server = await serve()
    const v4 = await visit(server)
    v4.write(`SLPROTO 4.0\r\n${stations.join('')}STATION XX_AAA\r\nDATA\r\nEND\r\n`)
    await v4.untilEnd()
    expect(v4.texts.every((text) => text === 'OK')).toBe(true)
    expect(new Set(v4.packets.map(({ station }) => station))).toEqual(new Set(['XX_AAA']))

    const v3 = await visit(server)
    v3.write(`${'STATION AAA XX\r\nSELECT HHZ\r\nDATA\r\n'.repeat(3000)}END\r\n`)
    await v3.untilEnd()
    expect(v3.texts).toEqual(Array.from({ length: 9000 }, () => 'OK'))
    expect(v3.packets.length).toBe(network.records.filter(({ sourceId }) => sourceId.includes('AAA_00_H_H_Z')).length)
  })

  it('answers a flood of INFO only as fast as it is read, and cuts who never reads', async () => {
    const clock = new ManualAlarmClock()
    const problems: Problem[] = []
    const many = Array.from({ length: 200 }, (_, index) => syntheticRecords({ nslc: `XX.S${index}.00.HHZ`, seconds: 5 }))
    const server = await serve({ source: new MemorySource(many.flat()), clock, onProblem: (problem) => problems.push(problem) })
    const flood = await plug(server)
    flood.pause()
    // Each answer has some 50 kB: all of them together would be hundreds of megabytes.
    const before = process.memoryUsage().external
    for (let index = 0; index < 10; index += 1) flood.write('INFO STREAMS\r\n'.repeat(1000))
    const other = await visit(server)
    for (let index = 0; index < 20; index += 1) await other.hello()
    expect(process.memoryUsage().external - before).toBeLessThan(32e6)
    const gone = closed(flood)
    clock.advance(61 * SECOND)
    flood.resume()
    await gone
    expect(problems.map(({ code }) => code)).toEqual(['SERVER_SLOW_CLIENT'])
  })

  it('answers every INFO of a flood that is read', async () => {
    const client = await visit(await serve())
    client.write('SLPROTO 4.0\r\n')
    client.write('INFO STREAMS\r\n'.repeat(2000))
    await client.until(() => client.infos.length === 2000)
    expect(new Set(client.infos.map(({ text }) => text)).size).toBe(1)
  })

  it('lets go of clients that say nothing, and of those that have got everything', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve({ clock, idleSeconds: 100 })
    const silent = await plug(server)
    const done = await visit(server)
    done.write('STATION AAA XX\r\nDATA\r\nEND\r\n')
    await done.untilEnd()
    const gone = closed(silent)
    clock.advance(101 * SECOND)
    await gone
    await done.untilClosed()
  })

  it('keeps an idle client that streams', async () => {
    const clock = new ManualAlarmClock()
    const server = await serve({ clock, speed: 1, idleSeconds: 10 })
    const client = await visit(server)
    client.write('STATION AAA XX\r\nDATA\r\nEND\r\n')
    await client.until(() => client.texts.length === 2)
    clock.advance(55 * SECOND)
    await client.until(() => client.packets.length > 5)
    clock.advance(60 * SECOND)
    await client.untilEnd()
  })

  it('takes no more clients from one address than it should, and takes one again when one goes', async () => {
    const problems: Problem[] = []
    const server = await serve({ maxClientsPerAddress: 2, onProblem: (problem) => problems.push(problem) })
    const [first] = [await visit(server), await visit(server)]
    await first?.hello()
    const third = await visit(server)
    await third.untilClosed()
    expect(problems).toEqual([
      expect.objectContaining({ code: 'SERVER_FULL', message: expect.stringContaining('from this address') }),
    ])
    await first?.close()
    const fourth = await visit(server)
    // The server may learn a moment later that a place is free.
    for (let client = fourth; ; client = await visit(server)) {
      const lines = await client.hello().catch(() => undefined)
      if (lines) break
    }
  })

  it.each([1, 2, 3, 4, 5, 6])('survives random bytes, in any pieces (seed %i)', async (seed) => {
    const server = await serve({ source: new FaultySource(network, DEFAULT_FAULTS) })
    let state = seed
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const words = [
      'STATION',
      'SELECT',
      'DATA',
      'END',
      'INFO',
      'ALL',
      'SLPROTO',
      '4.0',
      '*',
      'XX_AAA',
      'AAA',
      'XX',
      '\r',
      '\n',
      ' ',
      '\0',
      'é',
    ]
    for (let round = 0; round < 20; round += 1) {
      const socket = await plug(server)
      for (let piece = 0; piece < 20; piece += 1) {
        const text = Array.from({ length: random(12) }, () => words[random(words.length)]).join(random(3) === 0 ? '' : ' ')
        socket.write(random(2) === 0 ? Buffer.from(text, 'latin1') : Uint8Array.from({ length: random(300) }, () => random(256)))
      }
      if (random(2) === 0) socket.resetAndDestroy()
      else socket.end()
    }
    const client = await visit(server)
    client.write('STATION AAA XX\r\nDATA\r\nEND\r\n')
    await client.untilEnd()
    expect(client.packets.length).toBeGreaterThan(10)
  })

  it('ends at once when nothing asked for can ever come, in both protocols', async () => {
    const server = await serve({ speed: 1 })
    const v4 = await visit(server)
    v4.write('SLPROTO 4.0\r\nSTATION XX_NONE\r\nDATA\r\nEND\r\n')
    await v4.untilEnd()
    const v3 = await visit(server)
    v3.write('STATION AAA XX\r\nSELECT LHZ\r\nDATA\r\nEND\r\n')
    await v3.untilEnd()
    expect([v4.packets.length, v3.packets.length]).toEqual([0, 0])
  })

  it('goes on over the end of the six digits of v3', async () => {
    const firstNumber = 2 ** 24 - 20
    const server = await serve({ firstNumber })
    const count = network.records.filter(({ sourceId }) => sourceId.includes('AAA')).length
    const whole = new ResumingClient({ protocol: 3, station: 'AAA XX', from: firstNumber, port: () => server.port })
    await whole.runToEnd()
    expect(whole.packets.length).toBe(count)
    const numbers = whole.packets.map(({ sequence }) => sequence)
    expect(Math.max(...numbers)).toBeGreaterThan(2 ** 24 - 20)
    expect(Math.min(...numbers)).toBeLessThan(2 ** 24 - 20)
    // From every packet on, before and behind the wrap, the rest follows.
    for (const [index, sequence] of numbers.entries()) {
      const rest = new ResumingClient({ protocol: 3, station: 'AAA XX', from: sequence, port: () => server.port })
      await rest.runToEnd()
      expect(rest.packets.map((packet) => packet.sequence)).toEqual(numbers.slice(index))
    }
  })
})
