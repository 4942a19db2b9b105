import { z } from 'zod'
import type { Detection, Latency } from '../domain/detection.ts'
import { LABEL_VALUES, type Label } from '../domain/label.ts'
import { formatMicros } from '../domain/time.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema, scoreSchema, seqSchema, stationIdSchema } from './primitives.ts'

export const labelValueSchema = z.enum(LABEL_VALUES)

export const labelSchema = z.object({ value: labelValueSchema, by: z.string(), time: isoTimeSchema })

export type LabelWire = z.infer<typeof labelSchema>

const shareSchema = z.number().min(0).max(1)

/** What the relevance of the best window says; shares of the summed |relevance|, seconds after the onset. */
export const relevanceFactsSchema = z
  .object({
    beta: z.number().meta({ description: 'Of the LRP rule' }),
    conserved: z.number().meta({ description: 'Relevance at the input over the one at the logit' }),
    beforeOnset: shareSchema,
    fromS: shareSchema.nullable().meta({ description: 'Share from the guessed S on; null without a guess' }),
    centroidSeconds: z.number(),
    sGuessSeconds: z.number().nullable(),
    spike: shareSchema.meta({ description: 'Share of the quarter of a second that has most' }),
    flatEdge: shareSchema.meta({ description: 'Share next to where a component freezes or wakes up' }),
    windowEdge: shareSchema.meta({ description: 'Share in the first and last second of the window' }),
    components: z.tuple([shareSchema, shareSchema, shareSchema]).meta({ description: 'Shares of Z, N, E' }),
  })
  .meta({ id: 'RelevanceFacts' })

/** See domain/detection.ts; each absent where it is not measured. */
export const latencySchema = z.object({
  packetSeconds: z.number().exactOptional().meta({ description: 'Last sample → packet here' }),
  queueSeconds: z.number().exactOptional().meta({ description: 'Packet here → taken from the queue' }),
  scoringSeconds: z.number().exactOptional().meta({ description: 'Taken → scored' }),
  decidingSeconds: z.number().exactOptional().meta({ description: 'Scored → triggered and explained' }),
  processingSeconds: z.number().exactOptional().meta({ description: 'Packet here → handed to the store' }),
})

/**
 * A detection, everywhere the same object: feed, HTTP, `replay --json`. `seq` and `latency` (and a person's `label`) are the
 * only fields that may differ between live and replay.
 */
export const detectionSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('detection'),
    id: z.string().min(1).meta({ description: 'Deterministic: instrument + onset + model' }),
    state: z.enum(['open', 'closed']),
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    onset: z.object({ time: isoTimeSchema, uncertaintySeconds: z.number().nonnegative(), method: z.enum(['aic', 'window']) }),
    on: isoTimeSchema.meta({ description: 'End of the first window over the on threshold' }),
    off: isoTimeSchema
      .nullable()
      .meta({ description: 'End of the first window below the off threshold, told when the hold is over; null while open' }),
    peak: z.object({
      time: isoTimeSchema,
      score: scoreSchema,
      secondOpinion: scoreSchema.exactOptional().meta({ description: 'of the second model alone; absent when it was not asked' }),
    }),
    model: z.string().meta({ description: 'Model name and short hash of its weights' }),
    config: z.string().meta({ description: 'Hash of all configuration that can change a score or a trigger' }),
    quality: z.object({
      gaps: countSchema,
      windows: countSchema,
      isTruncated: z.boolean(),
      isRetriggered: z.boolean().exactOptional().meta({
        description: 'Began with another arrival in the coda of the detection before it; may be S of that one. Absent: no',
      }),
      snrDb: z.number().nullable(),
      peakAmplitude: z.number().nonnegative(),
    }),
    relevance: relevanceFactsSchema.exactOptional(),
    latency: latencySchema,
    reason: z.string().exactOptional(),
    label: labelSchema.exactOptional(),
  })
  .meta({ id: 'Detection' })

export type DetectionWire = z.infer<typeof detectionSchema>

/** What the wire adds to the domain's detection. */
export interface DetectionEnvelope {
  readonly seq: number
  readonly latency: Latency
  readonly label?: Label | undefined
}

/** A detection as feed, HTTP and `--json` show it; fields in the documented order. */
export function detectionToWire(detection: Detection, { seq, latency, label }: DetectionEnvelope): DetectionWire {
  const { id, state, station, instrument, onset, on, off, peak, model, config, quality, relevance, reason } = detection
  return {
    seq,
    type: 'detection',
    id,
    state,
    station,
    instrument,
    onset: { time: formatMicros(onset.time), uncertaintySeconds: onset.uncertaintySeconds, method: onset.method },
    on: formatMicros(on),
    off: off === null ? null : formatMicros(off),
    peak: { ...peak, time: formatMicros(peak.time) },
    model,
    config,
    quality: { ...quality },
    ...(relevance && { relevance: { ...relevance, components: [...relevance.components] } }),
    latency: { ...latency },
    ...(reason !== undefined && { reason }),
    ...(label && { label: labelToWire(label) }),
  }
}

export function labelToWire({ value, by, time }: Label): LabelWire {
  return { value, by, time: formatMicros(time) }
}
