import { type MonoTypeOperatorFunction, tap } from 'rxjs'
import { type Micros, nanosToMicros, sampleOffsetNanos } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'

/** @param latencySeconds arrival minus the time of the last sample; undefined for archives */
export type OnLatency = (record: TraceRecord, endTime: Micros, latencySeconds: number | undefined) => void

/** Reports each record's latency; changes nothing. */
export function measureLatency(onLatency: OnLatency): MonoTypeOperatorFunction<TraceRecord> {
  return tap((record) => {
    const endTime = nanosToMicros(record.startTime + sampleOffsetNanos(record.samples.length - 1, record.sampleRate))
    onLatency(record, endTime, record.receivedAt === undefined ? undefined : (record.receivedAt - endTime) / 1e6)
  })
}
