import { type MonitorError, SeedlinkConnectionError } from '../../domain/errors.ts'
import type { StationId } from '../../domain/source-id.ts'
import type { InfoLevel, ServerInfo, StreamInfo } from '../../seedlink/info.ts'

export type Listing =
  /** With the streams of each, where they were asked for and told. */
  | { readonly kind: 'stations'; readonly stations: ReadonlyMap<StationId, readonly StreamInfo[]> }
  /** The server does not tell. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The server could not be asked; it may tell another time. */
  | { readonly kind: 'failed'; readonly error: MonitorError }

/** What stations a server has, and what streams; asked once for all who want to know at the same time. */
export class StationListing {
  readonly #request: (level: InfoLevel) => Promise<ServerInfo>
  readonly #pending = new Map<InfoLevel, Promise<Listing>>()

  /** @param request INFO on a connection of its own */
  constructor(request: (level: InfoLevel) => Promise<ServerInfo>) {
    this.#request = request
  }

  stations(): Promise<Listing> {
    return this.#ask('STATIONS')
  }

  /** With their streams, where the server tells these. A station without any may be missing in INFO STREAMS. */
  async streams(): Promise<Listing> {
    const listing = await this.stations()
    if (listing.kind !== 'stations') return listing
    const streams = await this.#ask('STREAMS')
    return streams.kind === 'stations'
      ? { kind: 'stations', stations: new Map([...listing.stations, ...streams.stations]) }
      : listing
  }

  #ask(level: InfoLevel): Promise<Listing> {
    const pending = this.#pending.get(level) ?? this.#listingOf(level).finally(() => this.#pending.delete(level))
    this.#pending.set(level, pending)
    return pending
  }

  async #listingOf(level: InfoLevel): Promise<Listing> {
    try {
      const { error, stations } = await this.#request(level)
      if (error !== undefined) return { kind: 'refused', reason: error }
      return { kind: 'stations', stations: new Map(stations.map(({ stationId, streams }) => [stationId, streams])) }
    } catch (error) {
      if (error instanceof SeedlinkConnectionError) return { kind: 'failed', error }
      return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) }
    }
  }
}
