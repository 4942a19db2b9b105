import { z } from 'zod'
import { detectionSchema, labelSchema, labelValueSchema } from './detection.ts'
import { eventSchema } from './event.ts'
import { monitorModeSchema } from './feed.ts'
import { modelSchema, stationStatusSchema, systemHealthSchema } from './health.ts'
import { journeySchema } from './journey.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema, scoreSchema } from './primitives.ts'

/** Answers of the HTTP API, all under `/api`. */

export const errorAnswerSchema = z
  .object({ error: z.object({ code: z.string().meta({ description: 'Stable; switch on this' }), message: z.string() }) })
  .meta({ id: 'ErrorAnswer' })

/** GET /api/detections; newest onset first. `cursor` of one page asks for the next. */
export const detectionsAnswerSchema = z
  .object({ detections: z.array(detectionSchema), cursor: z.string().nullable() })
  .meta({ id: 'DetectionsAnswer' })

/** Three components on the grid of the model; sample i is at startTime + i / rate. */
export const snippetSchema = z
  .object({
    startTime: isoTimeSchema,
    /** Hz. */
    rate: z.number().positive(),
    Z: z.array(z.number()),
    N: z.array(z.number()),
    E: z.array(z.number()),
  })
  .meta({ id: 'Snippet' })

/** Relevance of each sample of a detection's best window, from 1 at the logit; sample i is at startTime + i / rate. */
export const relevanceSchema = snippetSchema
  .extend({ beta: z.number().meta({ description: 'Of the LRP rule' }) })
  .meta({ id: 'Relevance' })

/** One run of scores without a hole: score i belongs to the window that ENDS at endTime + i · strideSeconds. */
export const scoreRunSchema = z.object({
  endTime: isoTimeSchema,
  strideSeconds: z.number().positive(),
  scores: z.array(scoreSchema),
})

/** GET /api/detections/:id */
export const detectionAnswerSchema = z
  .object({
    detection: detectionSchema,
    waveform: snippetSchema.nullable(),
    relevance: relevanceSchema.nullable().meta({ description: 'null for detections that were not explained' }),
    scores: z.array(scoreRunSchema),
    journeys: z
      .array(journeySchema)
      .meta({ description: 'From packet to screens: of its opening, of its end; as far as it was measured' }),
    labels: z.array(labelSchema.extend({ value: labelValueSchema.nullable() })).meta({ description: 'History, oldest first' }),
  })
  .meta({ id: 'DetectionAnswer' })

/** GET /api/events; newest first. `cursor` of one page asks for the next. */
export const eventsAnswerSchema = z
  .object({ events: z.array(eventSchema), cursor: z.string().nullable() })
  .meta({ id: 'EventsAnswer' })

/** GET /api/events/:id; the detections of its members, as far as they are stored. */
export const eventAnswerSchema = z
  .object({ event: eventSchema, detections: z.array(detectionSchema) })
  .meta({ id: 'EventAnswer' })

/** PATCH /api/detections/:id; null takes the label back. */
export const labelRequestSchema = z
  .strictObject({ label: labelValueSchema.nullable(), by: z.string().trim().min(1).max(100) })
  .meta({ id: 'LabelRequest' })

/** GET /api/stations */
export const stationsAnswerSchema = z.object({ stations: z.array(stationStatusSchema) }).meta({ id: 'StationsAnswer' })

/** GET /api/model; `card` as in the model's card.json. */
export const modelAnswerSchema = modelSchema
  .extend({ card: z.unknown(), hasReport: z.boolean().meta({ description: 'Whether there is a /api/model/report' }) })
  .meta({ id: 'ModelAnswer' })

/** GET /api/health; the HTTP status is 200 also when degraded: detection goes on. */
export const healthAnswerSchema = systemHealthSchema
  .extend({
    version: z.string(),
    mode: monitorModeSchema,
    startedAt: isoTimeSchema,
    uptimeSeconds: z.number(),
    feedClients: countSchema,
  })
  .meta({ id: 'HealthAnswer' })

/** GET /api/scores?instrument=…&from=…&to=… */
export const scoresAnswerSchema = z
  .object({ instrument: instrumentIdSchema, runs: z.array(scoreRunSchema) })
  .meta({ id: 'ScoresAnswer' })

export type ErrorAnswer = z.infer<typeof errorAnswerSchema>
export type DetectionsAnswer = z.infer<typeof detectionsAnswerSchema>
export type DetectionAnswer = z.infer<typeof detectionAnswerSchema>
export type EventsAnswer = z.infer<typeof eventsAnswerSchema>
export type EventAnswer = z.infer<typeof eventAnswerSchema>
export type Snippet = z.infer<typeof snippetSchema>
export type RelevanceWire = z.infer<typeof relevanceSchema>
export type ScoreRunWire = z.infer<typeof scoreRunSchema>
export type LabelRequest = z.infer<typeof labelRequestSchema>
export type StationsAnswer = z.infer<typeof stationsAnswerSchema>
export type ModelAnswer = z.infer<typeof modelAnswerSchema>
export type HealthAnswer = z.infer<typeof healthAnswerSchema>
export type ScoresAnswer = z.infer<typeof scoresAnswerSchema>
