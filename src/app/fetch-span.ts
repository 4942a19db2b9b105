import type { ServerConfig } from '../contract/config.ts'
import type { Clock } from '../domain/ports.ts'
import { stationOfInstrument } from '../domain/source-id.ts'
import { fetchWindow } from '../io/seedlink/index.ts'
import type { SpanRequest } from './backlog-recovery.ts'
import { credentialsOf } from './server-links.ts'

/**
 * Asks one server for a past time span of some stations, on a connection of its own.
 *
 * @returns how to end it
 */
export function fetchSpan(server: ServerConfig, request: SpanRequest, clock: Clock): () => void {
  const { stations, start, end, onPacket, onDone } = request
  const wanted = new Set(stations)
  const instruments = server.stations.filter((instrument) => wanted.has(stationOfInstrument(instrument)))
  const abort = new AbortController()
  fetchWindow(server.url.url, instruments, start, end, onPacket, { ...credentialsOf(server), clock, signal: abort.signal }).then(
    ({ reason }) => {
      if (!abort.signal.aborted) onDone(reason)
    },
  )
  return () => abort.abort()
}
