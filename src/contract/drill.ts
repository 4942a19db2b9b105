import { z } from 'zod'
import { isoTimeSchema } from './primitives.ts'

/**
 * A drill: a made-up earthquake at stations of its own goes through the whole chain of the running monitor, from the packet to the hook.
 * It is no detection: neither the catalogue nor any count knows of it.
 */

/** What a drill passes, in this order; then `hook NAME` for each hook. */
export const DRILL_STEPS = ['packets', 'window', 'score', 'detection', 'event', 'stored', 'feed'] as const

export const drillStepSchema = z.object({
  name: z.string().meta({ description: `${DRILL_STEPS.join(', ')}, or hook NAME` }),
  state: z.enum(['waiting', 'passed', 'failed']),
  at: isoTimeSchema.nullable(),
  seconds: z.number().nonnegative().nullable().meta({ description: 'After the start of the drill' }),
  text: z.string().meta({ description: 'What was seen; of a failure what was expected and what to do' }),
})

export const drillSchema = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'passed', 'failed']),
    cause: z.enum(['request', 'schedule']),
    startedAt: isoTimeSchema,
    endedAt: isoTimeSchema.nullable(),
    /** Made up, of network XX. */
    stations: z.array(z.string()),
    /** Where and when the earthquake was made to be. */
    truth: z.object({
      time: isoTimeSchema,
      latitude: z.number(),
      longitude: z.number(),
      depthKm: z.number(),
      magnitude: z.number(),
    }),
    steps: z.array(drillStepSchema),
  })
  .meta({ id: 'Drill' })

/** POST /api/drills: begins one; the answer is the drill as it stands. Only one runs at a time. */
export const drillRequestSchema = z
  .strictObject({
    hooks: z
      .array(z.string())
      .exactOptional()
      .meta({ description: 'Default: those of the configuration; none: no hook is told' }),
  })
  .meta({ id: 'DrillRequest' })

/** GET /api/drills: the newest first. GET /api/drills/:id gives one, with steps as they come. */
export const drillsAnswerSchema = z.object({ drills: z.array(drillSchema) }).meta({ id: 'DrillsAnswer' })

/** When drills run by themselves, whom they tell and how long that may take. */
export const drillsConfigSchema = z
  .strictObject({
    /** Time of day by the wall clock. */
    dailyAt: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "06:30", in quotes')
      .exactOptional(),
    zone: z.string().refine(isZone, 'a time zone such as Europe/Paris or UTC').default('UTC'),
    /** Absent: all that rules tell of detections or events. */
    hooks: z.array(z.string()).exactOptional(),
    /** From the first packet to the last hook. */
    withinSeconds: z.number().min(1).max(3600).default(60),
  })
  .prefault({})

export type DrillStep = z.infer<typeof drillStepSchema>
export type Drill = z.infer<typeof drillSchema>
export type DrillRequest = z.infer<typeof drillRequestSchema>
export type DrillsAnswer = z.infer<typeof drillsAnswerSchema>
export type DrillsConfig = z.output<typeof drillsConfigSchema>

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}
