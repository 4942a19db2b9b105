import type { SourceId, StationId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { SkippedBacklog } from '../../seedlink/channel-ends.ts'
import type { WindowOutcome } from '../../seedlink/window-progress.ts'

/** What one connection to a server is doing. Every state says since when, and why where there is a reason. */
export type LinkState =
  | { readonly kind: 'connecting'; readonly since: Micros; readonly attempt: number }
  | { readonly kind: 'handshaking'; readonly since: Micros; readonly software: string; readonly protocol: 3 | 4 }
  | { readonly kind: 'streaming'; readonly since: Micros; readonly software: string; readonly protocol: 3 | 4 }
  /** Nothing came for a while and a keepalive has no answer yet. */
  | { readonly kind: 'stalled'; readonly since: Micros; readonly reason: string }
  /** The link was lost (or is not yet due); try number `attempt` comes at `until`. */
  | {
      readonly kind: 'waiting'
      readonly since: Micros
      readonly until: Micros
      readonly attempt: number
      readonly reason: string
    }
  /** The server refuses us or every station; the next try comes at `until`. */
  | { readonly kind: 'rejected'; readonly since: Micros; readonly until: Micros; readonly reason: string }
  /** The server refuses the credentials, or wants some; tried again at `until`, which is far away. */
  | { readonly kind: 'unauthorised'; readonly since: Micros; readonly until: Micros; readonly reason: string }
  /** Nothing more will come, as the server said or as a time window shows by itself; a live stream is asked again at `until`. */
  | { readonly kind: 'ended'; readonly since: Micros; readonly until?: Micros; readonly outcome: WindowOutcome }
  | { readonly kind: 'closed'; readonly since: Micros; readonly reason?: string }

/** A station streams, but nothing came of these entries of `stations` in the first minutes. */
export interface UnheardEntries {
  /** As `XX_AAA_00_HH`. */
  readonly entries: readonly string[]
  /** What the server has of the station instead, as far as it tells. */
  readonly reason: string
}

/** What one entry of `stations` is doing on this server. */
export type StationState =
  /** Not asked for yet; the state of the link tells the rest. */
  | { readonly kind: 'pending'; readonly since: Micros }
  /** Asked for in a way that has no answer (`BATCH`, uni-station); only a packet will tell. */
  | { readonly kind: 'requested'; readonly since: Micros }
  /** The server took the request; no packet yet on this connection. Some servers also take what they never heard of. */
  | { readonly kind: 'accepted'; readonly since: Micros }
  | { readonly kind: 'streaming'; readonly since: Micros; readonly unheard?: UnheardEntries }
  /** Taken or asked for, and never heard since; the reason says whether the server lists it, and what it has of it instead. */
  | { readonly kind: 'unheard'; readonly since: Micros; readonly reason: string }
  /** A pattern whose stations were found by INFO, because the server knows no wildcards; each has a state of its own. */
  | { readonly kind: 'expanded'; readonly since: Micros; readonly stations: number }
  /** With the server's text; tried again at the next connection. */
  | { readonly kind: 'rejected'; readonly since: Micros; readonly reason: string }

export type StateChange =
  /** `link` counts the connections to this server from 0; there are several only above `stationsPerConnection`. */
  | { readonly scope: 'link'; readonly link: number; readonly state: LinkState }
  | { readonly scope: 'station'; readonly station: string; readonly state: StationState }

/** A resume that lost something: fetch it by time window where the server still has it. */
export interface BacklogSkipped extends SkippedBacklog {
  readonly stationId: StationId
  readonly sourceId: SourceId
}

/** What needs attention first, first. */
const URGENCY: readonly LinkState['kind'][] = [
  'unauthorised',
  'rejected',
  'stalled',
  'waiting',
  'connecting',
  'handshaking',
  'streaming',
  'ended',
  'closed',
]

/** The state of a server with several connections: that of the one in most trouble. */
export function worstOf(states: readonly LinkState[]): LinkState | undefined {
  return [...states].sort((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind))[0]
}
