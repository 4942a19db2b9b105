import { formatMicros, type Micros } from '../domain/time.ts'
import type { ServerKind } from './hello.ts'
import type { Position } from './resume-positions.ts'
import { type StationSelection, selectorsV3, selectorsV4 } from './selection.ts'
import { formatSequence, nextSequence, type ProtocolVersion } from './sequence.ts'

/** SeedLink 4.0: a command line has at most 255 bytes, its end included. */
const MAX_COMMAND_BYTES = 255 - 2
const MICROS_PER_WHOLE_SECOND = 1_000_000

/** A past time span instead of the live stream. */
export interface TimeSpan {
  readonly start: Micros
  readonly end?: Micros
}

/** `fetch`: the server sends what it has, says END and is done; `stream`: it goes on with what comes. */
export type RequestMode = 'stream' | 'fetch'

export interface ServerRules {
  readonly protocol: ProtocolVersion
  readonly serverKind: ServerKind
}

/** `STATION`: code and network apart in v3, one pattern in v4. */
export function stationCommand(station: string, protocol: ProtocolVersion): string {
  if (protocol === 4) return `STATION ${station}`
  const [network = '', code = ''] = station.split('_')
  return `STATION ${code} ${network}`
}

/** `SELECT` lines: one pattern each in v3, as many as fit a line in v4. None: everything. */
export function selectCommands(selection: StationSelection, { protocol, serverKind }: ServerRules): string[] {
  if (protocol === 3) return selectorsV3(selection, serverKind).map((selector) => `SELECT ${selector}`)
  const lines: string[] = []
  for (const selector of selectorsV4(selection)) {
    const last = lines.length - 1
    const longer = `${lines[last]} ${selector}`
    if (last >= 0 && longer.length <= MAX_COMMAND_BYTES) lines[last] = longer
    else lines.push(`SELECT ${selector}`)
  }
  return lines
}

/**
 * `DATA` with the number after the last processed one. The time goes along only to ringserver, where it is the fallback for
 * a ring that has forgotten the number; SeisComP would filter by it for the rest of the session and lose late data.
 */
export function dataCommand(
  position: Position | undefined,
  { protocol, serverKind }: ServerRules,
  mode: RequestMode = 'stream',
): string {
  // v4 says so once, with ENDFETCH.
  const verb = mode === 'fetch' && protocol === 3 ? 'FETCH' : 'DATA'
  if (position === undefined) return verb
  const sequence = formatSequence(nextSequence(position.sequence, protocol), protocol)
  if (serverKind !== 'ringserver' || position.time === undefined) return `${verb} ${sequence}`
  return `${verb} ${sequence} ${commandTime(position.time, protocol)}`
}

/** The request for a past time span, in place of `DATA`. */
export function timeCommand({ start, end }: TimeSpan, protocol: ProtocolVersion): string {
  const times = [start, ...(end === undefined ? [] : [end])].map((time) => commandTime(time, protocol)).join(' ')
  return protocol === 4 ? `DATA ALL ${times}` : `TIME ${times}`
}

/** Whole seconds: `2026,11,22,9,46,11` in v3, ISO 8601 in v4. */
function commandTime(time: Micros, protocol: ProtocolVersion): string {
  const iso = formatMicros(Math.floor(time / MICROS_PER_WHOLE_SECOND) * MICROS_PER_WHOLE_SECOND).slice(0, 19)
  return protocol === 4 ? `${iso}Z` : iso.split(/[-T:]/).map(Number).join(',')
}
