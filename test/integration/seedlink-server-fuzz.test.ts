import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Playback } from '../../src/io/seedlink/server-playback.ts'
import { PacketStream } from '../../src/io/seedlink/server-stream.ts'
import { ascii } from '../../src/seedlink/server-packet.ts'
import { ServerSession } from '../../src/seedlink/server-session.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'
import { syntheticNetwork } from '../helpers/memory-source.ts'

const network = syntheticNetwork(20)

const argument = fc.oneof(
  fc.constantFrom(
    'AAA',
    'XX',
    'XX_AAA',
    '*',
    'X?_*',
    'HHZ',
    '!HHN',
    '00_H_H_Z',
    '!*_H_H_?.2D',
    'ALL',
    '0x1f',
    'FFFFFF',
    '1000000',
  ),
  fc.constantFrom(
    '2024,3,1,0,0,5',
    '2024-03-01T00:00:10Z',
    '9999,12,31,23,59,59',
    '0001-01-01T00:00:00Z',
    'ID',
    'STREAMS',
    '4.0',
  ),
  fc.nat({ max: 200 }).map(String),
  fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String),
  fc.string({ maxLength: 6 }),
)
const verb = fc.constantFrom(
  ...['HELLO', 'SLPROTO', 'USERAGENT', 'CAPABILITIES', 'BATCH', 'CAT', 'INFO', 'AUTH', 'FOO', 'BYE'],
  ...['STATION', 'STATION', 'SELECT', 'SELECT', 'DATA', 'DATA', 'FETCH', 'TIME', 'END', 'END', 'ENDFETCH'],
)
const line = fc
  .tuple(verb, fc.array(argument, { maxLength: 4 }), fc.constantFrom('\r', '\n', '\r\n'))
  .map(([command, args, end]) => `${command} ${args.join(' ')}${end}`)

it('survives every conversation, and what it promises to send it sends', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 14 }),
      fc.boolean(),
      fc.constantFrom(1, 50, Number.POSITIVE_INFINITY),
      (lines, isLoop, speed) => {
        const clock = new ManualAlarmClock(1_700_000_000_000_000)
        const playback = new Playback(network, { speed, isNow: isLoop, isLoop, clock })
        const session = new ServerSession({
          now: () => clock.now(),
          knowsStation: (pattern) => playback.knowsStation(pattern),
          facts: () => ({ software: 's', organisation: 'o', startedAt: 0, stations: playback.stations(), connections: [] }),
        })
        for (const output of session.receive(ascii(lines.join('')))) {
          if (output.kind !== 'stream') continue
          const stream = new PacketStream(playback, output.request, () => {})
          let last = -1
          for (let steps = 0; steps < 300; steps += 1) {
            const step = stream.next()
            if (step.kind === 'end') break
            if (step.kind === 'wait') {
              expect(step.until).toBeGreaterThanOrEqual(clock.now())
              clock.advance(step.until - clock.now())
              continue
            }
            for (const packet of step.packets) {
              const sequence = sequenceOf(packet, output.request.protocol)
              expect(sequence).toBeGreaterThan(last)
              last = sequence
            }
          }
          stream.close()
        }
      },
    ),
    { seed: 11, numRuns: 1500 },
  )
})

function sequenceOf(packet: Uint8Array, protocol: 3 | 4): number {
  if (protocol === 3) return Number.parseInt(String.fromCharCode(...packet.subarray(2, 8)), 16)
  return Number(new DataView(packet.buffer, packet.byteOffset).getBigUint64(8, true))
}
