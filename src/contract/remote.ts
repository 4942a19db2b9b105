import { z } from 'zod'
import { alertMessageSchema } from './alert.ts'
import { isoTimeSchema } from './primitives.ts'

/** What another monitor tells this one: a hook of kind `quakewire` there, `/api/remote` here. It is shown, and it alerts nobody here. */

export const REMOTE_PATH = '/api/remote'
/** The name under which the other monitor wants to be known. */
export const REMOTE_SOURCE_HEADER = 'x-quakewire-source'

export const remoteAlertSchema = z
  .object({
    source: z.string().meta({ description: 'The other monitor, as it calls itself' }),
    receivedAt: isoTimeSchema,
    alert: alertMessageSchema.meta({ description: 'As it was sent; details: its detection or event' }),
  })
  .meta({ id: 'RemoteAlert' })

/** GET /api/remote?limit=…; newest first. */
export const remoteAnswerSchema = z.object({ alerts: z.array(remoteAlertSchema) }).meta({ id: 'RemoteAnswer' })

export type RemoteAlert = z.infer<typeof remoteAlertSchema>
export type RemoteAnswer = z.infer<typeof remoteAnswerSchema>
