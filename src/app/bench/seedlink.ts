import { decodeRecord, detectRecordLength, SampleScratch } from '../../miniseed/index.ts'
import { ClientSession, type SessionOutput } from '../../seedlink/client-session.ts'
import { ResumePositions } from '../../seedlink/resume-positions.ts'
import { parseSelections } from '../../seedlink/selection.ts'
import type { ProtocolVersion } from '../../seedlink/sequence.ts'
import { frameV3, frameV4 } from '../../seedlink/server-packet.ts'
import { endlessPackets } from './endless-packets.ts'

export interface SeedlinkSpeed {
  readonly name: string
  readonly packetsPerSecond: number
}

const STATIONS = 100
/** What one read of a busy socket gives, bytes. */
const CHUNK_BYTES = 65_536
const MEASURED_MILLIS = 1000
const GREETING = 'SeedLink v4.0 (bench/1) :: SLPROTO:4.0 SLPROTO:3.1\r\nbench\r\n'

/** Ten minutes of a hundred stations, as a connection delivers them: split, assigned to their stations and decoded; one thread. */
export function benchSeedlink(): SeedlinkSpeed[] {
  return [
    { name: 'v3, split and decoded', packetsPerSecond: speed(3) },
    { name: 'v4, split and decoded', packetsPerSecond: speed(4) },
  ]
}

function speed(protocol: ProtocolVersion): number {
  const chunks = chunksOf(protocol)
  receiveAll(protocol, chunks)
  let packets = 0
  let millis = 0
  const start = performance.now()
  do {
    packets += receiveAll(protocol, chunks)
    millis = performance.now() - start
  } while (millis < MEASURED_MILLIS)
  return (packets / millis) * 1000
}

/** One connection from HELLO to the last packet. */
function receiveAll(protocol: ProtocolVersion, chunks: readonly Uint8Array[]): number {
  const scratch = new SampleScratch()
  const replies: string[] = []
  let packets = 0
  const { selections } = parseSelections(Array.from({ length: STATIONS }, (_, index) => `XX_${stationCode(index)}_00_HH`))
  const session = new ClientSession(
    {
      selections,
      positions: new ResumePositions(),
      recordLength: (bytes) => detectRecordLength(bytes),
      userAgent: 'bench/1',
      highestProtocol: protocol,
    },
    (output: SessionOutput) => {
      if (output.kind === 'send') replies.push(answerTo(output.text))
      else if (output.kind === 'packet') {
        decodeRecord(output.piece.bytes, scratch)
        packets += 1
      }
    },
  )
  session.start()
  for (let reply = replies.shift(); reply !== undefined; reply = replies.shift()) session.receive(new TextEncoder().encode(reply))
  for (const chunk of chunks) session.receive(chunk)
  return packets
}

function answerTo(commands: string): string {
  const lines = commands.split('\r\n').filter((line) => line !== '')
  return lines.map((line) => (line === 'HELLO' ? GREETING : line.startsWith('END') ? '' : 'OK\r\n')).join('')
}

function chunksOf(protocol: ProtocolVersion): Uint8Array[] {
  const parts: Uint8Array[] = []
  let sequence = 0
  for (const { bytes } of endlessPackets(STATIONS, 1 / 6)) {
    sequence += 1
    parts.push(protocol === 3 ? frameV3(sequence, bytes) : frameV4('2D', sequence, '', bytes))
  }
  const stream = new Uint8Array(Buffer.concat(parts))
  return Array.from({ length: Math.ceil(stream.length / CHUNK_BYTES) }, (_, index) =>
    stream.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  )
}

function stationCode(index: number): string {
  return `S${String(index).padStart(3, '0')}`
}
