import { parseSourceId, type SourceId } from '../domain/source-id.ts'
import { glob } from './server-glob.ts'

/** What a selector looks at: one stream in both spellings. */
export interface StreamName {
  /** `NET_STA`. */
  readonly stationId: string
  /** v4 stream id: `LOC_B_S_SS`. */
  readonly streamId: string
  /** v3 spelling: location padded to two characters with `-`, a blank, the channel code: `-- BHZ`. */
  readonly channel: string
  /** v4 format and subformat: `2D`, `3D`, `3L`. */
  readonly format: string
}

/** `native`: records as they are; `3`: as miniSEED 3 where possible (SeedLink 4.0 § SELECT). */
export type Filter = 'native' | '3'

export interface Selector {
  readonly isNegative: boolean
  readonly filter?: Filter
  matches(name: StreamName): boolean
}

/** @param format v4 format and subformat characters, such as `2D` */
export function streamNameOf(sourceId: SourceId, format: string): StreamName {
  const codes = parseSourceId(sourceId)
  // A source that is no FDSN channel can still be asked for as a whole station; it has no stream id to select by.
  if (!codes) return { stationId: sourceId.replace(/^FDSN:/, ''), streamId: '', channel: '', format }
  const { network, station, location, band, source, subsource } = codes
  return {
    stationId: `${network}_${station}`,
    streamId: `${location}_${band}_${source}_${subsource}`,
    channel: `${location.padEnd(2, '-')} ${band}${source}${subsource}`,
    format,
  }
}

const V3_SELECTOR = /^(!?)([A-Za-z0-9?*-]{2})?([A-Za-z0-9?*]{3})(?:\.([A-Z]))?$/
const V3_TYPE_ONLY = /^(!?)([A-Z])$/

/**
 * v3: `CCC`, `LLCCC` with `?` (and ringserver's `*`), `--` for an empty location, a type suffix `.D`, a bare type `D`, a leading
 * `!` for "not", and a lone `*` for everything.
 *
 * @returns undefined when the text is none of these
 */
export function parseV3Selector(text: string): Selector | undefined {
  if (text === '*') return { isNegative: false, matches: () => true }
  const typeOnly = V3_TYPE_ONLY.exec(text)
  if (typeOnly) return { isNegative: typeOnly[1] === '!', matches: (name) => name.format.endsWith(typeOnly[2] as string) }
  const match = V3_SELECTOR.exec(text)
  if (!match) return undefined
  const [, not = '', location = '*', channel = '', type = ''] = match
  const pattern = glob(`${location} ${channel}`)
  return { isNegative: not === '!', matches: (name) => pattern.test(name.channel) && name.format.endsWith(type) }
}

const V4_SELECTOR = /^(!?)([A-Za-z0-9_?*-]+)(?:\.([A-Za-z0-9?*]{1,2}))?(?::(\w+))?$/

export type SelectorFault = { readonly fault: 'ARGUMENTS' | 'UNSUPPORTED'; readonly text: string }

/**
 * v4: `[!]LOC_B_S_SS[.FS][:filter]` with `*` and `?`. The format is a beginning: `2` means `2D` and `2L` (SeedLink 4.0 § Pattern
 * matching). Filters are `native` and `3`, not with `!`.
 */
export function parseV4Selector(text: string): Selector | SelectorFault {
  const match = V4_SELECTOR.exec(text)
  if (!match) return { fault: 'ARGUMENTS', text: `invalid stream pattern ${text}` }
  const [, not = '', stream = '', format = '*', filter] = match
  if (filter !== undefined && not === '!') return { fault: 'ARGUMENTS', text: `a filter needs a pattern without !, not ${text}` }
  if (filter !== undefined && filter !== 'native' && filter !== '3') {
    return { fault: 'UNSUPPORTED', text: `filter ${filter} is not offered here, only native and 3` }
  }
  const streamPattern = glob(stream)
  const formatPattern = glob(`${format}*`)
  return {
    isNegative: not === '!',
    filter: filter ?? 'native',
    matches: (name) => streamPattern.test(name.streamId) && formatPattern.test(name.format),
  }
}

/** Positive selectors are alternatives (none means everything), then negative ones take away. */
export function isSelected(name: StreamName, selectors: readonly Selector[]): boolean {
  const positive = selectors.filter((selector) => !selector.isNegative)
  const isIn = positive.length === 0 || positive.some((selector) => selector.matches(name))
  return isIn && !selectors.some((selector) => selector.isNegative && selector.matches(name))
}

/** Of several patterns with a filter the first that names the stream decides. */
export function filterFor(name: StreamName, selectors: readonly Selector[]): Filter {
  const first = selectors.find((selector) => !selector.isNegative && selector.matches(name))
  return first?.filter ?? 'native'
}
