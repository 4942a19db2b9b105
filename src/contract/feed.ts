import { z } from 'zod'
import { type DetectionWire, detectionSchema, labelSchema } from './detection.ts'
import { drillSchema } from './drill.ts'
import { type EventWire, eventSchema } from './event.ts'
import { modelSchema, stationStatusSchema, systemHealthSchema } from './health.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema, scoreSchema, seqSchema, stationIdSchema } from './primitives.ts'

/**
 * The WebSocket feed, `ws://…/feed?topics=…&stations=…&waveformStations=…&envelopeStations=…&scoreStations=…&since=SEQ`.
 *
 * Every text frame is a JSON object with `type` and `seq`. Detections, labels and events are durable: `seq` is their own number and they
 * are replayed after `since`. All other messages carry the newest durable number at the time. Binary frames are waveforms
 * (waveform-frame.ts) and envelopes (envelope-frame.ts: the extremes of each second, for sparklines); the first four bytes tell.
 *
 * At the beginning a client gets the last two minutes of waveforms and scores and the last ten of envelopes; after `subscribe`, those
 * of instruments that it did not have before.
 *
 * A client that reads slowly gets every durable message, every envelope of the last ten minutes, of the waveforms the newest of each
 * instrument, and misses scores (GET /api/scores has them) and health.
 */

/** `detections` carries labels, too. An event belongs to the stations of its members. */
export const FEED_TOPICS = ['detections', 'events', 'scores', 'waveforms', 'envelopes', 'health', 'drills'] as const

export type FeedTopic = (typeof FEED_TOPICS)[number]

export { FEED_CLOSE } from './feed-close.ts'

export const monitorModeSchema = z.enum(['live', 'replay', 'demo'])

export type MonitorMode = z.infer<typeof monitorModeSchema>

/** First message of every connection. */
export const helloSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('hello'),
    time: isoTimeSchema,
    version: z.string(),
    mode: monitorModeSchema,
    /** Another store starts its numbers anew: forget `since` when this differs from last time. */
    storeId: z.string(),
    model: modelSchema,
    stations: z.array(stationStatusSchema),
  })
  .meta({ id: 'Hello' })

/** A person labelled a detection, or took the label back (null). */
export const labelMessageSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('label'),
    id: z.string().meta({ description: 'The detection' }),
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    label: labelSchema.nullable(),
  })
  .meta({ id: 'LabelMessage' })

/** Scores since the last message, oldest first; `time` is the END of the scored window. */
export const scoresSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('scores'),
    time: isoTimeSchema,
    scores: z.array(z.object({ instrument: instrumentIdSchema, time: isoTimeSchema, score: scoreSchema })),
  })
  .meta({ id: 'Scores' })

/** State of the stations and of the monitor, every few seconds and whenever a state changes. */
export const healthMessageSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('health'),
    time: isoTimeSchema,
    stations: z.array(stationStatusSchema),
    system: systemHealthSchema,
  })
  .meta({ id: 'HealthMessage' })

/** Topic `health`: an instrument is in another state. */
export const stationStateSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('state'),
    time: isoTimeSchema,
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    from: stationStatusSchema.shape.state,
    to: stationStatusSchema.shape.state,
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'StationState' })

/** Answers `ping`: what a page needs to know the monitor's clock. `time` is when it was answered. */
export const pongSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('pong'),
    time: isoTimeSchema,
    sent: z.number().meta({ description: 'As the ping said' }),
    client: countSchema.meta({ description: 'Number of this connection' }),
  })
  .meta({ id: 'Pong' })

/** Topic `drills`: a drill has come as far as the feed, and once more when it has ended. Nothing has happened. */
export const drillMessageSchema = z
  .object({ seq: seqSchema, type: z.literal('drill'), time: isoTimeSchema, drill: drillSchema })
  .meta({ id: 'DrillMessage' })

export const feedMessageSchema = z
  .discriminatedUnion('type', [
    helloSchema,
    detectionSchema,
    labelMessageSchema,
    eventSchema,
    scoresSchema,
    healthMessageSchema,
    stationStateSchema,
    drillMessageSchema,
    pongSchema,
  ])
  .meta({ id: 'FeedMessage' })

/**
 * Client → server: changes topics and stations of an open feed. Ids of stations or instruments. `stations`: none = all. The lists of
 * one topic: absent = as `stations`, empty = of no station.
 */
export const subscribeSchema = z
  .strictObject({
    type: z.literal('subscribe'),
    topics: z.array(z.enum(FEED_TOPICS)),
    stations: z.array(stationOrInstrument()).exactOptional(),
    waveformStations: z.array(stationOrInstrument()).exactOptional(),
    envelopeStations: z.array(stationOrInstrument()).exactOptional(),
    scoreStations: z.array(stationOrInstrument()).exactOptional(),
  })
  .meta({ id: 'Subscribe' })

/** Client → server: asks for the time; `sent` comes back as it is (the client's own clock). */
export const pingSchema = z.strictObject({ type: z.literal('ping'), sent: z.number() }).meta({ id: 'Ping' })

/** Client → server: a detection that came over this connection has been drawn. */
export const shownSchema = z
  .strictObject({
    type: z.literal('shown'),
    seq: seqSchema,
    time: isoTimeSchema.meta({ description: "End of the frame, by the monitor's clock as the page estimates it" }),
    uncertaintySeconds: z.number().min(0).max(60),
  })
  .meta({ id: 'Shown' })

export const clientMessageSchema = z.discriminatedUnion('type', [subscribeSchema, pingSchema, shownSchema])

export type HelloMessage = z.infer<typeof helloSchema>
export type LabelMessage = z.infer<typeof labelMessageSchema>
export type ScoresMessage = z.infer<typeof scoresSchema>
export type HealthMessage = z.infer<typeof healthMessageSchema>
export type DrillMessage = z.infer<typeof drillMessageSchema>
export type StationStateMessage = z.infer<typeof stationStateSchema>
/** Messages with a number of their own, kept in the store and replayed after `since`. */
export type DurableMessage = DetectionWire | LabelMessage | EventWire
export type PongMessage = z.infer<typeof pongSchema>
export type ClientMessage = z.infer<typeof clientMessageSchema>
export type FeedMessage = z.infer<typeof feedMessageSchema>
export type SubscribeMessage = z.infer<typeof subscribeSchema>

function stationOrInstrument() {
  return z.string().regex(/^[A-Za-z0-9]{1,8}_[A-Za-z0-9-]{1,8}(_[A-Za-z0-9-]{0,8}_[A-Za-z0-9_]+)?$/)
}
