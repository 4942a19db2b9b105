import { z } from 'zod'
import { LABEL_VALUES } from '../domain/label.ts'
import { parseInstrumentId, parseStationId } from '../domain/source-id.ts'
import { type Micros, parseIsoMicros } from '../domain/time.ts'
import { labelValueSchema } from './detection.ts'
import {
  countSchema,
  instrumentIdSchema,
  isoTimeSchema,
  retriggerRatioSchema,
  scoreSchema,
  stationIdSchema,
} from './primitives.ts'

/** Other settings of trigger and coincidence, tried on stored scores: no inference. */

const timeInputSchema = z.string().transform((text, context): Micros => {
  const micros = parseIsoMicros(text)
  if (micros !== undefined) return micros
  context.issues.push({ code: 'custom', message: 'expected an ISO 8601 time such as 2019-07-04T17:33:49Z', input: text })
  return z.NEVER
})

const stationOrInstrumentSchema = z
  .string()
  .refine((text) => (parseStationId(text) ?? parseInstrumentId(text)) !== undefined, 'expected NET_STA or NET_STA_LOC_BS')

const thresholdSchema = z.number().gt(0).max(1)

/** What is absent stays as it is in force. Fields as in `stations.yaml`. */
export const triggerChangeSchema = z.strictObject({
  on: thresholdSchema.exactOptional(),
  off: thresholdSchema.exactOptional(),
  minimumSeconds: z.number().nonnegative().exactOptional(),
  maximumSeconds: z.number().positive().exactOptional(),
  deadSeconds: z.number().nonnegative().exactOptional(),
  holdSeconds: z.number().nonnegative().exactOptional(),
  retriggerRatio: retriggerRatioSchema.exactOptional(),
  retriggerSeconds: z.number().nonnegative().exactOptional(),
})

export const coincidenceChangeSchema = z.strictObject({
  stations: z.int().min(2).exactOptional(),
  withinSeconds: z.number().positive().exactOptional(),
})

/**
 * POST /api/what-if: detections; /api/what-if/events: network events, which take longer; /api/what-if/sweep: detections for many on
 * thresholds. The same span asked for again is answered from memory, as it
 * was: ask for a later `to` to see newer scores. Labels are always those of now.
 */
export const whatIfRequestSchema = z
  .strictObject({
    from: timeInputSchema,
    to: timeInputSchema,
    /** Only these are looked at; absent: all that have scores. */
    stations: z.array(stationOrInstrumentSchema).min(1).max(10_000).exactOptional(),
    /** Whose trigger it is; absent: everybody's, above which overrides of stations stay in force. */
    scope: stationOrInstrumentSchema.exactOptional(),
    trigger: triggerChangeSchema.default({}),
    coincidence: coincidenceChangeSchema.default({}),
  })
  .refine(({ from, to }) => to > from, { path: ['to'], error: 'expected a time after from' })
  .meta({ id: 'WhatIfRequest' })

const triggerInForceSchema = z.object({
  on: thresholdSchema,
  off: thresholdSchema,
  minimumSeconds: z.number(),
  maximumSeconds: z.number(),
  deadSeconds: z.number(),
  holdSeconds: z.number(),
  retriggerRatio: z.number(),
  retriggerSeconds: z.number(),
})

/** A detection that one setting gives and the other does not. */
export const whatIfDetectionSchema = z
  .object({
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    /** The stored one that it is; null: never made. */
    id: z.string().nullable(),
    /** End of the first window over the on threshold. */
    on: isoTimeSchema,
    /** null: the score is still up where the scores end. */
    off: isoTimeSchema.nullable(),
    score: scoreSchema.meta({ description: 'The largest' }),
    label: labelValueSchema.nullable(),
    isPart: z.boolean().meta({ description: 'The other setting has it as a part of a longer one, or of several' }),
  })
  .meta({ id: 'WhatIfDetection' })

/** A network event that one setting gives and the other does not. */
export const whatIfEventSchema = z
  .object({ time: isoTimeSchema.meta({ description: 'Of the first onset' }), stations: z.array(stationIdSchema) })
  .meta({ id: 'WhatIfEvent' })

const dayCountsSchema = z.array(z.object({ day: z.string(), count: countSchema }))

const outcomeSchema = z.object({
  detections: countSchema,
  /** One per UTC day of the span. */
  perDay: dayCountsSchema,
  /** Stored detections with this label that it finds, alone or as parts of longer ones. */
  labels: z.object(Object.fromEntries(LABEL_VALUES.map((label) => [label, countSchema])) as LabelCountShape),
})

type LabelCountShape = Record<(typeof LABEL_VALUES)[number], typeof countSchema>

export const whatIfAnswerSchema = z
  .object({
    from: isoTimeSchema,
    to: isoTimeSchema,
    /** End of the newest scored window in the span; null: there are no scores. */
    scoredUntil: isoTimeSchema.nullable(),
    /** Windows × stride, summed over the instruments. */
    stationDays: z.number().nonnegative(),
    /** In force, for the scope. */
    settings: z.object({
      trigger: triggerInForceSchema,
      coincidence: z.object({ stations: z.number(), withinSeconds: z.number() }),
    }),
    /** The settings in force, and those asked for. */
    now: outcomeSchema,
    asked: outcomeSchema,
    /** Labelled detections in the store, whatever settings made them. */
    labelled: z.object(Object.fromEntries(LABEL_VALUES.map((label) => [label, countSchema])) as LabelCountShape),
    instruments: z.array(
      z.object({
        instrument: instrumentIdSchema,
        scoredDays: z.number().nonnegative(),
        now: countSchema,
        asked: countSchema,
        lost: countSchema,
        gained: countSchema,
        trigger: triggerInForceSchema.meta({ description: 'In force' }),
        askedTrigger: triggerInForceSchema,
        /** `stations.yaml` has thresholds for it or its station. */
        hasOverride: z.boolean(),
      }),
    ),
    /** Labelled ones first, then the newest; at most 500. */
    lost: z.array(whatIfDetectionSchema),
    gained: z.array(whatIfDetectionSchema),
    /** Windows per bin of the logit, bins as in ScoreDistribution. */
    histogram: z.array(countSchema),
  })
  .meta({ id: 'WhatIfAnswer' })

const eventOutcomeSchema = z.object({ events: countSchema, perDay: dayCountsSchema })

/** Network events that are not vetoed. Onsets are those of stored detections; of others they are guessed, so events are nearly exact. */
export const whatIfEventsSchema = z
  .object({
    now: eventOutcomeSchema,
    asked: eventOutcomeSchema,
    /** Newest first; at most 500. */
    lost: z.array(whatIfEventSchema),
    gained: z.array(whatIfEventSchema),
  })
  .meta({ id: 'WhatIfEvents' })

/** With every other setting as asked for; where `off` would not be below it, it is the same. */
export const whatIfSweepSchema = z
  .object({
    stationDays: z.number().nonnegative(),
    /** By on threshold, rising. */
    steps: z.array(
      z.object({
        on: thresholdSchema,
        detections: countSchema,
        labels: z.object(Object.fromEntries(LABEL_VALUES.map((label) => [label, countSchema])) as LabelCountShape),
      }),
    ),
  })
  .meta({ id: 'WhatIfSweep' })

/** POST /api/settings/trigger: what is to be changed in `stations.yaml`; `hash` of the text that the diff was made from writes it. */
export const settingsChangeSchema = z
  .strictObject({
    scope: stationOrInstrumentSchema.exactOptional(),
    trigger: triggerChangeSchema.default({}),
    coincidence: coincidenceChangeSchema.default({}),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .exactOptional(),
  })
  .meta({ id: 'SettingsChange' })

/** GET /api/settings/trigger: what the file says now, which the running monitor may not know yet. */
export const settingsAnswerSchema = z
  .object({
    file: z.string().nullable().meta({ description: 'null: the monitor runs without one, and nothing can be written' }),
    hash: z.string().nullable().meta({ description: 'SHA-256 of the file' }),
    trigger: triggerInForceSchema,
    coincidence: z.object({ stations: z.number(), withinSeconds: z.number() }),
    /** NET_STA or NET_STA_LOC_BS with thresholds of its own. */
    overrides: z.array(z.object({ id: z.string(), trigger: triggerChangeSchema })),
    /** The file has other settings than the running monitor: they take effect at the next start. */
    isPending: z.boolean(),
  })
  .meta({ id: 'SettingsAnswer' })

export const settingsProposalSchema = z
  .object({
    file: z.string(),
    hash: z.string().meta({ description: 'Of the text before the change; of the new one when it was written' }),
    diff: z.string().meta({ description: 'Unified; empty when the file says so already' }),
    isWritten: z.boolean(),
    /** Where the text before is kept. */
    backup: z.string().exactOptional(),
    note: z.string(),
  })
  .meta({ id: 'SettingsProposal' })

export type TriggerChange = z.output<typeof triggerChangeSchema>
export type CoincidenceChange = z.output<typeof coincidenceChangeSchema>
export type WhatIfRequest = z.output<typeof whatIfRequestSchema>
/** As the page sends it. */
export type WhatIfRequestWire = z.input<typeof whatIfRequestSchema>
export type WhatIfDetection = z.infer<typeof whatIfDetectionSchema>
export type WhatIfEvent = z.infer<typeof whatIfEventSchema>
export type WhatIfOutcome = z.infer<typeof outcomeSchema>
export type WhatIfAnswer = z.infer<typeof whatIfAnswerSchema>
export type WhatIfEvents = z.infer<typeof whatIfEventsSchema>
export type WhatIfSweep = z.infer<typeof whatIfSweepSchema>
export type SettingsChange = z.output<typeof settingsChangeSchema>
export type SettingsAnswer = z.infer<typeof settingsAnswerSchema>
export type SettingsProposal = z.infer<typeof settingsProposalSchema>
