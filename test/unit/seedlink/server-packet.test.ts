import { describe, expect, it } from 'vitest'
import { type Nanos, parseIsoNanos } from '../../../src/domain/time.ts'
import { decodeRecord } from '../../../src/miniseed/index.ts'
import { frameV3, frameV3Info, frameV4 } from '../../../src/seedlink/server-packet.ts'

const TIME = parseIsoNanos('2024-12-31T23:59:58.7654Z') as Nanos

describe('frameV3', () => {
  it.each([
    [1, 'SL000001'],
    [0xabcdef, 'SLABCDEF'],
    [2 ** 24, 'SL000000'],
    [2 ** 24 + 10, 'SL00000A'],
  ])('writes number %d as %s', (sequence, header) => {
    const packet = frameV3(sequence, new Uint8Array(512).fill(7))
    expect(String.fromCharCode(...packet.subarray(0, 8))).toBe(header)
    expect(packet.subarray(8)).toEqual(new Uint8Array(512).fill(7))
  })
})

describe('frameV4', () => {
  it('writes signature, format, length, sequence, station and payload, little-endian', () => {
    const packet = frameV4('2D', 0x0102030405, 'XX_AAA', Uint8Array.of(9, 8, 7))
    expect([...packet]).toEqual(
      [...'SE2D']
        .map((c) => c.charCodeAt(0))
        .concat(
          [3, 0, 0, 0, 5, 4, 3, 2, 1, 0, 0, 0, 6],
          [...'XX_AAA'].map((c) => c.charCodeAt(0)),
          [9, 8, 7],
        ),
    )
  })
})

describe('frameV3Info', () => {
  it.each([0, 1, 448, 449, 2000])('carries %d characters in text records behind SLINFO', (length) => {
    const text = 'x'.repeat(length)
    const bytes = frameV3Info(text, false, TIME)
    expect(bytes.length % 520).toBe(0)
    const packets = Array.from({ length: bytes.length / 520 }, (_, index) => bytes.subarray(index * 520, (index + 1) * 520))
    const heads = packets.map((packet) => String.fromCharCode(...packet.subarray(0, 8)))
    expect(heads).toEqual([...heads.slice(1).map(() => 'SLINFO *'), 'SLINFO  '])
    const records = packets.map((packet) => decodeRecord(packet.slice(8)))
    expect(records.map((record) => record.text).join('')).toBe(text)
    expect(records[0]?.header).toMatchObject({ sourceId: 'FDSN:_SLINF__I_N_F', startTime: TIME })
  })
})
