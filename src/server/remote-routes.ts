import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { alertDigestSchema, alertMessageSchema, heartbeatSchema } from '../contract/alert.ts'
import { REMOTE_PATH, REMOTE_SOURCE_HEADER, type RemoteAlert, type RemoteAnswer } from '../contract/remote.ts'
import { formatMicros } from '../domain/time.ts'
import type { MonitorView } from './monitor-view.ts'
import { checked, remoteQuerySchema, remoteSourceSchema } from './query.ts'

const messageSchema = z.discriminatedUnion('type', [alertMessageSchema, alertDigestSchema, heartbeatSchema])

/** `/api/remote`: other monitors tell what they tell their hooks. */
export function addRemoteRoutes(server: FastifyInstance, { remote, clock }: Pick<MonitorView, 'remote' | 'clock'>): void {
  server.post(REMOTE_PATH, ({ body, headers }) => {
    const source = checked(remoteSourceSchema, headers[REMOTE_SOURCE_HEADER])
    const message = checked(messageSchema, body)
    // A heartbeat has done its duty when it is answered.
    const alerts = message.type === 'alert' ? [message] : message.type === 'digest' ? message.alerts : []
    const receivedAt = formatMicros(clock.now())
    return { taken: alerts.filter((alert) => remote.add({ source, receivedAt, alert } satisfies RemoteAlert)).length }
  })

  server.get(REMOTE_PATH, ({ query }): RemoteAnswer => ({ alerts: remote.newest(checked(remoteQuerySchema, query).limit) }))
}
