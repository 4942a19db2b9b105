import { z } from 'zod'
import { ALERT_KINDS, SEVERITIES } from '../domain/alert.ts'
import { countSchema, isoTimeSchema, scoreSchema } from './primitives.ts'

/** What a hook is sent, and what the API says about alerts. */

/** One alert, as web hooks, commands, MQTT and files get it. */
export const alertMessageSchema = z
  .object({
    type: z.literal('alert'),
    key: z
      .string()
      .meta({ description: 'The same for the same alert, however often it comes: forget what you have seen before' }),
    rule: z.string(),
    severity: z.enum(SEVERITIES),
    kind: z.enum([...ALERT_KINDS, 'drill', 'test']).meta({ description: 'drill, test: nothing has happened' }),
    subject: z.string().meta({ description: 'Detection, event or outage; acknowledge it by this' }),
    state: z.string(),
    phase: z.enum(['begin', 'update', 'end', 'cancel']),
    isUpdate: z.boolean().meta({ description: 'You were told of the beginning before' }),
    isReplay: z.literal(true).exactOptional().meta({ description: 'Of archived data: it is long over, nothing happens now' }),
    isEscalation: z.boolean().meta({ description: 'Nobody has acknowledged it in time' }),
    time: isoTimeSchema.meta({ description: 'Of the onset, or when it happened' }),
    stations: z.array(z.string()),
    instruments: z.array(z.string()),
    score: scoreSchema.exactOptional(),
    durationSeconds: z.number().exactOptional(),
    reason: z.string().exactOptional(),
    label: z.string().exactOptional(),
    title: z.string(),
    plannedAt: isoTimeSchema.meta({ description: 'When it was stored' }),
    sentAt: isoTimeSchema,
    attempt: z.int().positive(),
    details: z.unknown().meta({ description: 'The message of the feed (detection, event), if there is one' }),
  })
  .meta({ id: 'Alert' })

/** Several alerts of one rule as one message. */
export const alertDigestSchema = z
  .object({
    type: z.literal('digest'),
    key: z.string(),
    rule: z.string(),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    sentAt: isoTimeSchema,
    attempt: z.int().positive(),
    alerts: z.array(alertMessageSchema),
  })
  .meta({ id: 'AlertDigest' })

/** Goes out regularly as long as the monitor does its work. */
export const heartbeatSchema = z
  .object({
    type: z.literal('heartbeat'),
    key: z.string(),
    sentAt: isoTimeSchema,
    title: z.string(),
    status: z.enum(['ok', 'degraded']),
    reasons: z.array(z.string()),
    /** The next one comes within. */
    everySeconds: z.number().positive(),
    dataTime: isoTimeSchema.nullable(),
    windows: countSchema,
  })
  .meta({ id: 'Heartbeat' })

export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'suppressed', 'withdrawn'] as const

/**
 * One entry of the outbox. `dead`: given up, can be sent again · `suppressed`: by cool-down or quiet hours, never sent · `withdrawn`:
 * acknowledged or over before its time.
 */
export const deliverySchema = z
  .object({
    number: z.int().positive(),
    key: z.string(),
    hook: z.string(),
    rule: z.string(),
    subject: z.string(),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: countSchema,
    plannedAt: isoTimeSchema,
    dueAt: isoTimeSchema,
    firstAttemptAt: isoTimeSchema.nullable(),
    deliveredAt: isoTimeSchema.nullable(),
    error: z.string().nullable(),
    isEscalation: z
      .boolean()
      .meta({ description: 'Sent because nobody has acknowledged it; while pending: unless somebody does until dueAt' }),
    acknowledged: z
      .object({ by: z.string(), time: isoTimeSchema })
      .nullable()
      .meta({ description: 'Who takes care of its subject; the first word counts' }),
  })
  .meta({ id: 'Delivery' })

/** GET /api/alerts?state=…&hook=…&subject=…&before=NUMBER&limit=…; newest first. Those of drills only when asked for by their subject. */
export const deliveriesAnswerSchema = z.object({ deliveries: z.array(deliverySchema) }).meta({ id: 'DeliveriesAnswer' })

/** POST /api/alerts/acknowledge */
export const acknowledgeRequestSchema = z
  .strictObject({ subject: z.string().min(1).max(300), by: z.string().trim().min(1).max(100) })
  .meta({ id: 'AcknowledgeRequest' })

/** POST /api/alerts/resend: the dead letters of these numbers, or all of them. */
export const resendRequestSchema = z
  .strictObject({ numbers: z.array(z.int().positive()).min(1).max(10_000).exactOptional(), hook: z.string().exactOptional() })
  .meta({ id: 'ResendRequest' })

export const hookStatusSchema = z
  .object({
    hook: z.string(),
    kind: z.string(),
    /** `failing`: the last attempt failed · `paused`: after too many failures, or because it asked to wait. */
    state: z.enum(['ok', 'failing', 'paused']),
    reason: z.string().exactOptional(),
    pending: countSchema.meta({
      description:
        'Alerts that wait, and messages that came while no hook could be told: which of them concern this hook is found out then',
    }),
    /** Age of the oldest alert that is due, or of such a message. */
    oldestSeconds: z.number().nonnegative().nullable(),
    dead: countSchema,
    delivered: countSchema.meta({ description: 'Since the start' }),
    failures: countSchema.meta({ description: 'Attempts since the start' }),
  })
  .meta({ id: 'HookStatus' })

export type AlertMessage = z.infer<typeof alertMessageSchema>
export type AlertDigest = z.infer<typeof alertDigestSchema>
export type HeartbeatMessage = z.infer<typeof heartbeatSchema>
/** What a hook may be sent. */
export type HookMessage = AlertMessage | AlertDigest | HeartbeatMessage
export type DeliveryState = (typeof DELIVERY_STATES)[number]
export type Delivery = z.infer<typeof deliverySchema>
export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined
  readonly hook?: string | undefined
  /** Of one detection, event, outage or drill. */
  readonly subject?: string | undefined
  /** Numbers below it. */
  readonly before?: number | undefined
  readonly limit: number
}
export type DeliveriesAnswer = z.infer<typeof deliveriesAnswerSchema>
export type AcknowledgeRequest = z.infer<typeof acknowledgeRequestSchema>
export type ResendRequest = z.infer<typeof resendRequestSchema>
export type HookStatus = z.infer<typeof hookStatusSchema>
