import type { FastifyInstance } from 'fastify'
import { acknowledgeRequestSchema, type DeliveriesAnswer, resendRequestSchema } from '../contract/alert.ts'
import { HttpError } from './http-error.ts'
import type { AlertsView } from './monitor-view.ts'
import { checked, deliveriesQuerySchema } from './query.ts'

/** Deliveries of alerts: what became of them, who takes care, send the dead letters again. */
export function addAlertRoutes(server: FastifyInstance, alerts: AlertsView): void {
  server.get('/api/alerts', (request): DeliveriesAnswer => {
    return { deliveries: alerts.deliveries(checked(deliveriesQuerySchema, request.query)) }
  })

  server.post('/api/alerts/acknowledge', (request) => {
    const { subject, by } = checked(acknowledgeRequestSchema, request.body)
    if (!alerts.acknowledge(subject, by)) {
      throw new HttpError('NOT_FOUND', `alert: expected a subject that somebody was told of, got ${subject}`)
    }
    return { subject, by }
  })

  server.post('/api/alerts/resend', (request) => ({ resent: alerts.resend(checked(resendRequestSchema, request.body ?? {})) }))
}
