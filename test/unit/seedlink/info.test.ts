import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeedlinkProtocolError } from '../../../src/domain/errors.ts'
import { parseInfo } from '../../../src/seedlink/info.ts'
import { readXml } from '../../../src/seedlink/xml-reader.ts'

const SEISCOMP = `<?xml version="1.0"?>
<seedlink software="SeedLink v3.3 (2024.020)" organization="A &amp; B" started="2026/11/22 10:33:00.8012"><capability name="dialup"/>
<station name="AAA" network="XX" description='Station "AAA"' begin_seq="000000" end_seq="0004D6" stream_check="enabled">
<stream location="  " seedname="HHE" type="D" begin_time="2026/11/22 10:31:02.0983" end_time="2026/11/22 10:47:53.7983"/></station></seedlink>`
const RINGSERVER = `<seedlink software="SeedLink v4.0 (RingServer/4.5.3) :: CAP"><station name="A" network="XX" description="" begin_seq="1" end_seq="5118"/></seedlink>`

describe('INFO', () => {
  it('reads the XML of SeisComP, its times and hexadecimal numbers', () => {
    expect(parseInfo('xml', SEISCOMP)).toEqual({
      software: 'SeedLink v3.3 (2024.020)',
      organisation: 'A & B',
      capabilities: ['dialup'],
      filters: new Map(),
      connections: [],
      stations: [
        {
          stationId: 'XX_AAA',
          description: 'Station "AAA"',
          startSequence: 0n,
          endSequence: 0x4d6n,
          streams: [
            {
              sourceId: 'FDSN:XX_AAA__H_H_E',
              format: '',
              subformat: 'D',
              startTime: Date.UTC(2026, 10, 22, 10, 31, 2) * 1000 + 98_300,
              endTime: Date.UTC(2026, 10, 22, 10, 47, 53) * 1000 + 798_300,
              gaps: [],
            },
          ],
        },
      ],
    })
  })

  it('reads the decimal numbers of ringserver', () => {
    expect(parseInfo('xml', RINGSERVER).stations[0]?.endSequence).toBe(5118n)
  })

  it('reads the JSON of v4', () => {
    const stream = { id: '00_H_H_E', format: '2', subformat: 'D', start_time: '2026-11-22T10:31:02.098286Z' }
    const text = JSON.stringify({
      software: 's',
      organization: 'o',
      capability: ['TIME'],
      filter: { native: 'as it is', 3: 'miniSEED 3' },
      connections: { client: [{ host: 'h', authenticated: false, transmit_packets: 7, station: ['XX_AAA'] }] },
      station: [{ id: 'XX_AAA', description: 'd', start_seq: 1, end_seq: 9, stream: [stream] }],
    })
    expect(parseInfo('json', text)).toEqual({
      software: 's',
      organisation: 'o',
      capabilities: ['TIME'],
      filters: new Map([
        ['3', 'miniSEED 3'],
        ['native', 'as it is'],
      ]),
      connections: [{ host: 'h', authenticated: false, transmit_packets: 7 }],
      stations: [
        {
          stationId: 'XX_AAA',
          description: 'd',
          startSequence: 1n,
          endSequence: 9n,
          streams: [
            {
              sourceId: 'FDSN:XX_AAA_00_H_H_E',
              format: '2',
              subformat: 'D',
              startTime: Date.UTC(2026, 10, 22, 10, 31, 2) * 1000 + 98_286,
              gaps: [],
            },
          ],
        },
      ],
    })
  })

  it('reads gaps and connections of v3', () => {
    const gap =
      '<gap begin_time="2026/11/22 10:31:02.0000" end_time="2026/11/22 10:31:05.5000"/><gap begin_time="?" end_time="?"/>'
    const stream = `<stream location="00" seedname="HHZ" type="D">${gap}</stream>`
    const connection = '<connection host="127.0.0.1" port="47012" realtime="yes"/>'
    const { stations, connections } = parseInfo(
      'xml',
      `<seedlink software="s"><station name="A" network="XX">${stream}${connection}</station></seedlink>`,
    )
    const from = Date.UTC(2026, 10, 22, 10, 31, 2) * 1000
    expect(stations[0]?.streams[0]?.gaps).toEqual([{ from, to: from + 3_500_000 }])
    expect(connections).toEqual([{ host: '127.0.0.1', port: '47012', realtime: 'yes' }])
  })

  it('gives the reason of a refusal', () => {
    const text = '{"software":"s","error":{"code":"UNAUTHORIZED","message":"not allowed"}}'
    expect(parseInfo('json', text, true).error).toBe('UNAUTHORIZED not allowed')
    expect(parseInfo('xml', '<seedlink software="s"/>', true).error).toBe('the server refuses this level')
  })

  it('refuses what it cannot read', () => {
    expect(() => parseInfo('json', '{')).toThrow(SeedlinkProtocolError)
    expect(() => parseInfo('xml', '<seedlink><station></seedlink>')).toThrow(SeedlinkProtocolError)
  })

  it('never throws anything else, whatever the text', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(SEISCOMP, RINGSERVER).chain((xml) => fc.nat(xml.length).map((end) => xml.slice(0, end))),
    )
    fc.assert(
      fc.property(noise, fc.constantFrom('xml', 'json'), (text, format) => {
        try {
          parseInfo(format as 'xml' | 'json', text)
        } catch (error) {
          expect(error).toBeInstanceOf(SeedlinkProtocolError)
        }
      }),
      { numRuns: 500, seed: 3 },
    )
  })
})

describe('the XML reader', () => {
  it('skips declarations, comments and text, and resolves entities', () => {
    expect(readXml(`<?xml version="1.0"?><!-- <x> --><a b='1 &lt; &#50;'>text<c/></a>`)).toEqual({
      name: 'a',
      attributes: { b: '1 < 2' },
      children: [{ name: 'c', attributes: {}, children: [] }],
    })
  })

  it('does not take a > inside an attribute for the end', () => {
    expect(readXml('<a b="x > y"/>')).toEqual({ name: 'a', attributes: { b: 'x > y' }, children: [] })
  })

  it('takes no longer for a hostile text than for any other of its length', () => {
    const length = 2_000_000
    for (const word of ['<!--', '<!', '<?', '<a b="', '<a ', "<a b='>", '<', 'a', '&']) {
      expect(readXml(word.repeat(length / word.length))).toBeUndefined()
      expect(readXml(`<a ${word.repeat(1000)}><`)).toBeUndefined()
    }
  })

  it('has no root for what does not close', () => {
    expect(readXml('<a><b></a>')).toBeUndefined()
    expect(readXml('</a>')).toBeUndefined()
    expect(readXml('')).toBeUndefined()
  })
})
