import type { StationId } from '../domain/source-id.ts'
import { formatMicros, parseIsoMicros } from '../domain/time.ts'
import type { Position } from './resume-positions.ts'
import { MAX_SEQUENCE_V3 } from './sequence.ts'

/**
 * The state file of libslink (slinktool, slarchive, SeisComP's plugins), to take a station's position along from them and back:
 *
 * ```
 * #V2 StationID  Sequence  [Timestamp]
 * IU_ANMO 123456 2026-11-22T10:00:00.000000Z
 * GE_APE UNSET
 * ```
 *
 * and the older form `NET STA <decimal|-1> [Y,M,D,h,m,s]` without a heading. The file does not say which protocol a number
 * belongs to: one above FFFFFF can only be v4's.
 */
const HEADING = '#V2 StationID  Sequence  [Timestamp]'

/** @returns the positions, and the lines that are none */
export function parseStateFile(text: string): { positions: Map<StationId, Position>; invalid: string[] } {
  const positions = new Map<StationId, Position>()
  const invalid: string[] = []
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const isV2 = lines.some((line) => /^#V2\b/.test(line))
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    const entry = isV2 ? entryV2(line) : entryV1(line)
    if (entry === undefined) invalid.push(line)
    else if (entry.position) positions.set(entry.station as StationId, entry.position)
  }
  return { positions, invalid }
}

/** The file's text; stations in order of their names. */
export function formatStateFile(positions: ReadonlyMap<StationId, Position>): string {
  const lines = [...positions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([station, { sequence, time }]) => `${station} ${sequence}${time === undefined ? '' : ` ${formatMicros(time)}`}`)
  return `${[HEADING, ...lines].join('\n')}\n`
}

interface Entry {
  readonly station: string
  /** Undefined: known, never heard. */
  readonly position: Position | undefined
}

function entryV2(line: string): Entry | undefined {
  const [station = '', sequence = '', time, ...rest] = line.split(/\s+/)
  if (!/^[^_\s]+_[^_\s]+$/.test(station) || rest.length > 0) return undefined
  return entryOf(station, sequence === 'UNSET' ? '-1' : sequence, time)
}

function entryV1(line: string): Entry | undefined {
  const [network = '', code = '', sequence = '', time, ...rest] = line.split(/\s+/)
  if (rest.length > 0) return undefined
  return entryOf(`${network}_${code}`, sequence, time && isoOfCommas(time))
}

function entryOf(station: string, sequence: string, timeText: string | undefined): Entry | undefined {
  if (sequence === '-1') return { station, position: undefined }
  if (!/^\d{1,20}$/.test(sequence)) return undefined
  const time = timeText === undefined ? undefined : parseIsoMicros(timeText)
  if (timeText !== undefined && time === undefined) return undefined
  const number = BigInt(sequence)
  return {
    station,
    position: {
      sequence: number,
      ...(time !== undefined && { time }),
      ...(number > MAX_SEQUENCE_V3 && { protocol: 4 as const }),
    },
  }
}

/** `2026,11,22,9,46,11` */
function isoOfCommas(text: string): string {
  const [year = '', ...rest] = text.split(',')
  const [month = '', day = '', hour = '0', minute = '0', second = '0'] = rest.map((part) => part.padStart(2, '0'))
  return `${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute.padStart(2, '0')}:${second.padStart(2, '0')}Z`
}
