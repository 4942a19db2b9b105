import { z } from 'zod'
import { SCORE_BIN_EDGES } from '../domain/score-bins.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema } from './primitives.ts'

export { SCORE_BIN_EDGES }

const histogram = { windows: countSchema, counts: z.array(countSchema).meta({ description: 'Windows per bin' }) }

/** GET /api/scores/distribution?from=…&to=…[&instrument=…]: where the scores are now, and where they were expected. */
export const scoreDistributionSchema = z
  .object({
    from: isoTimeSchema,
    to: isoTimeSchema,
    instrument: instrumentIdSchema.nullable().meta({ description: 'null: all of them' }),
    edges: z.array(z.number()).meta({
      description:
        'Logits between the bins: bin 0 is below edges[0], bin i in [edges[i − 1], edges[i]), the last one from the last edge on',
    }),
    ...histogram,
    reference: z
      .object({
        /** `training`: of the model card; `first-day`: of the first 24 hours in the store. */
        kind: z.enum(['training', 'first-day']),
        from: isoTimeSchema.exactOptional(),
        to: isoTimeSchema.exactOptional(),
        ...histogram,
      })
      .nullable(),
    drift: z.number().nonnegative().nullable().meta({
      description:
        'Population stability index against the reference; null without one and with fewer than 500 windows. Rule of thumb: above 0.25 it moved',
    }),
  })
  .meta({ id: 'ScoreDistribution' })

export type ScoreDistribution = z.infer<typeof scoreDistributionSchema>
