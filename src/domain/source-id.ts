/**
 * The identities of the field, each a branded string with one parser.
 *
 * | type | example | names |
 * |---|---|---|
 * | `SourceId` | `FDSN:IU_ANMO_00_B_H_Z` | one channel (FDSN Source Identifiers 1.0) |
 * | `Nslc` | `IU.ANMO.00.BHZ` | the same channel in SEED 2 codes |
 * | `StationId` | `IU_ANMO` | a station (SeedLink v4 station id) |
 * | `InstrumentId` | `IU_ANMO_00_BH` | the three components of one sensor at one rate |
 */

export type SourceId = string & { readonly __brand: 'SourceId' }
export type Nslc = string & { readonly __brand: 'Nslc' }
export type StationId = string & { readonly __brand: 'StationId' }
export type InstrumentId = string & { readonly __brand: 'InstrumentId' }

export interface SourceCodes {
  readonly network: string
  readonly station: string
  readonly location: string
  readonly band: string
  readonly source: string
  /** Last code: orientation for seismometers (Z, N, E, 1, 2, …). */
  readonly subsource: string
}

const SOURCE_ID =
  /^(?:FDSN:)?([A-Za-z0-9]{0,8})_([A-Za-z0-9-]{0,8})_([A-Za-z0-9-]{0,8})_([A-Za-z0-9]*)_([A-Za-z0-9]*)_([A-Za-z0-9]*)$/
const INSTRUMENT_ID = /^([A-Za-z0-9]{1,8})_([A-Za-z0-9-]{1,8})_([A-Za-z0-9-]{0,8})_([A-Za-z0-9]+(?:_[A-Za-z0-9]+)?)$/
const STATION_ID = /^([A-Za-z0-9]{1,8})_([A-Za-z0-9-]{1,8})$/

/** @returns undefined when the text is no FDSN channel identifier */
export function parseSourceId(text: string): SourceCodes | undefined {
  const match = SOURCE_ID.exec(text)
  if (!match) return undefined
  const [, network = '', station = '', location = '', band = '', source = '', subsource = ''] = match
  return { network, station, location, band, source, subsource }
}

export function formatSourceId(codes: SourceCodes): SourceId {
  const { network, station, location, band, source, subsource } = codes
  return `FDSN:${network}_${station}_${location}_${band}_${source}_${subsource}` as SourceId
}

/** SEED 2 header codes → source id. A channel code that is not three characters keeps its characters as far as they go. */
export function sourceIdFromNslc(network: string, station: string, location: string, channel: string): SourceId {
  const [band = '', source = '', ...rest] = channel.trim()
  return formatSourceId({
    network: network.trim(),
    station: station.trim(),
    location: location.trim(),
    band,
    source,
    subsource: rest.join(''),
  })
}

/** Source id → `NET.STA.LOC.CHA`; band, source and subsource are joined as SEED 2 does. */
export function nslcFromSourceId(sourceId: SourceId): Nslc {
  const { network, station, location, band, source, subsource } = codesOf(sourceId)
  return `${network}.${station}.${location}.${band}${source}${subsource}` as Nslc
}

export function stationIdOf(sourceId: SourceId): StationId {
  const { network, station } = codesOf(sourceId)
  return `${network}_${station}` as StationId
}

/** `NET_STA_LOC_BS`; `NET_STA_LOC_B_S` when band or source has more than one character. HH and HN at one location differ. */
export function instrumentIdOf(sourceId: SourceId): InstrumentId {
  const { network, station, location, band, source } = codesOf(sourceId)
  const sensor = band.length <= 1 && source.length <= 1 ? `${band}${source}` : `${band}_${source}`
  return `${network}_${station}_${location}_${sensor}` as InstrumentId
}

/** `instrumentIdOf` that remembers: parsing an id for every record would cost more than what is done with it. */
export function rememberingInstrumentIds(): (sourceId: SourceId) => InstrumentId {
  const known = new Map<SourceId, InstrumentId>()
  return (sourceId) => {
    const found = known.get(sourceId)
    if (found !== undefined) return found
    const instrument = instrumentIdOf(sourceId)
    known.set(sourceId, instrument)
    return instrument
  }
}

export function subsourceOf(sourceId: SourceId): string {
  return sourceId.slice(sourceId.lastIndexOf('_') + 1)
}

export function parseInstrumentId(text: string): InstrumentId | undefined {
  return INSTRUMENT_ID.test(text) ? (text as InstrumentId) : undefined
}

export function parseStationId(text: string): StationId | undefined {
  return STATION_ID.test(text) ? (text as StationId) : undefined
}

/** `NET_STA` or `NET_STA_LOC_BS` → what its channels' source ids begin with, after `FDSN:`. */
export function channelPrefixOf(id: string): string {
  const [network, station, location, ...sensor] = id.split('_')
  if (location === undefined) return `${network}_${station}_`
  const [band, source] = sensor.length > 1 ? sensor : [...(sensor[0] ?? '')]
  return `${[network, station, location, band ?? '', source ?? ''].join('_')}_`
}

export function stationOfInstrument(instrument: InstrumentId): StationId {
  const [network = '', station = ''] = instrument.split('_')
  return `${network}_${station}` as StationId
}

function codesOf(sourceId: SourceId): SourceCodes {
  const codes = parseSourceId(sourceId)
  if (!codes) throw new TypeError(`source id: expected FDSN:NET_STA_LOC_B_S_SS, got ${JSON.stringify(sourceId)}`)
  return codes
}
