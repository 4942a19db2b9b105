import { SeedlinkProtocolError } from '../domain/errors.ts'
import { formatSourceId, type SourceId, type StationId } from '../domain/source-id.ts'
import { type Micros, parseIsoMicros } from '../domain/time.ts'
import { readXml, type XmlElement } from './xml-reader.ts'

/** What can be asked; a server may refuse the deeper levels. */
export type InfoLevel = 'ID' | 'CAPABILITIES' | 'FORMATS' | 'STATIONS' | 'STREAMS' | 'CONNECTIONS' | 'GAPS' | 'ALL'

/** An answer to INFO, of v3 (XML) or v4 (JSON). Lists are empty where the level has none. */
export interface ServerInfo {
  readonly software: string
  readonly organisation: string
  /** Why the server refuses the level. */
  readonly error?: string
  readonly capabilities: readonly string[]
  readonly stations: readonly StationInfo[]
  /** v4: what `filter` of SELECT may say, with the server's description. */
  readonly filters: ReadonlyMap<string, string>
  /** Who is connected: facts by the server's own names. */
  readonly connections: readonly ConnectionInfo[]
}

export type ConnectionInfo = Readonly<Record<string, string | number | boolean>>

export interface StationInfo {
  readonly stationId: StationId
  readonly description: string
  /** Oldest packet in the server's buffer. */
  readonly startSequence?: bigint
  /** v4: one past the newest packet; v3: as the server counts. */
  readonly endSequence?: bigint
  readonly streams: readonly StreamInfo[]
}

export interface StreamInfo {
  readonly sourceId: SourceId
  /** `2` or `3` in v4, empty in v3. */
  readonly format: string
  /** `D` data, `E` events, `C` calibration, `T` timing, `L` log, `O` opaque. */
  readonly subformat: string
  readonly startTime?: Micros
  readonly endTime?: Micros
  /** Level GAPS of v3. */
  readonly gaps: readonly { readonly from: Micros; readonly to: Micros }[]
}

/**
 * Reads an INFO answer.
 *
 * @throws {SeedlinkProtocolError} when the text is not what INFO answers look like
 */
export function parseInfo(format: 'xml' | 'json', text: string, isError = false): ServerInfo {
  const info = format === 'json' ? parseJsonInfo(text) : parseXmlInfo(text)
  return isError && info.error === undefined ? { ...info, error: 'the server refuses this level' } : info
}

function parseXmlInfo(text: string): ServerInfo {
  const root = readXml(text)
  if (root?.name !== 'seedlink') throw notInfo('XML with a root element seedlink', text)
  const software = root.attributes.software ?? ''
  // SeisComP counts in hexadecimal, ringserver in decimal.
  const prefix = /ringserver/i.test(software) ? '' : '0x'
  return {
    software,
    organisation: root.attributes.organization ?? '',
    capabilities: childrenOf(root, 'capability').map(({ attributes }) => attributes.name ?? ''),
    filters: new Map(),
    connections: childrenOf(root, 'station')
      .flatMap((station) => childrenOf(station, 'connection'))
      .map(({ attributes }) => attributes),
    stations: childrenOf(root, 'station').map((station) => {
      const { name = '', network = '', description = '', begin_seq, end_seq } = station.attributes
      return {
        stationId: `${network}_${name}` as StationId,
        description,
        ...optional('startSequence', sequenceOf(begin_seq, prefix)),
        ...optional('endSequence', sequenceOf(end_seq, prefix)),
        streams: childrenOf(station, 'stream').map((stream) => streamOfXml(network, name, stream)),
      }
    }),
  }
}

function streamOfXml(network: string, station: string, stream: XmlElement): StreamInfo {
  const { attributes } = stream
  const { location = '', seedname = '', type = 'D', begin_time, end_time } = attributes
  const [band = '', source = '', ...rest] = seedname
  return {
    sourceId: formatSourceId({ network, station, location: location.trim(), band, source, subsource: rest.join('') }),
    format: '',
    subformat: type,
    ...optional('startTime', timeOf(begin_time)),
    ...optional('endTime', timeOf(end_time)),
    gaps: childrenOf(stream, 'gap').flatMap(({ attributes: gap }) => {
      const from = timeOf(gap.begin_time)
      const to = timeOf(gap.end_time)
      return from === undefined || to === undefined ? [] : [{ from, to }]
    }),
  }
}

function parseJsonInfo(text: string): ServerInfo {
  const root = parseJson(text)
  if (!isObject(root)) throw notInfo('a JSON object', text)
  const error = root.error
  return {
    software: textOf(root.software),
    organisation: textOf(root.organization),
    ...(isObject(error) && { error: `${textOf(error.code)} ${textOf(error.message)}`.trim() }),
    capabilities: listOf(root.capability).map(textOf),
    stations: listOf(root.station).filter(isObject).map(stationOfJson),
    filters: new Map(Object.entries(isObject(root.filter) ? root.filter : {}).map(([name, text]) => [name, textOf(text)])),
    connections: listOf(isObject(root.connections) ? root.connections.client : undefined)
      .filter(isObject)
      .map(factsOf),
  }
}

function stationOfJson(station: JsonObject): StationInfo {
  const stationId = textOf(station.id)
  return {
    stationId: stationId as StationId,
    description: textOf(station.description),
    ...optional('startSequence', sequenceOf(station.start_seq)),
    ...optional('endSequence', sequenceOf(station.end_seq)),
    streams: listOf(station.stream)
      .filter(isObject)
      .map((stream) => ({
        sourceId: `FDSN:${stationId}_${textOf(stream.id)}` as SourceId,
        format: textOf(stream.format),
        subformat: textOf(stream.subformat),
        ...optional('startTime', timeOf(stream.start_time)),
        ...optional('endTime', timeOf(stream.end_time)),
        gaps: [],
      })),
  }
}

/** Without what is nested. */
function factsOf(object: JsonObject): ConnectionInfo {
  const isFact = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => isFact(value))) as ConnectionInfo
}

type JsonObject = Readonly<Record<string, unknown>>

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notInfo('JSON', text, cause)
  }
}

function notInfo(expected: string, text: string, cause?: unknown): SeedlinkProtocolError {
  const got = JSON.stringify(text.slice(0, 60))
  return new SeedlinkProtocolError(`SeedLink INFO: expected ${expected}, got ${got}`, { expected, got }, cause)
}

/** SeisComP writes `2026/11/22 09:46:11.3637`, everyone else ISO 8601. */
function timeOf(text: unknown): Micros | undefined {
  return typeof text === 'string' ? parseIsoMicros(text.replaceAll('/', '-')) : undefined
}

function sequenceOf(value: unknown, prefix = ''): bigint | undefined {
  const text = typeof value === 'number' && value >= 0 ? value.toFixed(0) : typeof value === 'string' ? `${prefix}${value}` : ''
  return /^(?:\d+|0x[0-9a-fA-F]+)$/.test(text) ? BigInt(text) : undefined
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value })
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
