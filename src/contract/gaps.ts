import { z } from 'zod'
import type { Micros } from '../domain/time.ts'
import { countSchema, isoTimeSchema } from './primitives.ts'

/** Why samples are missing: `notReceived`, `skippedByServer`, `overflow`, `rejected:CODE`, `timeTear`, `timeReset`, `rateChange`. */
const causeSchema = z.string()

/**
 * GET /api/gaps?station=…&from=…&to=…&limit=…: every hole in what was accepted, by channel, then by time. What was sent and is
 * neither accepted nor in one of these was never sent.
 */
export const gapsAnswerSchema = z
  .object({
    gaps: z.array(
      z.object({
        /** FDSN source identifier. */
        channel: z.string(),
        /** When the first missing sample was due. */
        from: isoTimeSchema,
        /** First sample after it; before `from` when the clock was set back. */
        to: isoTimeSchema,
        cause: causeSchema,
      }),
    ),
    /** More were asked for than `limit` gives. */
    isTruncated: z.boolean(),
    /** All stored gaps, whatever was asked for. */
    causes: z.record(causeSchema, countSchema),
    /** Since the store began, of channels that have sent since the start of the monitor. */
    channels: z.array(
      z.object({
        channel: z.string(),
        /** Samples accepted, each once. */
        samples: countSchema,
        /** Of their values, in order: two monitors that accepted the same have the same. */
        checksum: countSchema,
        /** Records that another server had brought already. */
        redundant: countSchema,
        gaps: z.record(causeSchema, countSchema),
      }),
    ),
  })
  .meta({ id: 'GapsAnswer' })

export type GapsAnswer = z.infer<typeof gapsAnswerSchema>

export interface GapQuery {
  /** First letters of the channels' identifiers after `FDSN:`. */
  readonly prefix?: string | undefined
  /** Ends at or after. */
  readonly from: Micros
  /** Begins at or before. */
  readonly to: Micros
  readonly limit: number
}
