import { miniseed2 } from './seedlink-records.ts'
import type { ScriptedPacket } from './seedlink-server.ts'

/** First packet's start, µs: number 0; each lasts a second. */
export const PACKETS_START = Date.UTC(2026, 0, 1) * 1000

/** One packet per second, the start time told by the sequence. */
export function packetsOf(station: string, first: number, last: number, channel = 'HHZ'): ScriptedPacket[] {
  const [network = '', code = ''] = station.split('_')
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const sequence = first + index
    const startTime = PACKETS_START + sequence * 1_000_000
    return { station, sequence, record: miniseed2({ network, station: code, channel, startTime, fill: sequence % 256 }) }
  })
}

/** In the order of their times. */
export function merged(...lists: readonly ScriptedPacket[][]): ScriptedPacket[] {
  return lists.flat().sort((a, b) => a.sequence - b.sequence)
}
