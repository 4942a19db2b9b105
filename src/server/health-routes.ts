import type { FastifyInstance } from 'fastify'
import type { HealthHistory, InstrumentHistory, LogAnswer } from '../contract/health-history.ts'
import type { HealthAnswer } from '../contract/http.ts'
import type { LatencyDistribution } from '../contract/journey.ts'
import { formatMicros, MICROS_PER_SECOND } from '../domain/time.ts'
import type { FeedHub } from './feed-hub.ts'
import { HttpError } from './http-error.ts'
import type { MonitorView } from './monitor-view.ts'
import { checked, historyQuerySchema, logQuerySchema } from './query.ts'

/** `/api/health`, how it was over the last day, and what happened: `/api/log`. */
export function addHealthRoutes(server: FastifyInstance, view: MonitorView, hub: FeedHub): void {
  server.get('/api/health', (): HealthAnswer => {
    return {
      ...view.system(),
      version: view.version,
      mode: view.mode,
      startedAt: formatMicros(view.startedAt),
      uptimeSeconds: (view.clock.now() - view.startedAt) / MICROS_PER_SECOND,
      feedClients: hub.clientCount,
    }
  })

  server.get('/api/health/history', (request): HealthHistory | InstrumentHistory => {
    const { instrument } = checked(historyQuerySchema, request.query)
    if (instrument === undefined) return view.healthHistory()
    const history = view.instrumentHistory(instrument)
    if (history) return history
    throw new HttpError('NOT_FOUND', `instrument: expected one that is watched, got ${instrument}`)
  })

  server.get('/api/health/latency', (): LatencyDistribution => view.latency())

  server.get('/api/log', (request): LogAnswer => {
    const { since, level } = checked(logQuerySchema, request.query)
    return view.log(since, level)
  })
}
