import { z } from 'zod'
import { countSchema, instrumentIdSchema, isoTimeSchema, problemCountsSchema, stationIdSchema } from './primitives.ts'

/**
 * What the monitor knows of one instrument (a station may have several).
 *
 * `waiting` nothing has come yet · `ok` · `latent` data come late · `gap` the last window was lost to a gap or a missing
 * component · `silent` nothing for a while · `rejected` the server or the monitor refused it (see `reason`).
 */
export const stationStatusSchema = z
  .object({
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    state: z.enum(['waiting', 'ok', 'latent', 'gap', 'silent', 'rejected']),
    reason: z.string().exactOptional(),
    server: z.string().exactOptional(),
    /** Seconds from the time of the last sample to its arrival; null before the first packet and in replay. */
    latencySeconds: z.number().nullable(),
    lastSampleTime: isoTimeSchema.nullable(),
    /** Hz, of the source. */
    sampleRate: z.number().exactOptional(),
    gaps: countSchema,
    overlaps: countSchema,
    /** Thresholds in force for this instrument. */
    trigger: z.object({ on: z.number(), off: z.number() }),
    coordinates: z
      .object({ latitude: z.number(), longitude: z.number(), elevationMetres: z.number().exactOptional() })
      .exactOptional(),
  })
  .meta({ id: 'StationStatus' })

export const serverStatusSchema = z
  .object({
    url: z.string(),
    /** `ended`: an archive played to its end. */
    state: z.enum(['connecting', 'connected', 'waiting', 'rejected', 'ended']),
    reason: z.string().exactOptional(),
    protocol: z.string().exactOptional(),
    reconnects: countSchema,
    packets: countSchema,
    lastPacketTime: isoTimeSchema.nullable(),
  })
  .meta({ id: 'ServerStatus' })

export const systemHealthSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    /** Why `degraded`, one line each. */
    reasons: z.array(z.string()),
    servers: z.array(serverStatusSchema),
    store: z.object({ state: z.enum(['ok', 'degraded']), reason: z.string().exactOptional(), bytes: countSchema }),
    problems: problemCountsSchema,
    detections: countSchema,
    windows: countSchema,
    /** Newest data time over all stations. */
    dataTime: isoTimeSchema.nullable(),
  })
  .meta({ id: 'SystemHealth' })

export const modelSchema = z
  .object({
    /** Name and short hash, as in detections. */
    model: z.string(),
    engine: z.string(),
    /** Hz. */
    gridRate: z.number().positive(),
    windowSeconds: z.number().positive(),
    strideSeconds: z.number().positive(),
    components: z.array(z.string()),
    /** Default thresholds; stations may override them (`StationStatus.trigger`). */
    trigger: z.object({ on: z.number(), off: z.number() }),
  })
  .meta({ id: 'Model' })

export type StationStatus = z.infer<typeof stationStatusSchema>
export type ServerStatus = z.infer<typeof serverStatusSchema>
export type SystemHealth = z.infer<typeof systemHealthSchema>
export type ModelSummary = z.infer<typeof modelSchema>
