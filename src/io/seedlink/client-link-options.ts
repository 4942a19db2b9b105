import type { SourceId, StationId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { SkippedBacklog } from '../../seedlink/channel-ends.ts'
import type { PacketPiece } from '../../seedlink/packet-splitter.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import type { SelectedChannel } from '../../seedlink/selected-channels.ts'
import type { StationSelection } from '../../seedlink/selection.ts'
import type { ServerAddress } from './client-address.ts'
import type { SeedlinkClientOptions } from './client-options.ts'
import type { LinkState, StationState } from './client-state.ts'
import type { ClientTimings, Timers } from './client-timings.ts'

export interface LinkOptions {
  /** Of the client: what is asked for and how. */
  readonly client: SeedlinkClientOptions
  readonly address: ServerAddress
  readonly timings: ClientTimings
  readonly timers: Timers
  readonly selections: readonly StationSelection[]
  readonly resume: Iterable<readonly [StationId, Position]>
  readonly channelEnds: Iterable<readonly [SourceId, Micros]>
  readonly onConnect: () => void
  readonly onPacket: (piece: PacketPiece, channel: SelectedChannel, position: Position) => void
  readonly onUnselected: () => void
  readonly onSkipped: (skipped: SkippedBacklog, stationId: StationId) => void
  readonly onState: (state: LinkState) => void
  readonly onStation: (station: string, state: StationState) => void
  /** The server knows no wildcards; the link stands still until it is told what to do instead. */
  readonly onWildcards: () => void
  readonly onProblem: (code: string, message: string) => void
}
