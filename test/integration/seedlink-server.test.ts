import { describe, expect, it } from 'vitest'
import type { RunningServer, ServeOptions } from '../../src/app/serve.ts'
import { decodeRecord, parseHeader } from '../../src/miniseed/index.ts'
import { syntheticNetwork } from '../helpers/memory-source.ts'
import type { SeedlinkTestClient } from '../helpers/seedlink-test-client.ts'
import { serveRecords, visit } from '../helpers/served-network.ts'

const network = syntheticNetwork()

function serve(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return serveRecords({ source: network, ...options })
}

function recordsOf(...stations: string[]): Uint8Array[] {
  return network.records.filter(({ sourceId }) => stations.some((id) => sourceId.includes(id))).map(({ bytes }) => bytes)
}

/** SELECT and friends, one by one, each answered OK; the last one (END) is not answered. */
async function stream(client: SeedlinkTestClient, ...commands: string[]): Promise<void> {
  for (const command of commands.slice(0, -1)) expect(await client.ask(command)).toBe('OK')
  client.write(`${commands.at(-1)}\r\n`)
}

describe('a SeedLink server over records in memory', () => {
  it('says HELLO in two lines and one write', async () => {
    const client = await visit(await serve())
    const [first, second] = await client.hello()
    expect(first).toMatch(/^SeedLink v4\.0 \(Quakewire\/\d+\.\d+\.\d+\) :: SLPROTO:4\.0 SLPROTO:3\.1 CAP$/)
    expect(second).toBe('Quakewire archive playback')
  })

  it('gives a v4 client every record unchanged, in order, numbered from 1, then END', async () => {
    const client = await visit(await serve())
    await stream(client, 'SLPROTO 4.0', 'STATION *', 'DATA', 'END')
    await client.untilEnd()
    expect(client.packets.map(({ record }) => record)).toEqual(network.records.map(({ bytes }) => bytes))
    const sequences = client.packets.map(({ sequence }) => sequence)
    expect(sequences[0]).toBe(1)
    expect(sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!)).toBe(true)
    expect(client.packets[0]).toMatchObject({ station: expect.stringMatching(/^XX_/), format: expect.stringMatching(/^[23]D$/) })
    expect(client.leftover).toBe(0)
  })

  it('gives a v3 client 512-byte records of its stations, unchanged where they are so already', async () => {
    const client = await visit(await serve())
    await stream(client, 'STATION AAA XX', 'SELECT HH?', 'DATA', 'STATION BBB XX', 'DATA', 'END')
    await client.untilEnd()
    expect(client.packets.map(({ record }) => record)).toEqual(recordsOf('AAA', 'BBB'))
  })

  it('repacks other lengths and versions for v3 without losing a sample', async () => {
    const client = await visit(await serve())
    await stream(client, 'STATION CCC XX', 'DATA', 'END')
    await client.untilEnd()
    const headers = client.packets.map(({ record }) => parseHeader(record))
    expect(headers.every(({ formatVersion, byteLength }) => formatVersion === 2 && byteLength === 512)).toBe(true)
    const sent = headers.reduce((sum, { sampleCount }) => sum + sampleCount, 0)
    expect(sent).toBe(recordsOf('CCC').reduce((sum, bytes) => sum + parseHeader(bytes).sampleCount, 0))
    const sequences = client.packets.map(({ sequence }) => sequence)
    expect(sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!)).toBe(true)
  })

  it('converts to miniSEED 3 where a v4 client asks for it, sample by sample', async () => {
    const client = await visit(await serve())
    await stream(client, 'SLPROTO 4.0', 'STATION *', 'SELECT *_H_H_Z:3 *:native', 'DATA', 'END')
    await client.untilEnd()
    expect(client.packets.length).toBe(network.records.length)
    for (const [index, { record, format, sequence }] of client.packets.entries()) {
      const original = network.records[index]!
      const isConverted = original.sourceId.endsWith('_H_H_Z')
      if (!isConverted) expect(record).toEqual(original.bytes)
      else expect([format, record[2]]).toEqual(['3D', 3])
      const [sent, held] = [decodeRecord(record), decodeRecord(original.bytes)]
      expect(sent.samples).toEqual(held.samples)
      expect(sent.header).toMatchObject({
        startTime: original.startTime,
        sourceId: original.sourceId,
        sampleRate: held.header.sampleRate,
      })
      expect(sequence).toBeGreaterThan(client.packets[index - 1]?.sequence ?? 0)
    }
  })

  it('serves clients with different selections at the same time', async () => {
    const server = await serve()
    const [one, two] = [await visit(server), await visit(server)]
    await stream(one, 'STATION AAA XX', 'SELECT HHZ', 'DATA', 'END')
    await stream(two, 'SLPROTO 4.0', 'STATION XX_BBB', 'SELECT *_H_H_? !*_H_H_Z', 'DATA', 'END')
    await Promise.all([one.untilEnd(), two.untilEnd()])
    expect(one.packets.map(({ record }) => record)).toEqual(recordsOf('AAA_00_H_H_Z'))
    expect(two.packets.map(({ record }) => record)).toEqual(recordsOf('BBB_00_H_H_N', 'BBB_00_H_H_E'))
  })

  it.each([
    ['v3', 'STATION * *', (sequence: number) => sequence.toString(16)],
    ['v4', 'STATION *', String],
  ])('resumes from every sequence with exactly the tail, in %s', async (protocol, station, format) => {
    const server = await serve({ source: syntheticNetwork(20) })
    const open = async (data: string): Promise<string[]> => {
      const client = await visit(server)
      if (protocol === 'v4') await client.ask('SLPROTO 4.0')
      await stream(client, station, data, 'END')
      await client.untilEnd()
      await client.close()
      return client.packets.map(({ sequence, record }) => `${sequence} ${Buffer.from(record).toString('base64')}`)
    }
    const whole = await open('DATA')
    expect(whole.length).toBeGreaterThan(40)
    for (let index = 0; index < whole.length; index += 1) {
      const last = Number.parseInt(whole[index] as string, 10)
      expect(await open(`DATA ${format(last + 1)}`)).toEqual(whole.slice(index + 1))
    }
  })

  it('answers uni-station mode with data only', async () => {
    const client = await visit(await serve())
    expect(await client.ask('SELECT HHZ')).toBe('OK')
    client.write('DATA\r\n')
    await client.untilEnd()
    expect(client.texts).toEqual(['OK'])
    expect(new Set(client.packets.map(({ record }) => parseHeader(record).sourceId))).toEqual(
      new Set(['FDSN:XX_AAA_00_H_H_Z', 'FDSN:XX_BBB_00_H_H_Z', 'FDSN:XX_CCC_00_H_H_Z']),
    )
  })

  it('answers INFO after END and closes at BYE', async () => {
    const client = await visit(await serve())
    await stream(client, 'STATION AAA XX', 'DATA', 'END')
    await client.untilEnd()
    client.write('INFO STREAMS\r\n')
    await client.until(() => client.infos.some(({ isLast }) => isLast))
    const text = client.infos.map((info) => info.text).join('')
    expect(text).toContain('<station name="AAA" network="XX"')
    expect(text).toContain('<stream location="00" seedname="HHZ" type="D" begin_time="2024/03/01 00:00:00.0000"')
    client.write('BYE\r\n')
    await client.untilClosed()
  })
})
