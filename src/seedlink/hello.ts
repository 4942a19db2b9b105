import type { ProtocolVersion } from './sequence.ts'

/** What a server says of itself in the two lines that answer `HELLO`. */
export interface Greeting {
  /** The text in brackets, such as `RingServer/4.5.3`, or the whole first line. */
  readonly software: string
  /** Second line; may be empty, or wrong when asked in the middle of a handshake. */
  readonly organisation: string
  /** True when the server offers `SLPROTO:4.…`. The number after `SeedLink v` is not the protocol version. */
  readonly hasV4: boolean
  /** Tokens after `::`, such as `CAP`. */
  readonly capabilities: readonly string[]
  /** Which rules of resume apply. */
  readonly serverKind: ServerKind
}

/** `ringserver` counts over its whole ring and takes times as a fallback; everyone else counts per station. */
export type ServerKind = 'ringserver' | 'other'

/** By which rules a server is spoken to. */
export interface ServerRules {
  readonly protocol: ProtocolVersion
  readonly serverKind: ServerKind
}

/** @returns undefined when the line is no SeedLink greeting */
export function parseGreeting(firstLine: string, organisation: string): Greeting | undefined {
  const match = /^SeedLink\s+v\S*\s*(.*)$/i.exec(firstLine)
  if (!match) return undefined
  const [about = '', tokens = ''] = (match[1] ?? '').split('::')
  const capabilities = tokens.split(/\s+/).filter((token) => token !== '')
  return {
    software: /\((.*)\)/.exec(about)?.[1] ?? firstLine,
    organisation,
    hasV4: capabilities.some((token) => /^SLPROTO:4\./i.test(token)),
    capabilities,
    serverKind: /ringserver/i.test(about) ? 'ringserver' : 'other',
  }
}
