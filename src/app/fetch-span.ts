import type { ServerConfig } from '../contract/config.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem, Problem } from '../domain/problem.ts'
import { stationOfInstrument } from '../domain/source-id.ts'
import { SeedlinkClient } from '../io/seedlink/index.ts'
import type { SpanRequest } from './backlog-recovery.ts'
import { credentialsOf } from './server-links.ts'

/**
 * Asks one server for a past time span of some stations, on a connection of its own.
 *
 * @returns how to end it
 */
export function fetchSpan(server: ServerConfig, request: SpanRequest, clock: Clock, onProblem: OnProblem): () => void {
  const { stations, start, end, onPacket, onDone } = request
  const wanted = new Set(stations)
  let lastProblem: Problem | undefined
  let isDone = false
  const done = (failure?: string) => {
    if (isDone) return
    isDone = true
    client.close()
    onDone(failure)
  }
  const client = new SeedlinkClient({
    url: server.url.url,
    stations: server.stations.filter((instrument) => wanted.has(stationOfInstrument(instrument))),
    ...credentialsOf(server),
    span: { start, end },
    mode: 'fetch',
    isReconnecting: false,
    clock,
    onPacket,
    onEnd: () => done(),
    onState: ({ scope, state }) => {
      if (scope === 'link' && state.kind === 'closed') done(lastProblem?.message ?? 'the connection ended early')
    },
    onProblem: (problem) => {
      lastProblem = problem
      onProblem(problem)
    },
  })
  client.start()
  return () => {
    isDone = true
    client.close()
  }
}
