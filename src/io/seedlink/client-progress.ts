import type { SourceId, StationId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import { ChannelEnds, type SkippedBacklog } from '../../seedlink/channel-ends.ts'
import type { ServerKind } from '../../seedlink/hello.ts'
import type { PacketPiece } from '../../seedlink/packet-splitter.ts'
import { headerNextTime, headerTime } from '../../seedlink/record-header.ts'
import { type Position, ResumePositions } from '../../seedlink/resume-positions.ts'
import type { SelectedChannel } from '../../seedlink/selected-channels.ts'
import type { WindowWatch } from './client-window.ts'

/** What a packet means for how far a link has come. */
export interface PacketNote {
  readonly position: Position
  /** First of its entry of `stations` on this connection. */
  readonly isFirst: boolean
  /** False for a packet wholly behind the time window. */
  readonly isWanted: boolean
  readonly skipped: SkippedBacklog | undefined
}

/** How far a link has come: numbers for the server, sample times for ourselves. */
export class LinkProgress {
  readonly positions: ResumePositions
  readonly ends: ChannelEnds
  readonly #heard = new Set<string>()

  constructor(resume: Iterable<readonly [StationId, Position]>, channelEnds: Iterable<readonly [SourceId, Micros]>) {
    this.positions = new ResumePositions(resume)
    this.ends = new ChannelEnds(channelEnds)
  }

  beginConnection(): void {
    this.#heard.clear()
    this.ends.beginConnection()
  }

  note(
    { bytes, sequence, protocol }: PacketPiece,
    { stationId, sourceId, selection }: SelectedChannel,
    serverKind: ServerKind,
    window: WindowWatch | undefined,
  ): PacketNote {
    const start = headerTime(bytes)
    const position = start === undefined ? { sequence, protocol, serverKind } : { sequence, time: start, protocol, serverKind }
    this.positions.record(stationId, position)
    const isFirst = !this.#heard.has(selection.station)
    if (isFirst) this.#heard.add(selection.station)
    if (start === undefined) return { position, isFirst, isWanted: true, skipped: undefined }
    const next = headerNextTime(bytes) ?? start
    if (window) return { position, isFirst, isWanted: window.note(sourceId, stationId, start, next), skipped: undefined }
    return { position, isFirst, isWanted: true, skipped: this.ends.note(sourceId, start, next) }
  }
}
