import type { OperatorFunction } from 'rxjs'
import { MonitorError } from '../domain/errors.ts'
import type { Packet } from '../domain/packet.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { SourceId } from '../domain/source-id.ts'
import type { TraceRecord } from '../domain/trace.ts'
import { decodeRecord, SampleScratch, toTraceRecord } from '../miniseed/index.ts'
import { stage } from './stage.ts'

/**
 * Packets → records with samples. Text, event and header-only records are passed over; a record that cannot be decoded becomes a
 * Problem and the stream goes on. All records share the memory of their samples (`TraceRecord.samples`).
 *
 * @param isAccepted false drops the record; it is asked before the samples are used
 */
export function decodeMiniseed(
  isAccepted: (sourceId: SourceId) => boolean,
  onProblem: OnProblem,
): OperatorFunction<Packet, TraceRecord> {
  return stage(() => {
    const scratch = new SampleScratch()
    return {
      push(packet, emit) {
        const record = decode(packet, scratch, onProblem)
        if (record !== undefined && isOfItsStation(record, packet, onProblem) && isAccepted(record.sourceId)) emit(record)
      },
    }
  })
}

function decode(packet: Packet, scratch: SampleScratch, onProblem: OnProblem): TraceRecord | undefined {
  try {
    return toTraceRecord(decodeRecord(packet.bytes, scratch), packet.receivedAt)
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    const { sourceId } = error.context
    onProblem({
      code: error.code,
      message: error.message,
      where: placeOf(packet),
      ...(typeof sourceId === 'string' ? { sourceId: asAnnounced(sourceId, packet) } : {}),
    })
    return undefined
  }
}

/** miniSEED 2 has no checksum: a damaged header may name another station, and only the packet tells. */
function isOfItsStation({ sourceId }: TraceRecord, packet: Packet, onProblem: OnProblem): boolean {
  const announced = asAnnounced(sourceId, packet)
  if (announced === sourceId) return true
  onProblem({
    code: 'STATION_MISMATCH',
    message: `packet of ${packet.stationId}: expected a record of this station, got one of ${sourceId}; its header is damaged, it is dropped`,
    where: placeOf(packet),
    sourceId: announced,
  })
  return false
}

/** The channel that the packet was sent for. */
function asAnnounced(sourceId: string, { stationId }: Packet): string {
  if (stationId === undefined || sourceId.startsWith(`FDSN:${stationId}_`)) return sourceId
  return `FDSN:${stationId}_${sourceId.split('_').slice(2).join('_')}`
}

function placeOf({ origin, receivedAt, sequence }: Packet): string {
  return `${origin} ${receivedAt === undefined ? 'byte' : 'sequence'} ${sequence}`
}
