import { z } from 'zod'
import { hookStatusSchema } from './alert.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema, problemCountsSchema, stationIdSchema } from './primitives.ts'

/**
 * What the monitor knows of one instrument (a station may have several).
 *
 * `waiting` never heard · `ok` · `latent` data come late · `gap` the last window was lost to a gap or a missing component ·
 * `silent` its servers are there and it sends nothing · `stalled` no server that has it can be reached · `rejected` every
 * server of it refuses it, or its data are slower than the model's. `reason` says more.
 */
export const stationStatusSchema = z
  .object({
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    state: z.enum(['waiting', 'ok', 'latent', 'gap', 'silent', 'stalled', 'rejected']),
    /** When it got into this state, as far as the monitor has seen. */
    since: isoTimeSchema.exactOptional(),
    reason: z.string().exactOptional(),
    /** Of one that is `waiting`: a server takes it, has sent nothing of it for long, and was asked why; `reason` says what it has. */
    isUnheard: z.literal(true).exactOptional(),
    /** The one that leads: new data come from it. */
    server: z.string().exactOptional(),
    /** Of an instrument with more than one server. */
    servers: z
      .array(
        z.object({
          url: z.string(),
          /** Since when it leads; null: another one does. */
          leadsSince: isoTimeSchema.nullable(),
          lastPacketTime: isoTimeSchema.nullable(),
          /** Records that another server had brought already. */
          redundant: countSchema,
          rejected: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
    /** Channels that are silent while others of the instrument are not. */
    silentChannels: z.array(z.object({ channel: z.string(), since: isoTimeSchema })).exactOptional(),
    /** Seconds from the time of the last sample to its arrival; null before the first packet and in replay. */
    latencySeconds: z.number().nullable(),
    lastSampleTime: isoTimeSchema.nullable(),
    /** When its newest packet arrived. */
    lastPacketTime: isoTimeSchema.nullable().exactOptional(),
    /** Hz, of the source. */
    sampleRate: z.number().exactOptional(),
    /** The model that is asked for a second opinion, Hz of its grid, where the instrument is too slow for it: the scores are the first model's alone. */
    unaskedModel: z.object({ name: z.string(), sampleRate: z.number().positive() }).exactOptional(),
    /** Percent, of the newest record that says one. Many recorders write 0 when they do not know. */
    timingQuality: z.number().exactOptional(),
    gaps: countSchema,
    overlaps: countSchema,
    /** Records that came after later ones and found their place. */
    reordered: countSchema.exactOptional(),
    /** Records that came after their gap had been given up. */
    late: countSchema.exactOptional(),
    /** Packets lost by a full queue. */
    dropped: countSchema.exactOptional(),
    /** Thresholds in force for this instrument, and how long its score must stay over them before a detection is told. */
    trigger: z.object({ on: z.number(), off: z.number(), minimumSeconds: z.number().exactOptional() }),
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
    /** When it got into this state. */
    since: isoTimeSchema.exactOptional(),
    reconnects: countSchema,
    packets: countSchema,
    /** What waits for the pipeline, and what a full queue lost. */
    queue: z.object({ packets: countSchema, bytes: countSchema, limitBytes: z.number(), dropped: countSchema }).exactOptional(),
    /** A server went live without what was asked for: how often the rest was fetched, and the stations that wait for it now. */
    backlog: z.object({ fetches: countSchema, waiting: z.array(stationIdSchema) }).exactOptional(),
    lastPacketTime: isoTimeSchema.nullable(),
  })
  .meta({ id: 'ServerStatus' })

export const systemHealthSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    /** Why `degraded`, one line each. */
    reasons: z.array(z.string()),
    servers: z.array(serverStatusSchema),
    store: z.object({
      state: z.enum(['ok', 'degraded']),
      reason: z.string().exactOptional(),
      bytes: countSchema,
      /** Beyond it the oldest scores go. */
      maximumBytes: countSchema.exactOptional(),
      /** Days of data time. */
      keepScoresDays: z.number().exactOptional(),
    }),
    /** Packets that wait for the pipeline, of all servers. */
    queue: z.object({ packets: countSchema, bytes: countSchema, dropped: countSchema }).exactOptional(),
    /** Where alerts go, and how they get there. */
    hooks: z.array(hookStatusSchema).exactOptional(),
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
