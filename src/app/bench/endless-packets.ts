import type { Packet } from '../../domain/packet.ts'
import type { SourceId } from '../../domain/source-id.ts'
import type { Nanos } from '../../domain/time.ts'
import { encodeRecords, parseHeader, shiftRecordTimeInPlace } from '../../miniseed/index.ts'
import { buildScenario } from '../synth/build-scenario.ts'
import { stationRecord } from '../synth/station-record.ts'

/** Station code in a miniSEED 2 header: bytes 8 to 12. */
const STATION_OFFSET = 8
const BLOCK_SECONDS = 600

interface BlockRecord {
  readonly bytes: Uint8Array
  readonly endTime: Nanos
}

/**
 * Packets of any number of stations for any time, in data-time order, without files or growing memory: ten synthetic minutes of
 * one 100 Hz station over and over, with the times moved on and the station renamed S000, S001, …
 */
export function* endlessPackets(stations: number, hours: number): Generator<Packet> {
  const block = tenMinutes()
  const blocks = Math.round((hours * 3600) / BLOCK_SECONDS)
  let sequence = 0n
  for (let index = 0; index < blocks; index++) {
    const shift = BigInt(index * BLOCK_SECONDS) * 1_000_000_000n
    for (const { bytes } of block) {
      for (let station = 0; station < stations; station++) {
        const copy = bytes.slice()
        rename(copy, `S${String(station).padStart(3, '0')}`)
        shiftRecordTimeInPlace(copy, shift)
        yield { bytes: copy, origin: 'bench', sequence: sequence++ }
      }
    }
  }
}

/** Records of the three channels in order of their end; the block continues itself when it is moved by its length. */
function tenMinutes(): BlockRecord[] {
  const scenario = buildScenario({
    stations: 1,
    minutes: BLOCK_SECONDS / 60,
    sampleRates: [100],
    eventsPerHour: 12,
    hasGlitches: false,
  })
  const station = scenario.stations[0]
  if (!station) throw new TypeError('bench: expected a station')
  const channels = new Map<SourceId, { startTime: Nanos; parts: Int32Array[] }>()
  for (const { sourceId, startTime, samples } of stationRecord(scenario, station)) {
    const channel = channels.get(sourceId) ?? { startTime, parts: [] }
    channel.parts.push(samples)
    channels.set(sourceId, channel)
  }
  return [...channels]
    .flatMap(([sourceId, { startTime, parts }]) =>
      encodeRecords(sourceId, startTime, 100, exactly(BLOCK_SECONDS * 100, parts)).map((bytes) => {
        const header = parseHeader(bytes)
        return { bytes, endTime: header.startTime + BigInt(header.sampleCount) * 10_000_000n }
      }),
    )
    .sort((a, b) => (a.endTime < b.endTime ? -1 : 1))
}

function exactly(count: number, parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(count)
  let position = 0
  for (const part of parts) {
    whole.set(part.subarray(0, count - position), position)
    position = Math.min(count, position + part.length)
  }
  return whole
}

function rename(bytes: Uint8Array, code: string): void {
  for (let i = 0; i < 5; i++) bytes[STATION_OFFSET + i] = code.charCodeAt(i) || 0x20
}
