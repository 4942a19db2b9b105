import { z } from 'zod'
import { countSchema, instrumentIdSchema, isoTimeSchema } from './primitives.ts'

/**
 * How an instrument did over the last 24 hours. `null` in a list: not known, because the monitor did not run then (or, for
 * latencies, nothing came).
 */

const shares = z
  .array(z.number().min(0).max(1).nullable())
  .meta({ description: 'Share of the seconds that have three-component data' })
const seconds = z.array(z.number().nullable())
const percents = z.array(z.number().nullable())

const cells = {
  /** By data time: data that came late count where they belong. */
  availability: shares,
  /** Of the packets that arrived in that time. */
  medianLatencySeconds: seconds,
  maximumLatencySeconds: seconds,
  /** Least timing quality of the records, percent, where miniSEED says one. Many recorders write 0 when they do not know. */
  timingQuality: percents,
}

const span = {
  /** Cell i begins at startTime + i · secondsPerCell. */
  startTime: isoTimeSchema,
  secondsPerCell: z.number().positive(),
  /** Nothing is known before; null: of nothing at all. */
  knownSince: isoTimeSchema.nullable(),
}

/** GET /api/health/history?instrument=NET_STA_LOC_BS: 1,440 minutes, the last one not over yet. */
export const instrumentHistorySchema = z
  .object({ instrument: instrumentIdSchema, ...span, ...cells })
  .meta({ id: 'InstrumentHistory' })

/** GET /api/health/history: all instruments, 144 cells of ten minutes each. */
export const healthHistorySchema = z
  .object({ ...span, instruments: z.array(z.object({ instrument: instrumentIdSchema, ...cells })) })
  .meta({ id: 'HealthHistory' })

export const LOG_LEVELS = ['info', 'warning', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

export const logLineSchema = z
  .object({
    /** Grows by one per line, from 1 at the start of the monitor. */
    number: countSchema,
    time: isoTimeSchema,
    level: z.enum(LOG_LEVELS),
    code: z.string().meta({ description: 'Stable; switch on this' }),
    message: z.string(),
    where: z.string().exactOptional(),
  })
  .meta({ id: 'LogLine' })

/** GET /api/log?since=NUMBER&level=…: the newest 500 lines at or above `level` with a number above `since`, oldest first. */
export const logAnswerSchema = z
  .object({
    lines: z.array(logLineSchema),
    /** Of the newest line there is; give it back as `since`. */
    newest: countSchema,
  })
  .meta({ id: 'LogAnswer' })

export type InstrumentHistory = z.infer<typeof instrumentHistorySchema>
export type HealthHistory = z.infer<typeof healthHistorySchema>
export type LogLine = z.infer<typeof logLineSchema>
export type LogAnswer = z.infer<typeof logAnswerSchema>
