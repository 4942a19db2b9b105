import type { Micros } from '../../domain/time.ts'

/** What the connection to one server is doing. Every state says since when, and why where there is a reason. */
export type LinkState =
  | { readonly kind: 'connecting'; readonly since: Micros; readonly attempt: number }
  | { readonly kind: 'handshaking'; readonly since: Micros; readonly software: string; readonly protocol: 3 | 4 }
  | { readonly kind: 'streaming'; readonly since: Micros; readonly software: string; readonly protocol: 3 | 4 }
  /** Nothing came for a while and a keepalive has no answer yet. */
  | { readonly kind: 'stalled'; readonly since: Micros; readonly reason: string }
  /** The link was lost; the next try comes at `until`. */
  | { readonly kind: 'waiting'; readonly since: Micros; readonly until: Micros; readonly reason: string }
  /** The server refuses us or every station; the next try comes at `until`. */
  | { readonly kind: 'rejected'; readonly since: Micros; readonly until: Micros; readonly reason: string }
  /** The server said that nothing more will come; asked again at `until`. */
  | { readonly kind: 'ended'; readonly since: Micros; readonly until?: Micros }
  | { readonly kind: 'closed'; readonly since: Micros; readonly reason?: string }

/** What one entry of `stations` is doing on this server. */
export type StationState =
  /** Not asked for yet; the state of the link tells the rest. */
  | { readonly kind: 'pending'; readonly since: Micros }
  /** The server took the request; no packet yet on this connection. Some servers also take what they never heard of. */
  | { readonly kind: 'accepted'; readonly since: Micros }
  | { readonly kind: 'streaming'; readonly since: Micros }
  /** With the server's text; tried again at the next connection. */
  | { readonly kind: 'rejected'; readonly since: Micros; readonly reason: string }

export type StateChange =
  | { readonly scope: 'link'; readonly state: LinkState }
  | { readonly scope: 'station'; readonly station: string; readonly state: StationState }
