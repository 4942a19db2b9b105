import { formatMicros, formatNanos, type Micros, microsToNanos } from '../domain/time.ts'
import { glob } from './server-glob.ts'
import type { ConnectionFacts, StationHolding, StreamHolding } from './server-holdings.ts'
import { V3_SEQUENCE_MODULUS } from './server-packet.ts'
import { streamNameOf } from './server-selector.ts'
import { formatV3Time } from './server-time.ts'

/** What all INFO documents are made from. */
export interface ServerFacts {
  readonly software: string
  readonly organisation: string
  readonly startedAt: Micros
  readonly stations: readonly StationHolding[]
  readonly connections: readonly ConnectionFacts[]
}

/** Text of an INFO answer; `isError` when the level is not offered. */
export interface InfoDocument {
  readonly text: string
  readonly isError: boolean
}

const V3_CAPABILITIES = ['dialup', 'multistation', 'window-extraction']
const V3_LEVELS = ['ID', 'CAPABILITIES', 'STATIONS', 'STREAMS', 'GAPS', 'CONNECTIONS', 'ALL']
const V4_CAPABILITIES = ['SLPROTO:4.0', 'SLPROTO:3.1', 'TIME', 'SEQWILDCARD']

/** Who asks. */
export interface InfoAccess {
  /** Streaming takes AUTH. */
  readonly needsPassword: boolean
  /** May see who is connected. */
  readonly isTrusted: boolean
}

const OPEN_TO_ALL: InfoAccess = { needsPassword: false, isTrusted: true }

/** v3: XML. A level that is not offered gives the document of ID, marked as an error, as SeisComP answers. */
export function infoXml(level: string, facts: ServerFacts, { isTrusted } = OPEN_TO_ALL): InfoDocument {
  const { software, organisation, startedAt } = facts
  const root = { software, organization: organisation, started: formatV3Time(microsToNanos(startedAt)) }
  const isOffered = V3_LEVELS.includes(level) && (isTrusted || !showsClients(level))
  const text = `<?xml version="1.0"?>\n${element('seedlink', root, isOffered ? xmlBody(level, facts) : '')}\n`
  return { text, isError: !isOffered }
}

function showsClients(level: string): boolean {
  return level === 'CONNECTIONS' || level === 'ALL'
}

function xmlBody(level: string, facts: ServerFacts): string {
  switch (level) {
    case 'CAPABILITIES':
      return capabilitiesXml()
    case 'STATIONS':
      return facts.stations.map((station) => stationXml(station, '')).join('')
    case 'STREAMS':
      return facts.stations
        .map((station) => stationXml(station, station.streams.map((stream) => streamXml(stream, '')).join('')))
        .join('')
    case 'GAPS':
      return gapsXml(facts)
    case 'CONNECTIONS':
      return facts.connections.map(connectionXml).join('')
    case 'ALL':
      return `${capabilitiesXml()}${gapsXml(facts)}${facts.connections.map(connectionXml).join('')}`
    default:
      return ''
  }
}

function capabilitiesXml(): string {
  return [...V3_CAPABILITIES, ...V3_LEVELS.map((name) => `info:${name.toLowerCase()}`)]
    .map((name) => element('capability', { name }))
    .join('')
}

function gapsXml(facts: ServerFacts): string {
  return facts.stations
    .map((station) => stationXml(station, station.streams.map((stream) => streamXml(stream, streamGapsXml(stream))).join('')))
    .join('')
}

function streamGapsXml({ gaps }: StreamHolding): string {
  return gaps
    .map(({ startTime, endTime }) => element('gap', { begin_time: formatV3Time(startTime), end_time: formatV3Time(endTime) }))
    .join('')
}

function stationXml(station: StationHolding, body: string): string {
  const [network = '', name = ''] = station.stationId.split('_')
  const attributes = {
    name,
    network,
    description: `Station ${station.stationId}`,
    begin_seq: hexadecimal(station.firstSequence),
    end_seq: hexadecimal(station.lastSequence + 1),
    stream_check: 'enabled',
  }
  return element('station', attributes, body)
}

function streamXml(stream: StreamHolding, body: string): string {
  const [location = '', seedname = ''] = streamNameOf(stream.sourceId, stream.format).channel.split(' ')
  const attributes = {
    location: location.replaceAll('-', ''),
    seedname,
    type: stream.format.slice(1),
    begin_time: formatV3Time(stream.startTime),
    end_time: formatV3Time(stream.endTime),
    begin_recno: '0',
    end_recno: '0',
    gap_check: 'enabled',
    gap_treshold: '1',
  }
  return element('stream', attributes, body)
}

/** A client as ringserver shows it: slinktool looks for connections inside stations, and for all these attributes. */
function connectionXml(connection: ConnectionFacts): string {
  const attributes = {
    host: connection.host,
    port: String(connection.port),
    ctime: formatV3Time(microsToNanos(connection.connectedAt)),
    begin_seq: '0',
    current_seq: '0',
    sequence_gaps: '0',
    txcount: String(connection.sentPackets),
    totBytes: String(connection.sentBytes),
    begin_seq_valid: 'no',
    realtime: 'yes',
    end_of_data: 'no',
  }
  const client = { name: 'CLIENT', network: 'SL', description: connection.userAgent || 'SeedLink client' }
  const station = { ...client, begin_seq: '0', end_seq: '0', stream_check: 'enabled' }
  return element('station', station, element('connection', attributes))
}

function element(name: string, attributes: Record<string, string>, body = ''): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('')
  return body === '' ? `<${name}${list}/>` : `<${name}${list}>${body}</${name}>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function hexadecimal(sequence: number): string {
  return (sequence % V3_SEQUENCE_MODULUS).toString(16).toUpperCase().padStart(6, '0')
}

/**
 * v4: JSON (SeedLink 4.0 § INFO).
 *
 * @param args item, then optional station and stream patterns
 */
export function infoJson(args: readonly string[], facts: ServerFacts, access = OPEN_TO_ALL): InfoDocument {
  const head = { software: facts.software, organization: facts.organisation }
  const body = jsonBody(args, facts, access)
  return { text: JSON.stringify({ ...head, ...body }), isError: 'error' in body }
}

function jsonBody(
  [item = '', stationPattern = '*', streamPattern = '*']: readonly string[],
  facts: ServerFacts,
  { needsPassword, isTrusted }: InfoAccess,
): object {
  switch (item.toUpperCase()) {
    case 'ID':
      return { server_start: formatMicros(facts.startedAt) }
    case 'CAPABILITIES':
      return { capability: needsPassword ? [...V4_CAPABILITIES, 'AUTH:USERPASS'] : V4_CAPABILITIES }
    case 'FORMATS':
      return { format: FORMATS, filter: FILTERS }
    case 'STATIONS':
      return { station: matchingStations(facts, stationPattern).map((station) => stationJson(station)) }
    case 'STREAMS':
      return { station: matchingStations(facts, stationPattern).map((station) => stationJson(station, streamPattern)) }
    case 'CONNECTIONS':
      if (!isTrusted) return { error: { code: 'UNAUTHORIZED', message: 'INFO CONNECTIONS takes authentication' } }
      return { connections: { client_count: facts.connections.length, client: facts.connections.map(connectionJson) } }
    case '':
      return { error: { code: 'ARGUMENTS', message: 'INFO takes an item' } }
    default:
      return { error: { code: 'ARGUMENTS', message: `unknown INFO item ${item}` } }
  }
}

const FORMATS = {
  2: { mimetype: 'application/vnd.fdsn.mseed', subformat: { D: 'data', L: 'log' } },
  3: { mimetype: 'application/vnd.fdsn.mseed3', subformat: { D: 'data', L: 'log' } },
}

const FILTERS = { native: 'records as they are in the archive', 3: 'miniSEED 2 as miniSEED 3, where possible' }

function matchingStations(facts: ServerFacts, pattern: string): StationHolding[] {
  const stations = glob(pattern)
  return facts.stations.filter(({ stationId }) => stations.test(stationId))
}

function stationJson(station: StationHolding, streamPattern?: string): object {
  const head = {
    id: station.stationId,
    description: `Station ${station.stationId}`,
    start_seq: station.firstSequence,
    end_seq: station.lastSequence + 1,
  }
  return streamPattern === undefined ? head : { ...head, stream: streamsJson(station.streams, streamPattern) }
}

function streamsJson(streams: readonly StreamHolding[], pattern: string): object[] {
  const [stream = '*', format = '*'] = pattern.split('.')
  const streamIds = glob(stream)
  const formats = glob(`${format}*`)
  return streams
    .map((holding) => ({ holding, id: streamNameOf(holding.sourceId, holding.format).streamId }))
    .filter(({ holding, id }) => streamIds.test(id) && formats.test(holding.format))
    .map(({ holding, id }) => ({
      id,
      format: holding.format.slice(0, 1),
      subformat: holding.format.slice(1),
      start_time: formatNanos(holding.startTime),
      end_time: formatNanos(holding.endTime),
    }))
}

function connectionJson(connection: ConnectionFacts): object {
  return {
    host: connection.host,
    ip_address: connection.host,
    client_port: String(connection.port),
    type: 'SeedLink',
    client_id: connection.userAgent,
    protocol_version: connection.protocol === 4 ? '4.0' : '3.1',
    connect_time: formatMicros(connection.connectedAt),
    transmit_packets: connection.sentPackets,
    transmit_bytes: connection.sentBytes,
  }
}
