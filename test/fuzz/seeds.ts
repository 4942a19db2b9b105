/** Whole, valid inputs to begin with: without them no coverage finds its way through a checksum or a Steim frame. All self-made. */
import { encodeText } from '../../src/miniseed/encode.ts'
import { ENCODING } from '../../src/miniseed/encoding.ts'
import { nanos, oneRecord, SOURCE, swell } from '../helpers/miniseed-records.ts'
import { infoV3, joined, miniseed2, miniseed3, packetV3, packetV4, text } from '../helpers/seedlink-records.ts'

const records: readonly Uint8Array[] = [
  oneRecord({ recordLength: 256 }),
  oneRecord({ encoding: ENCODING.steim1, byteOrder: 'little' }),
  oneRecord({ formatVersion: 3 }),
  oneRecord({ encoding: ENCODING.int16, recordLength: 128 }, swell(20)),
  oneRecord({ encoding: ENCODING.int32, byteOrder: 'little', recordLength: 256 }, swell(20)),
  oneRecord({ formatVersion: 3, encoding: ENCODING.float32 }, swell(20)),
  oneRecord({ encoding: ENCODING.float64, recordLength: 256 }, swell(10)),
  encodeText(SOURCE, nanos('2024-03-01T00:00:00Z'), 'all is well'),
  miniseed2(),
  miniseed3(),
]

const XML =
  '<?xml version="1.0"?><seedlink software="SeedLink v3.3" organization="a &amp; b" started="2026/11/22 09:46:11.3637">' +
  '<capability name="multistation"/><station name="AAA" network="XX" description="d" begin_seq="00001A" end_seq="0000FF" stream_check="enabled">' +
  '<stream location="00" seedname="HHZ" type="D" begin_time="2026/11/22 09:46:11" end_time="2026/11/22 09:47:11"/></station></seedlink>'
const JSON_INFO =
  '{"software":"s","organization":"o","capability":["SLPROTO:4.0"],"station":[{"id":"XX_AAA","description":"d","start_seq":1,"end_seq":9,' +
  '"stream":[{"id":"00_H_H_Z","format":"2","subformat":"D","start_time":"2026-11-22T09:46:11Z","end_time":"2026-11-22T09:47:11Z"}]}]}'

const handshakeV3 = text(`SeedLink v3.3 (2024.020)\r\nx\r\n${'OK\r\n'.repeat(9)}`)
const handshakeV4 = text(`SeedLink v4.0 (r/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP\r\nr\r\n${'OK\r\n'.repeat(12)}`)
const streamV3 = joined(packetV3(0x1a, miniseed2()), infoV3(XML), packetV3(0x1b, miniseed3()), text('END'))
const streamV4 = joined(packetV4(26n, 'XX_AAA', miniseed2()), packetV4(27n, '', miniseed3()), text('END'))

/** Inputs by target, as `targets.ts` reads them: most begin with a byte of options. */
export const seeds: Readonly<Record<string, readonly Uint8Array[]>> = {
  'miniseed-record': records,
  'miniseed-stream': [behind([5], ...records.slice(0, 4)), behind([0x83], text('junk'), ...records.slice(4))],
  steim: records.slice(0, 3).map((record, index) => behind([index === 1 ? 0 : 1, 0, 0, 90], record.subarray(64))),
  'packet-splitter': [
    behind([0], handshakeV3, streamV3),
    behind([0], handshakeV4, streamV4),
    behind([1], streamV3),
    behind([0x81], streamV4),
  ],
  'client-session': [
    behind([0], handshakeV4, streamV4),
    behind([1], handshakeV3, streamV3),
    behind([5], text('SeedLink v3.3\r\nx\r\n'), infoV3(XML)),
  ],
  'server-session': [
    behind([3], text('HELLO\r\nSTATION AAA XX\r\nSELECT 00HHZ.D\r\nDATA 0x1a 2020,1,2,3,4,5\r\nEND\r\nINFO STREAMS\r\nBYE\r\n')),
    behind(
      [0x83],
      text('HELLO\rSLPROTO 4.0\rUSERAGENT a/1\rSTATION XX_*\rSELECT !00_H_H_Z:3 *\rDATA ALL 2020-01-01T00:00:00Z\rENDFETCH\r'),
    ),
    behind([9], text('HELLO\nCAPABILITIES EXTREPLY\nBATCH\nSTATION * *\nTIME 2020,1,2,3,4,5 2021,1,2,3,4,5\nEND\n')),
  ],
  info: [behind([0], text(XML)), behind([1], text(JSON_INFO))],
}

function behind(options: readonly number[], ...parts: readonly Uint8Array[]): Uint8Array {
  return joined(Uint8Array.from(options), ...parts)
}
