import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeedlinkProtocolError } from '../../../src/domain/errors.ts'
import { MAX_LINE_BYTES, MAX_PAYLOAD_BYTES } from '../../../src/seedlink/packet-splitter.ts'
import { cut, infoV3, joined, miniseed2, miniseed3, packetV3, packetV4, text } from '../../helpers/seedlink-records.ts'
import { kept, split, splitter } from '../../helpers/seedlink-splitting.ts'

const XML = `<?xml version="1.0"?><seedlink software="x">${'<station name="AAA"/>'.repeat(60)}</seedlink>`

/** One of everything a server can send, in an order that no server would. */
const EVERYTHING = joined(
  text('SeedLink v4.0 (x) :: SLPROTO:4.0\r\nEND of the world, SLdom\r\n'),
  text('OK\r\n'),
  text('ERROR\rARGUMENTS no such station\r\n'),
  packetV3(0xffffff, miniseed2({ fill: 0x45 })),
  packetV3(0, miniseed2({ length: 128 })),
  packetV3(1, miniseed3()),
  infoV3(XML, 64),
  infoV3(XML, 56),
  packetV3(2, miniseed2({ length: 4096 })),
  text('ERROR\r\n'),
  packetV4(2n ** 63n + 1n, 'XX_AAA', miniseed3()),
  packetV4(7n, '', miniseed2()),
  packetV4(0n, '', text('{"software":"x"}'), 'JI'),
  packetV4(0n, '', text('{"error":{}}'), 'JE'),
  text('END'),
)

describe('the packet splitter', () => {
  it('tells lines, errors, packets, INFO and END apart', () => {
    const pieces = split([EVERYTHING])
    expect(pieces.map(({ kind }) => kind).join(' ')).toBe(
      `line line line error packet packet packet ${'info '.repeat(6)}packet error packet packet info info end`,
    )
    expect(pieces.slice(0, 4)).toEqual([
      { kind: 'line', text: 'SeedLink v4.0 (x) :: SLPROTO:4.0' },
      { kind: 'line', text: 'END of the world, SLdom' },
      { kind: 'line', text: 'OK' },
      { kind: 'error', text: 'ERROR ARGUMENTS no such station' },
    ])
    const packets = pieces.filter(({ kind }) => kind === 'packet')
    expect(packets.map(({ sequence }) => sequence)).toEqual([0xffffffn, 0n, 1n, 2n, 2n ** 63n + 1n, 7n])
    expect(packets.map(({ bytes }) => String(bytes).length / 2)).toEqual([512, 128, 160, 4096, 160, 512])
    expect(packets.map(({ format }) => format)).toEqual(['', '', '', '', '3D', '2D'])
    expect(packets.map(({ station }) => station)).toEqual(['', '', '', '', 'XX_AAA', ''])
  })

  it('reads the text of INFO answers at both data offsets in use', () => {
    for (const dataOffset of [56, 64] as const) {
      let all = ''
      splitter().push(infoV3(XML, dataOffset), (piece) => {
        if (piece.kind === 'info') all += new TextDecoder().decode(piece.bytes)
      })
      expect(all).toBe(XML)
    }
  })

  it('marks refused INFO levels', () => {
    expect(split([infoV3('<seedlink/>', 64, 'ERR')])).toMatchObject([{ kind: 'info', isLast: true, isError: true }])
    expect(split([packetV4(0n, '', text('{}'), 'JE')])).toMatchObject([{ kind: 'info', format: 'json', isError: true }])
  })

  it('gives equal pieces byte by byte, in sevens and at any cuts', () => {
    const expected = split([EVERYTHING])
    expect(split(cut(EVERYTHING, [1]))).toEqual(expected)
    expect(split(cut(EVERYTHING, [7]))).toEqual(expected)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        expect(split(cut(EVERYTHING, lengths))).toEqual(expected)
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('takes 512 bytes where a v3 record does not tell its length', () => {
    const bytes = joined(packetV3(1, miniseed2({ hasBlockette1000: false })), packetV3(2, miniseed2()))
    expect(split(cut(bytes, [100]))).toMatchObject([{ sequence: 1n }, { sequence: 2n }])
  })

  it('names what is no record', () => {
    expect(() => split([packetV3(1, new Uint8Array(512).fill(0x2a))])).toThrow(
      'SeedLink v3 packet: expected a miniSEED record, got "********" (byte 0 of the connection)',
    )
  })

  it('refuses a v3 header that is none', () => {
    expect(() => split([packetV3('00G000', miniseed2())])).toThrow(SeedlinkProtocolError)
  })

  it('refuses a length field of 4 GiB at once, without holding anything for it', () => {
    const header = packetV4(1n, 'XX_AAA', miniseed2()).slice(0, 17)
    new DataView(header.buffer).setUint32(4, 0xffffffff, true)
    expect(() => split([header])).toThrow(`expected a payload of at most ${MAX_PAYLOAD_BYTES} bytes, got 4294967295 bytes`)
  })

  it('refuses a miniSEED 3 record of 4 GiB in a v3 packet', () => {
    const record = miniseed3()
    new DataView(record.buffer).setUint32(36, 0xffffff00, true)
    expect(() => split([packetV3(1, record)])).toThrow(SeedlinkProtocolError)
  })

  it('refuses an endless line, however slowly it comes', () => {
    const target = splitter()
    const drip = (): void => {
      for (let count = 0; count <= MAX_LINE_BYTES; count++) target.push(text('x'), () => {})
    }
    expect(drip).toThrow(`expected a line of at most ${MAX_LINE_BYTES} bytes`)
    expect(target.heldCapacity).toBeLessThan(64 * 1024)
  })

  it('takes text only as ERROR once packets flow', () => {
    expect(split([text('ERROR AUTH required\r\n')], true)).toEqual([{ kind: 'error', text: 'ERROR AUTH required' }])
    expect(() => split([text('OK\r\n')], true)).toThrow('expected SL, SE, END or ERROR, got "OK\\r\\n"')
  })

  it('says where in the connection it lost its place, with expected and got', () => {
    try {
      split([joined(packetV4(1n, 'XX_AAA', miniseed2()), Uint8Array.of(1, 2, 3))], true)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        code: 'SEEDLINK_PROTOCOL',
        context: { expected: 'SL, SE, END or ERROR', got: '"\\u0001\\u0002\\u0003"', byteOffset: 535 },
      })
    }
  })

  describe.each([1, 7, 5000])('when a v3 record gives a wrong length (pieces of %i bytes)', (size) => {
    const pieces = (...parts: Uint8Array[]) => split(cut(joined(...parts), [size]), true)
    const summary = (piece: ReturnType<typeof pieces>[number]) =>
      piece.kind === 'packet' ? Number(piece.sequence) : piece.kind === 'skipped' ? `${piece.length} bytes` : piece.kind

    it('finds the next packet behind a length that is too short', () => {
      const found = pieces(
        packetV3(1, miniseed2()),
        packetV3(2, withLength(miniseed2(), 7)),
        packetV3(3, miniseed2()),
        text('END'),
      )
      expect(found.map(summary)).toEqual([1, 2, '384 bytes', 3, 'end'])
    })

    it('does not let a length that is too long swallow the packets behind', () => {
      const more = [3, 4, 5, 6].map((sequence) => packetV3(sequence, miniseed2()))
      const found = pieces(packetV3(1, miniseed2()), packetV3(2, withLength(miniseed2(), 11)), ...more, text('END'))
      expect(found.map(summary)).toEqual([1, 2, 3, 4, 5, 6, 'end'])
    })

    it('takes records that really are longer or shorter than usual', () => {
      const found = pieces(
        packetV3(1, padded(withLength(miniseed2(), 11), 2048)),
        packetV3(2, withLength(miniseed2(), 7).subarray(0, 128)),
        packetV3(3, miniseed2()),
        text('END'),
      )
      expect(found.map(summary)).toEqual([1, 2, 3, 'end'])
    })

    it('gives up when no packet follows within 64 KiB', () => {
      expect(() => pieces(packetV3(1, miniseed2()), new Uint8Array(70_000))).toThrow(SeedlinkProtocolError)
    })
  })

  it('never does anything but split or refuse, whatever the bytes, and holds little', () => {
    const start = fc.constantFrom('', 'SL000001', 'SLINFO *', 'SE2D', 'END', 'ERROR', 'SeedLink v\r\n').map((word) => text(word))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(start, fc.uint8Array({ maxLength: 200 })), { maxLength: 8 }),
        fc.boolean(),
        (parts, isStreaming) => {
          const target = splitter()
          target.isStreaming = isStreaming
          try {
            for (const chunk of parts) target.push(joined(...chunk), kept)
          } catch (error) {
            expect(error).toBeInstanceOf(SeedlinkProtocolError)
          }
          expect(target.heldCapacity).toBeLessThan(64 * 1024)
        },
      ),
      { numRuns: 2000, seed: 2 },
    )
  })

  it('gives the memory of an unusually large packet back', () => {
    const target = splitter()
    const large = packetV4(1n, '', new Uint8Array(4_000_000), 'JI')
    for (const chunk of cut(large, [65_536])) target.push(chunk, () => {})
    target.push(text('OK'), () => {})
    expect(target.heldCapacity).toBeLessThan(64 * 1024)
  })
})

/** The record with another exponent in its blockette 1000. */
function withLength(record: Uint8Array, exponent: number): Uint8Array {
  const blockette1000 = new DataView(record.buffer, record.byteOffset).getUint16(46)
  const changed = record.slice()
  changed[blockette1000 + 6] = exponent
  return changed
}

function padded(record: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length)
  longer.set(record)
  return longer
}
