import { type MonitorError, SeedlinkConnectionError } from '../../domain/errors.ts'
import type { StationId } from '../../domain/source-id.ts'
import type { ServerInfo } from '../../seedlink/info.ts'

export type Listing =
  | { readonly kind: 'stations'; readonly stations: ReadonlySet<StationId> }
  /** The server does not tell. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The server could not be asked; it may tell another time. */
  | { readonly kind: 'failed'; readonly error: MonitorError }

/** What stations a server has, asked once for all who want to know at the same time. */
export class StationListing {
  readonly #request: () => Promise<ServerInfo>
  #pending: Promise<Listing> | undefined

  /** @param request INFO STATIONS on a connection of its own */
  constructor(request: () => Promise<ServerInfo>) {
    this.#request = request
  }

  ask(): Promise<Listing> {
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  async #ask(): Promise<Listing> {
    try {
      const { error, stations } = await this.#request()
      if (error !== undefined) return { kind: 'refused', reason: error }
      return { kind: 'stations', stations: new Set(stations.map(({ stationId }) => stationId)) }
    } catch (error) {
      if (error instanceof SeedlinkConnectionError) return { kind: 'failed', error }
      return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) }
    }
  }
}
