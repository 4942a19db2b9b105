import { z } from 'zod'
import { LEAST_ARRIVAL_RATIO } from '../domain/window.ts'

/** The pieces every message is made of. */

/** ISO 8601 UTC with microseconds, as `formatMicros` writes it. */
export const isoTimeSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/)
  .meta({ description: 'ISO 8601 UTC with microseconds', examples: ['2019-07-04T17:33:49.000000Z'] })

export const stationIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{1,8}_[A-Za-z0-9-]{1,8}$/)
  .meta({ description: 'Station: NET_STA', examples: ['IU_ANMO'] })

export const instrumentIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{1,8}_[A-Za-z0-9-]{1,8}_[A-Za-z0-9-]{0,8}_[A-Za-z0-9]+(_[A-Za-z0-9]+)?$/)
  .meta({ description: 'Three components of one sensor at one rate: NET_STA_LOC_BS', examples: ['IU_ANMO_00_BH'] })

/** Number of a durable message (detection, label, event): grows by at least one, never repeats within one store. */
export const seqSchema = z
  .int()
  .nonnegative()
  .meta({ description: 'Number of the newest durable message; give it back as `since`' })

export const scoreSchema = z.number().min(0).max(1).meta({ description: 'Probability of an earthquake in the window, 0–1' })

/** Smaller ratios are not looked for. */
export const retriggerRatioSchema = z
  .number()
  .refine((ratio) => ratio === 0 || ratio >= LEAST_ARRIVAL_RATIO, `0 (never) or at least ${LEAST_ARRIVAL_RATIO}`)

export const countSchema = z.int().nonnegative()

/** Problems counted by their stable code. */
export const problemCountsSchema = z.record(z.string(), countSchema)
