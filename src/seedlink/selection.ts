/**
 * What is wanted from a server, in the project's own identifiers, and how each protocol says it.
 *
 * | written | means |
 * |---|---|
 * | `IU_ANMO_00_BH` | the three components of one instrument |
 * | `GE_APE__BH` | the same at the empty location |
 * | `IU_ANMO` | everything of the station |
 * | `IU_*`, `XX_A??_*_HH` | wildcards, where the server knows them |
 */
import type { ServerKind } from './hello.ts'

export interface InstrumentPattern {
  readonly location: string
  readonly band: string
  readonly source: string
}

/** All that is wanted of one station; no instruments means everything. */
export interface StationSelection {
  /** `NET_STA`, possibly with `*` and `?`. */
  readonly station: string
  readonly instruments: readonly InstrumentPattern[]
}

const SELECTION =
  /^([A-Za-z0-9*?]{1,8})_([A-Za-z0-9*?-]{1,8})(?:_([A-Za-z0-9*?-]{0,8})_(?:([A-Za-z0-9*?])([A-Za-z0-9*?])|([A-Za-z0-9*?]+)_([A-Za-z0-9*?]+)))?$/

/**
 * Groups identifiers by station, stations with wildcards last: a server that excludes already matched stations from later
 * patterns (SeedLink 4.0) then gives the special ones their own selectors.
 *
 * @returns the selections, and the texts that are none
 */
export function parseSelections(texts: readonly string[]): { selections: StationSelection[]; invalid: string[] } {
  const byStation = new Map<string, InstrumentPattern[] | 'everything'>()
  const invalid: string[] = []
  for (const text of texts) {
    const match = SELECTION.exec(text)
    if (!match) {
      invalid.push(text)
      continue
    }
    const [, network, code, location, band = match[6] ?? '', source = match[7] ?? ''] = match
    const station = `${network}_${code}`
    const known = byStation.get(station)
    if (location === undefined || known === 'everything') byStation.set(station, 'everything')
    else byStation.set(station, [...(known ?? []), { location, band, source }])
  }
  const selections = [...byStation].map(([station, instruments]) => ({
    station,
    instruments: instruments === 'everything' ? [] : instruments,
  }))
  return { selections: selections.sort((a, b) => Number(hasWildcard(a.station)) - Number(hasWildcard(b.station))), invalid }
}

export function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/** Stream patterns of SeedLink 4.0, `00_B_H_?`; empty for everything. */
export function selectorsV4(selection: StationSelection): string[] {
  return unique(selection.instruments.map(({ location, band, source }) => `${location}_${band}_${source}_?`))
}

/**
 * Selectors of SeedLink v3, `00BH?`; empty for everything and for what five characters cannot say. SeisComP cannot express
 * the empty location (`--`), so there the selector takes every location and the client drops what it did not ask for.
 */
export function selectorsV3(selection: StationSelection, serverKind: ServerKind): string[] {
  const selectors = selection.instruments.map(({ location, band, source }) => {
    if (band.length !== 1 || source.length !== 1 || `${band}${source}`.includes('*')) return ''
    if (location === '' && serverKind === 'ringserver') return `--${band}${source}?`
    return location.length === 2 && !location.includes('*') ? `${location}${band}${source}?` : `${band}${source}?`
  })
  return selectors.includes('') ? [] : unique(selectors)
}

/** True for packets of the selection; `sourceId` is `FDSN:NET_STA_LOC_B_S_SS`. */
export function selectionMatcher(selection: StationSelection): (sourceId: string) => boolean {
  const instruments = selection.instruments.map(({ location, band, source }) =>
    [location, band, source].map(wildcardPattern).join('_'),
  )
  const streams = instruments.length === 0 ? '.*' : `(?:${instruments.join('|')})_[^_]*`
  const pattern = new RegExp(`^FDSN:${wildcardPattern(selection.station)}_${streams}$`)
  return (sourceId) => pattern.test(sourceId)
}

/** True when the station pattern covers the station. */
export function stationMatches(pattern: string, station: string): boolean {
  return new RegExp(`^${wildcardPattern(pattern)}$`).test(station)
}

function wildcardPattern(text: string): string {
  return text.replaceAll('?', '[^_]').replaceAll('*', '[^_]*')
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
