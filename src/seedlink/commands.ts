import { formatMicros, type Micros } from '../domain/time.ts'
import type { ServerKind, ServerRules } from './hello.ts'
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

/**
 * What a v4 server is to make of its records on the way: `native` nothing, `3` miniSEED 3. ringserver 4.5.3 damages uncompressed
 * data when it converts, so there it is never asked to.
 */
export type PacketFilter = 'native' | '3'

/** `STATION`: code and network apart in v3, one pattern in v4. */
export function stationCommand(station: string, protocol: ProtocolVersion): string {
  if (protocol === 4) return `STATION ${station}`
  const [network = '', code = ''] = station.split('_')
  return `STATION ${code} ${network}`
}

/** `SELECT` lines: one pattern each in v3, as many as fit a line in v4. None: everything, as it is. */
export function selectCommands(
  selection: StationSelection,
  { protocol, serverKind }: ServerRules,
  filter: PacketFilter = 'native',
): string[] {
  if (protocol === 3) return selectorsV3(selection, serverKind).map((selector) => `SELECT ${selector}`)
  const lines: string[] = []
  for (const selector of filteredSelectors(selection, serverKind, filter)) {
    const last = lines.length - 1
    const longer = `${lines[last]} ${selector}`
    if (last >= 0 && longer.length <= MAX_COMMAND_BYTES) lines[last] = longer
    else lines.push(`SELECT ${selector}`)
  }
  return lines
}

function filteredSelectors(selection: StationSelection, serverKind: ServerKind, filter: PacketFilter): string[] {
  const selectors = selectorsV4(selection)
  if (filter === 'native' || serverKind === 'ringserver') return selectors
  return (selectors.length > 0 ? selectors : ['*']).map((selector) => `${selector}:${filter}`)
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
  const times = `${commandTime(start, protocol)}${end === undefined ? '' : ` ${commandTime(wholeSecondAfter(end), protocol)}`}`
  return protocol === 4 ? `DATA ALL ${times}` : `TIME ${times}`
}

/**
 * The rest of a time span of which packets have come already: by number, so that nothing comes twice. v3 cannot bound a number
 * by a time; the client then stops at the end by itself.
 */
export function restOfSpanCommand(span: TimeSpan, position: Position, rules: ServerRules, mode: RequestMode = 'stream'): string {
  if (rules.protocol === 3 || span.end === undefined) return dataCommand(position, rules, mode)
  // For ringserver the time must be that of the packet before the number.
  const start = rules.serverKind === 'ringserver' ? (position.time ?? span.start) : span.start
  const next = formatSequence(nextSequence(position.sequence, 4), 4)
  return `DATA ${next} ${commandTime(start, 4)} ${commandTime(wholeSecondAfter(span.end), 4)}`
}

/** Commands carry whole seconds; an end is rounded up, so that the last fraction of a second is not cut off. */
function wholeSecondAfter(time: Micros): Micros {
  return Math.ceil(time / MICROS_PER_WHOLE_SECOND) * MICROS_PER_WHOLE_SECOND
}

/** Whole seconds: `2026,11,22,9,46,11` in v3, ISO 8601 in v4. */
function commandTime(time: Micros, protocol: ProtocolVersion): string {
  const iso = formatMicros(Math.floor(time / MICROS_PER_WHOLE_SECOND) * MICROS_PER_WHOLE_SECOND).slice(0, 19)
  return protocol === 4 ? `${iso}Z` : iso.split(/[-T:]/).map(Number).join(',')
}
