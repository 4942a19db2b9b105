import type { SourceId, StationId } from '../domain/source-id.ts'
import { headerKey, sourceIdOfKey, stationOfSource } from './record-header.ts'
import { hasWildcard, type StationSelection, selectionMatcher, stationMatches } from './selection.ts'

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

  /**
   * @param announced `NET_STA` of a v4 packet. Where it was asked for, it counts: a record that says otherwise has a damaged header, and
   * is passed on as the channel it was sent for. Empty: the record says.
   * @returns null for a channel that nobody asked for
   */
  of(record: Uint8Array, announced = ''): SelectedChannel | null {
    const key = headerKey(record)
    const known = this.#known.get(key)
    const channel = known === undefined ? this.#remember(key, this.#match(sourceIdOfKey(key))) : known
    if (announced === '' || channel?.stationId === announced) return channel
    const place = `${announced} ${key}`
    const told = this.#known.get(place)
    return told === undefined
      ? this.#remember(place, this.#isAskedFor(announced) ? this.#matchAs(announced, key) : channel)
      : told
  }

  #remember(key: string, channel: SelectedChannel | null): SelectedChannel | null {
    if (this.#known.size >= MAX_KNOWN_CHANNELS) this.#known.clear()
    this.#known.set(key, channel)
    return channel
  }

  #isAskedFor(station: string): boolean {
    return this.#byStation.has(station) || this.#patterns.some(({ selection }) => stationMatches(selection.station, station))
  }

  #matchAs(station: string, key: string): SelectedChannel | null {
    const channel = sourceIdOfKey(key)?.split('_').slice(2).join('_')
    return channel === undefined ? null : this.#match(`FDSN:${station}_${channel}` as SourceId)
  }

  #match(sourceId: SourceId | undefined): SelectedChannel | null {
    if (sourceId === undefined) return null
    const stationId = stationOfSource(sourceId)
    const named = this.#byStation.get(stationId)
    const matcher = named?.matches(sourceId) ? named : this.#patterns.find(({ matches }) => matches(sourceId))
    return matcher ? { sourceId, stationId, selection: matcher.selection } : null
  }
}
