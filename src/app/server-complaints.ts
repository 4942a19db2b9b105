import { type Config, componentPolicyOf, type ServerConfig } from '../contract/config.ts'
import { channelPrefixOf, type InstrumentId, type StationId, stationOfInstrument, subsourceOf } from '../domain/source-id.ts'
import { COMPONENTS } from '../domain/window.ts'
import { parseSelections, type StreamInfo } from '../io/seedlink/index.ts'
import { offerOf, unheardEntries } from '../seedlink/server-offer.ts'
import { componentOf } from '../signal/component-assembler.ts'

/**
 * What is configured and a server does not have, as far as it tells: stations, instruments, components.
 *
 * @param served its stations with their streams, as INFO gives them
 */
export function complaintsOf(
  { stations }: ServerConfig,
  config: Config,
  served: ReadonlyMap<StationId, readonly StreamInfo[]>,
): string[] {
  const wanted = [...new Set(stations.map(stationOfInstrument))]
  const missing = wanted.filter((station) => !served.has(station))
  const complaints =
    missing.length === 0
      ? []
      : [
          `expected ${wanted.length} stations, got ${wanted.length - missing.length}: ${missing.join(', ')} not there; ask the operator, or take them out of servers`,
        ]
  for (const selection of parseSelections(stations).selections) {
    const streams = served.get(selection.station as StationId) ?? []
    // Some servers list the stations alone, and none lists what it has not heard yet.
    if (streams.length === 0) continue
    const heard = streams.map(({ sourceId }) => sourceId)
    const { absent, text } = offerOf(selection, unheardEntries(selection, heard), streams)
    if (absent.length > 0) complaints.push(`expected ${absent.join(', ')}: ${text}`)
  }
  return [...complaints, ...stations.flatMap((instrument) => incompleteness(instrument, config, served))]
}

/** Without all three components an instrument is not scored, unless dead ones are filled with zeros. */
function incompleteness(
  instrument: InstrumentId,
  config: Config,
  served: ReadonlyMap<StationId, readonly StreamInfo[]>,
): string[] {
  if (componentPolicyOf(config, instrument) === 'zero-fill') return []
  const prefix = `FDSN:${channelPrefixOf(instrument)}`
  const streams = served.get(stationOfInstrument(instrument)) ?? []
  const components = streams.filter(({ sourceId }) => sourceId.startsWith(prefix)).map(({ sourceId }) => subsourceOf(sourceId))
  const places = new Set(components.map(componentOf).filter((place) => place !== undefined))
  if (components.length === 0 || places.size === COMPONENTS.length) return []
  const got = components.sort().join(', ')
  return [
    `expected three components of ${instrument}, got ${got}: it will not be scored; ask for another instrument, or its operator`,
  ]
}
