import type { Clock } from '../../domain/ports.ts'
import type { SourceId, StationId } from '../../domain/source-id.ts'
import { stationOfSource } from '../../seedlink/record-header.ts'
import { hasWildcard, type StationSelection, stationMatches } from '../../seedlink/selection.ts'
import { offerOf, unheardEntries } from '../../seedlink/server-offer.ts'
import { expandWildcards, united } from '../../seedlink/shards.ts'
import type { Listing } from './client-listing.ts'
import type { StationState } from './client-state.ts'

export interface ClientStationsOptions {
  readonly selections: readonly StationSelection[]
  readonly clock: Clock
  readonly onState: (station: string, state: StationState) => void
}

/** A station of which nothing came, or nothing of some of its entries. */
export interface UnheardSelection {
  readonly selection: StationSelection
  readonly entries: readonly string[]
}

/** What each station of a client is doing. */
export class ClientStations {
  readonly #options: ClientStationsOptions
  readonly #named: ReadonlyMap<string, StationSelection>
  readonly states = new Map<string, StationState>()

  constructor(options: ClientStationsOptions) {
    this.#options = options
    this.#named = new Map(options.selections.map((selection) => [selection.station, selection]))
    const since = options.clock.now()
    for (const station of this.#named.keys()) this.states.set(station, { kind: 'pending', since })
  }

  set(station: string, state: StationState): void {
    this.states.set(station, state)
    this.#options.onState(station, state)
  }

  /** A new connection begins. A refusal, and that a station was never heard, stay visible until there is an answer. */
  expectAnew(selections: readonly StationSelection[]): void {
    for (const { station } of selections) {
      const kind = this.states.get(station)?.kind
      if (kind === 'pending' || kind === 'rejected' || kind === 'unheard' || kind === 'expanded') continue
      this.set(station, { kind: 'pending', since: this.#now() })
    }
  }

  /**
   * Those that were asked for and have sent nothing, or nothing of some of their entries.
   *
   * @param heard channels
   */
  unheard(selections: readonly StationSelection[], heard: Iterable<SourceId>): UnheardSelection[] {
    const channels = new Map<string, SourceId[]>()
    for (const sourceId of heard) {
      const station = stationOfSource(sourceId)
      channels.set(station, [...(channels.get(station) ?? []), sourceId])
    }
    return selections.flatMap((selection) => {
      const { station } = selection
      const kind = this.states.get(station)?.kind
      if (kind === 'accepted' || kind === 'requested') return [{ selection, entries: unheardEntries(selection, []) }]
      if (kind !== 'streaming' || hasWildcard(station)) return []
      const entries = unheardEntries(selection, channels.get(station) ?? [])
      return entries.length > 0 ? [{ selection, entries }] : []
    })
  }

  /**
   * Says why they are unheard, as far as the server's list tells; `unheard` is of this moment.
   *
   * @returns what the server does not have, and the reasons: somebody has to correct it. Of the others a record may still be growing.
   */
  judge(unheard: readonly UnheardSelection[], listing: Listing, seconds: number): Map<string, string> {
    const reasons = new Map<string, string>()
    for (const each of unheard) {
      const { entries } = each
      const { station } = each.selection
      const state = this.states.get(station)
      const since = this.#now()
      const { reason, isListed, absent } = reasonOf(each, listing, seconds)
      if (state?.kind === 'streaming') this.set(station, { ...state, unheard: { entries, reason } })
      else if (state?.kind === 'requested' && !isListed) this.set(station, { kind: 'rejected', since, reason })
      else this.set(station, { kind: 'unheard', since, reason })
      if (absent.length > 0) reasons.set(absent.join(', '), reason)
    }
    return reasons
  }

  /**
   * The stations behind the patterns, each with all that patterns and entries of its own name want of it.
   *
   * @returns `refused`: why patterns stay without stations
   */
  expand(
    patterns: readonly StationSelection[],
    listing: Exclude<Listing, { kind: 'failed' }>,
  ): { found: StationSelection[]; refused?: string } {
    const since = this.#now()
    if (listing.kind === 'refused') {
      const reason = `the server knows no wildcards and does not list its stations (${listing.reason}); name the stations`
      for (const { station } of patterns) this.set(station, { kind: 'rejected', since, reason })
      return { found: [], refused: `stations ${patterns.map(({ station }) => station).join(', ')}: ${reason}` }
    }
    const { selections, found } = expandWildcards(patterns, listing.stations.keys())
    for (const [station, stations] of found) {
      const reason = 'the server lists no station of this pattern'
      this.set(station, stations > 0 ? { kind: 'expanded', since, stations } : { kind: 'rejected', since, reason })
    }
    for (const { station } of selections) if (!this.states.has(station)) this.set(station, { kind: 'pending', since })
    return { found: selections.map((selection) => united(this.#named.get(selection.station), selection)) }
  }

  #now() {
    return this.#options.clock.now()
  }
}

function reasonOf(
  { selection, entries }: UnheardSelection,
  listing: Listing,
  seconds: number,
): { reason: string; isListed: boolean; absent: readonly string[] } {
  const silence = `no data within ${seconds} s`
  if (listing.kind !== 'stations')
    return { reason: `${silence}; the server does not tell what it has`, isListed: true, absent: [] }
  const { station } = selection
  const isListed = hasWildcard(station)
    ? [...listing.stations.keys()].some((each) => stationMatches(station, each))
    : listing.stations.has(station as StationId)
  if (!isListed) {
    const reason = 'the server does not list this station; check network and station code'
    return { reason, isListed, absent: entries }
  }
  const lists = `${silence}; the server lists the station`
  const streams = listing.stations.get(station as StationId) ?? []
  if (streams.length === 0) return { reason: lists, isListed, absent: [] }
  const { text, absent } = offerOf(selection, entries, streams)
  return { reason: `${lists}: ${text}`, isListed: true, absent }
}
