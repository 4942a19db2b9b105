import { z } from 'zod'
import { latencySchema } from './detection.ts'
import { countSchema, seqSchema } from './primitives.ts'

/** One page to which a message was sent. */
export const screenTimesSchema = z.object({
  client: countSchema.meta({ description: 'Number of the connection; `pong` tells a page its own' }),
  sentSeconds: z.number().meta({ description: "On disk → handed to this client's socket" }),
  shown: z
    .object({
      seconds: z.number().meta({ description: 'Handed to the socket → end of the frame in which the page drew it' }),
      uncertaintySeconds: z
        .number()
        .nonnegative()
        .meta({ description: "Of the page's clock against the monitor's: half a round trip" }),
    })
    .exactOptional()
    .meta({ description: 'Absent: not drawn (another screen, scrolled away, hidden), or the page does not tell' }),
})

/** What the opening or the end of a detection took on its way from the packet to the screens. All by the clock, none by the data. */
export const journeySchema = z
  .object({
    seq: seqSchema,
    state: z.enum(['open', 'closed']),
    latency: latencySchema,
    storeSeconds: z.number().meta({ description: "The pipeline's word → its transaction on disk" }),
    screens: z.array(screenTimesSchema).meta({ description: 'Clients connected at that time; the first few' }),
  })
  .meta({ id: 'Journey' })

export const JOURNEY_STEPS = ['packet', 'queue', 'scoring', 'deciding', 'storing', 'sending', 'showing'] as const

/** GET /api/health/latency: how the steps are distributed over the newest thousand of each since the start of the monitor. */
export const latencyDistributionSchema = z
  .object({
    steps: z.array(
      z.object({
        step: z.enum(JOURNEY_STEPS),
        count: countSchema,
        median: z.number(),
        /** Nineteen of twenty are below. */
        p95: z.number(),
        maximum: z.number(),
      }),
    ),
  })
  .meta({ id: 'LatencyDistribution' })

export type ScreenTimes = z.infer<typeof screenTimesSchema>
export type Journey = z.infer<typeof journeySchema>
export type JourneyStep = (typeof JOURNEY_STEPS)[number]
export type LatencyDistribution = z.infer<typeof latencyDistributionSchema>

export interface KnownJourney {
  /** Its id. */
  readonly detection: string
  readonly journey: Journey
}
