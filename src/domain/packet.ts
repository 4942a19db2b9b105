import type { StationId } from './source-id.ts'
import type { Micros } from './time.ts'

/** One record as it came from a server or an archive: the unit of transport, sequence numbers and resume. */
export interface Packet {
  /** Exactly one miniSEED record (any version); valid only until the next packet of the same source unless copied. */
  readonly bytes: Uint8Array
  /** `seedlink://host:port` or the file's path. */
  readonly origin: string
  /** As announced by the protocol (v4) or undefined (v3, files): the record itself says. */
  readonly stationId?: StationId
  /** Server sequence number, or byte offset in a file. */
  readonly sequence: bigint
  /** When it arrived (injected clock); for archives undefined, so that nothing depends on it. */
  readonly receivedAt?: Micros
}
