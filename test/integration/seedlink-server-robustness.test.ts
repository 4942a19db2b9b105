import { describe, expect, it } from 'vitest'
import { type RunningServer, type ServeOptions, startServer } from '../../src/app/serve.ts'
import { SeedlinkConnectionError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { sourceIdFromNslc } from '../../src/domain/source-id.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import { ARCHIVE_START, MemorySource, syntheticNetwork, syntheticRecords } from '../helpers/memory-source.ts'
import { serveRecords, visit } from '../helpers/served-network.ts'

const network = syntheticNetwork(60)

function serve(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return serveRecords({ source: network, ...options })
}

/** The server still does its work. */
async function expectService(server: RunningServer): Promise<void> {
  const client = await visit(server)
  client.write('STATION AAA XX\r\nDATA\r\nEND\r\n')
  await client.untilEnd()
  expect(client.packets.length).toBe(network.records.filter(({ sourceId }) => sourceId.includes('AAA')).length)
}

describe('a server among clients of all kinds', () => {
  it('waits for the rest of a half line and serves others meanwhile', async () => {
    const server = await serve()
    const half = await visit(server)
    half.write('STATION AAA X')
    await expectService(server)
    half.write('X\r\n')
    await half.until(() => half.texts.length === 1)
    expect(half.texts).toEqual(['OK'])
  })

  it('closes the connection of an endless line', async () => {
    const server = await serve()
    const endless = await visit(server)
    for (let index = 0; index < 20; index += 1) endless.write('A'.repeat(8192))
    await endless.untilClosed()
    await expectService(server)
  })

  it('answers garbage with ERROR and goes on', async () => {
    const server = await serve()
    const client = await visit(server)
    client.write(Uint8Array.from({ length: 2048 }, (_, index) => (index * 73 + (index >> 3) * 31) % 256))
    client.write('\r\nHELLO\r\n')
    await client.until(() => client.texts.at(-2)?.startsWith('SeedLink v4.0') === true)
    expect(client.texts.slice(0, -2).every((text) => text === 'ERROR')).toBe(true)
    await expectService(server)
  })

  it('survives clients that vanish in the middle of the stream', async () => {
    const server = await serve({ source: syntheticNetwork(1200) })
    for (let index = 0; index < 5; index += 1) {
      const client = await visit(server)
      client.write('STATION * *\r\nDATA\r\nEND\r\n')
      await client.until(() => client.packets.length > 0)
      client.reset()
      await client.untilClosed()
    }
    const last = await visit(server)
    last.write('SLPROTO 4.0\r\nINFO CONNECTIONS\r\n')
    await last.until(() => last.infos.length > 0)
    expect(JSON.parse(last.infos[0]!.text).connections.client_count).toBe(1)
  })

  it('answers a client that closed its side at once, as printf | nc does', async () => {
    const client = await visit(await serve())
    client.write('HELLO\r\nSTATION AAA XX\r\nSELECT HHZ\r\nDATA\r\nEND\r\n')
    client.halfClose()
    await client.untilClosed()
    expect(client.texts.length).toBe(5)
    expect(client.ends).toBe(1)
    expect(client.packets.length).toBe(network.records.filter(({ sourceId }) => sourceId.includes('AAA_00_H_H_Z')).length)
  })

  it('does not pile up answers for a client that asks and does not read', async () => {
    const server = await serve()
    const greedy = await visit(server)
    greedy.pause()
    for (let index = 0; index < 2000; index += 1) greedy.write('INFO STREAMS\r\n'.repeat(10))
    await expectService(server)
  })

  it('reports records that v3 cannot hold and sends the others', async () => {
    const problems: Problem[] = []
    const longName = encodeRecords(sourceIdFromNslc('XX', 'LONGNAME', '00', 'HHZ'), ARCHIVE_START, 100, Int32Array.of(1, 2, 3), {
      formatVersion: 3,
    })
    const source = new MemorySource([...longName, ...syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 30 })])
    const client = await visit(await serve({ source, onProblem: (problem) => problems.push(problem) }))
    client.write('STATION * *\r\nDATA\r\nEND\r\n')
    await client.untilEnd()
    expect(client.packets.length).toBe(source.records.length - 1)
    expect(problems).toEqual([expect.objectContaining({ code: 'SERVER_REPACK', sourceId: 'FDSN:XX_LONGNAME_00_H_H_Z' })])
  })

  it('keeps numbers apart when samples jump more than Steim2 can hold', async () => {
    const jumps = Int32Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? 2_000_000_000 : -2_000_000_000))
    const record = encodeRecords(sourceIdFromNslc('XX', 'AAA', '00', 'HHZ'), ARCHIVE_START, 100, jumps, {
      recordLength: 4096,
      encoding: 3,
    })
    const client = await visit(await serve({ source: new MemorySource(record) }))
    client.write('STATION * *\r\nDATA\r\nEND\r\n')
    await client.untilEnd()
    const sequences = client.packets.map(({ sequence }) => sequence)
    expect(sequences).toEqual([1, 2, 3, 4, 5])
  })

  it('refuses one client too many and says so', async () => {
    const problems: Problem[] = []
    const server = await serve({ maxClients: 1, onProblem: (problem) => problems.push(problem) })
    const first = await visit(server)
    await first.hello()
    const second = await visit(server)
    await second.untilClosed()
    expect(problems.map(({ code }) => code)).toEqual(['SERVER_FULL'])
    expect(await first.ask('STATION AAA XX')).toBe('OK')
  })

  it('says which address it cannot have', async () => {
    const { port } = await serve()
    const second = startServer({ source: network, listen: { host: '127.0.0.1', port } })
    await expect(second).rejects.toThrow(SeedlinkConnectionError)
    await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`)
  })

  it('closes its clients when it closes, and frees the port', async () => {
    const server = await startServer({ source: network })
    const client = await visit(server)
    client.write('STATION * *\r\nDATA\r\nEND\r\n')
    await client.until(() => client.texts.length === 2)
    await server.close()
    await client.untilClosed()
    const again = await serve({ listen: { host: '127.0.0.1', port: server.port } })
    await expectService(again)
  })
})
