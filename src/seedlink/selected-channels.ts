import type { SourceId, StationId } from '../domain/source-id.ts'
import { headerKey, sourceIdOfKey, stationOfSource } from './record-header.ts'
import { hasWildcard, type StationSelection, selectionMatcher } from './selection.ts'

/** Channels remembered; a server that invents names cannot make it grow. */
const MAX_KNOWN_CHANNELS = 65_536

export interface SelectedChannel {
  readonly sourceId: SourceId
  readonly stationId: StationId
  /** The entry it was selected by. */
  readonly selection: StationSelection
}

interface Matcher {
  readonly selection: StationSelection
  readonly matches: (sourceId: string) => boolean
}

/**
 * The client's own filter: servers send more than was asked for (v3 selectors cannot say everything, ringserver unites
 * overlapping patterns). Each channel is parsed and matched once, not per packet.
 */
export class SelectedChannels {
  readonly #byStation: ReadonlyMap<string, Matcher>
  readonly #patterns: readonly Matcher[]
  readonly #known = new Map<string, SelectedChannel | null>()

  constructor(selections: readonly StationSelection[]) {
    const matchers = selections.map((selection) => ({ selection, matches: selectionMatcher(selection) }))
    this.#byStation = new Map(matchers.map((matcher) => [matcher.selection.station, matcher]))
    this.#patterns = matchers.filter(({ selection }) => hasWildcard(selection.station))
  }

  /** @returns null for a channel that nobody asked for */
  of(record: Uint8Array): SelectedChannel | null {
    const key = headerKey(record)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const channel = this.#match(sourceIdOfKey(key))
    if (this.#known.size >= MAX_KNOWN_CHANNELS) this.#known.clear()
    this.#known.set(key, channel)
    return channel
  }

  #match(sourceId: SourceId | undefined): SelectedChannel | null {
    if (sourceId === undefined) return null
    const stationId = stationOfSource(sourceId)
    const named = this.#byStation.get(stationId)
    const matcher = named?.matches(sourceId) ? named : this.#patterns.find(({ matches }) => matches(sourceId))
    return matcher ? { sourceId, stationId, selection: matcher.selection } : null
  }
}
