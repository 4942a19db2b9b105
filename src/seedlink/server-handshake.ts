import type { Command } from './server-command.ts'
import type { Pattern } from './server-glob.ts'
import type { ErrorReply } from './server-reply.ts'
import type { StreamRequest } from './server-subscription.ts'

/** What a handshake makes of one command; undefined: the command is none of the dialect's. */
export type HandshakeStep =
  | { readonly kind: 'ok' }
  | ErrorReply
  /** The handshake is over; its last command gets no reply. */
  | { readonly kind: 'stream'; readonly request: StreamRequest }

/** STATION, SELECT, DATA and their relatives, in one of the two dialects. */
export interface Handshake {
  step(command: Command): HandshakeStep | undefined
}

/** Stations that one client may ask for, as many as ringserver takes. */
export const MAX_SUBSCRIPTIONS = 10_000

export const OK: HandshakeStep = { kind: 'ok' }

/** Whether any station held here matches the pattern. */
export type KnowsStation = (pattern: Pattern) => boolean
