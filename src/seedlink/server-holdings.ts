import type { SourceId } from '../domain/source-id.ts'
import type { Micros, Nanos } from '../domain/time.ts'

/** What the server has, as INFO shows it and STATION is checked against. */
export interface StationHolding {
  /** `NET_STA`. */
  readonly stationId: string
  /** Numbers of its first and last record. */
  readonly firstSequence: number
  readonly lastSequence: number
  readonly streams: readonly StreamHolding[]
}

export interface StreamHolding {
  readonly sourceId: SourceId
  /** v4 format and subformat: `2D`. */
  readonly format: string
  readonly startTime: Nanos
  readonly endTime: Nanos
  /** What is missing between the two, oldest first; only the first of very many. */
  readonly gaps: readonly HoldingGap[]
}

/** From the last sample before to the first one after. */
export interface HoldingGap {
  readonly startTime: Nanos
  readonly endTime: Nanos
}

/** One client, as INFO CONNECTIONS shows it. */
export interface ConnectionFacts {
  readonly host: string
  readonly port: number
  readonly connectedAt: Micros
  readonly protocol: 3 | 4
  readonly userAgent: string
  readonly isStreaming: boolean
  readonly sentPackets: number
  readonly sentBytes: number
}
