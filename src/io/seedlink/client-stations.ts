import type { Clock } from '../../domain/ports.ts'
import type { StationId } from '../../domain/source-id.ts'
import { hasWildcard, type StationSelection, stationMatches } from '../../seedlink/selection.ts'
import { expandWildcards, united } from '../../seedlink/shards.ts'
import type { Listing } from './client-listing.ts'
import type { StationState } from './client-state.ts'

export interface ClientStationsOptions {
  readonly selections: readonly StationSelection[]
  readonly clock: Clock
  readonly onState: (station: string, state: StationState) => void
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

  /** Those that were asked for and have sent nothing. */
  unheard(selections: readonly StationSelection[]): string[] {
    return selections
      .map(({ station }) => station)
      .filter((station) => ['accepted', 'requested'].includes(this.states.get(station)?.kind ?? ''))
  }

  /** Says why they are unheard, as far as the server's list of stations tells. */
  judge(stations: readonly string[], listing: Listing, seconds: number): void {
    for (const station of stations) {
      const state = this.states.get(station)
      if (state?.kind !== 'accepted' && state?.kind !== 'requested') continue
      const since = this.#now()
      if (listing.kind !== 'stations') {
        this.set(station, { kind: 'unheard', since, reason: `no data within ${seconds} s; the server does not tell what it has` })
      } else if (isListed(station, listing.stations)) {
        this.set(station, { kind: 'unheard', since, reason: `no data within ${seconds} s; the server lists the station` })
      } else {
        const reason = 'the server does not list this station; check network and station code'
        this.set(station, { kind: state.kind === 'requested' ? 'rejected' : 'unheard', since, reason })
      }
    }
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
    const { selections, found } = expandWildcards(patterns, listing.stations)
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

function isListed(station: string, listed: ReadonlySet<StationId>): boolean {
  return hasWildcard(station) ? [...listed].some((each) => stationMatches(station, each)) : listed.has(station as StationId)
}
