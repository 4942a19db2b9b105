import { type InstrumentId, instrumentIdOf, parseSourceId, type SourceId, subsourceOf } from '../domain/source-id.ts'
import { formatMicros } from '../domain/time.ts'
import type { StreamInfo } from './info.ts'
import { type StationSelection, selectionMatcher } from './selection.ts'

/** Instruments named in a message; a station with more has them counted. */
const MOST_NAMED = 8

/**
 * Entries of a station of which no channel was heard, as they are written in `stations`.
 *
 * @param heard channels, of other stations as well
 */
export function unheardEntries(selection: StationSelection, heard: readonly SourceId[]): string[] {
  return entriesOf(selection).flatMap(([entry, matches]) => (heard.some(matches) ? [] : [entry]))
}

/** What a server has of a station, beside what was asked for. */
export interface Offer {
  /** Entries that it does not list a stream of. */
  readonly absent: readonly string[]
  /** In words, for whoever wrote the entries. */
  readonly text: string
}

/**
 * Compares what was asked for and did not come with what the server lists: `it has XX_AAA_00_BH (ENZ), not XX_AAA_00_HH; ask for
 * what it has`.
 *
 * @param entries those of the selection of which nothing came
 * @param streams as INFO STREAMS lists them for the station
 */
export function offerOf(selection: StationSelection, entries: readonly string[], streams: readonly StreamInfo[]): Offer {
  // What a server writes there may be anything.
  const data = streams.filter(({ sourceId, subformat }) => ['D', ''].includes(subformat) && parseSourceId(sourceId) !== undefined)
  const wanted = entriesOf(selection).filter(([entry]) => entries.includes(entry))
  const absent = wanted.filter(([, matches]) => !data.some(({ sourceId }) => matches(sourceId))).map(([entry]) => entry)
  if (absent.length > 0) return { absent, text: `it has ${instruments(data)}, not ${absent.join(', ')}; ask for what it has` }
  const silent = data.filter(({ sourceId }) => wanted.some(([, matches]) => matches(sourceId)))
  return { absent, text: `it has ${instruments(silent)}${newest(silent)}` }
}

function entriesOf({ station, instruments }: StationSelection): [string, (sourceId: string) => boolean][] {
  if (instruments.length === 0) return [[station, selectionMatcher({ station, instruments })]]
  return instruments.map((instrument) => {
    const { location, band, source } = instrument
    const sensor = band.length === 1 && source.length === 1 ? `${band}${source}` : `${band}_${source}`
    return [`${station}_${location}_${sensor}`, selectionMatcher({ station, instruments: [instrument] })]
  })
}

/** `XX_AAA_00_BH (ENZ), XX_AAA_10_HH (Z)`: as they can be asked for, with their components. */
function instruments(streams: readonly StreamInfo[]): string {
  const components = new Map<InstrumentId, string[]>()
  for (const { sourceId } of streams) {
    const instrument = instrumentIdOf(sourceId)
    components.set(instrument, [...(components.get(instrument) ?? []), subsourceOf(sourceId)])
  }
  const texts = [...components].sort().map(([instrument, subsources]) => `${instrument} (${subsources.sort().join('')})`)
  const rest = texts.length - MOST_NAMED
  if (texts.length === 0) return 'no data'
  return rest > 0 ? `${texts.slice(0, MOST_NAMED).join(', ')} and ${rest} more` : texts.join(', ')
}

function newest(streams: readonly StreamInfo[]): string {
  const ends = streams.flatMap(({ endTime }) => (endTime === undefined ? [] : [endTime]))
  return ends.length === 0 ? '' : `, newest sample of ${formatMicros(Math.max(...ends))}`
}
