import { z } from 'zod'
import type { NetworkEvent } from '../domain/network-event.ts'
import { formatMicros } from '../domain/time.ts'
import { countSchema, instrumentIdSchema, isoTimeSchema, scoreSchema, seqSchema, stationIdSchema } from './primitives.ts'

/** One detection of an event; `S` and `other` (another instrument of a station) do not count as stations. */
export const eventMemberSchema = z
  .object({
    detection: z.string().meta({ description: 'Id of the detection' }),
    station: stationIdSchema,
    instrument: instrumentIdSchema,
    onset: isoTimeSchema,
    score: scoreSchema,
    phase: z.enum(['P', 'S', 'other']),
    residualSeconds: z.number().nullable().meta({ description: 'Onset minus prediction; null without a location' }),
    distanceKm: z.number().nonnegative().nullable(),
  })
  .meta({ id: 'EventMember' })

/** A first guess, by machine, from onsets and travel times in a simple Earth. */
export const eventLocationSchema = z
  .object({
    status: z.literal('preliminary'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    time: isoTimeSchema.meta({ description: 'Origin time' }),
    depthKm: z
      .object({ value: z.number(), from: z.number(), to: z.number() })
      .meta({ description: 'Coarse; all of the range fit' }),
    ellipse: z
      .object({ majorKm: z.number(), minorKm: z.number(), azimuth: z.number() })
      .meta({ description: '68 % of the epicentre; azimuth of the long axis, degrees from north' }),
    timeUncertaintySeconds: z.number().nonnegative(),
    rmsSeconds: z.number().nonnegative(),
    onsets: countSchema,
    azimuthalGap: z.number().min(0).max(360),
    model: z.literal('ak135'),
  })
  .meta({ id: 'EventLocation' })

/**
 * A network event, everywhere the same object: feed, HTTP, `replay --json`. Published again, with the next revision, whenever it
 * changes. `seq` is the only field that may differ between live and replay.
 */
export const eventSchema = z
  .object({
    seq: seqSchema,
    type: z.literal('event'),
    id: z.string().min(1).meta({ description: 'Deterministic: the onset that completed the coincidence' }),
    state: z.enum(['open', 'closed', 'vetoed']),
    reason: z.enum(['simultaneous-onsets', 'members-left']).exactOptional(),
    revision: z.int().positive(),
    time: isoTimeSchema.meta({ description: 'Origin time when located, otherwise the first onset' }),
    firstOnset: isoTimeSchema,
    stations: countSchema.meta({ description: 'Distinct stations that count' }),
    rule: z.string().meta({ description: '`network`, or the group whose count was met' }),
    nearest: stationIdSchema.meta({ description: 'Station of the first onset' }),
    location: eventLocationSchema.nullable(),
    members: z.array(eventMemberSchema).meta({ description: 'By onset' }),
  })
  .meta({ id: 'Event' })

export type EventWire = z.infer<typeof eventSchema>

/** An event as feed, HTTP and `--json` show it; fields in the documented order. */
export function eventToWire(event: NetworkEvent, seq: number): EventWire {
  const { id, state, reason, revision, time, firstOnset, stations, rule, nearest, location, members } = event
  return {
    seq,
    type: 'event',
    id,
    state,
    ...(reason !== undefined && { reason }),
    revision,
    time: formatMicros(time),
    firstOnset: formatMicros(firstOnset),
    stations,
    rule,
    nearest,
    location: location && { ...location, time: formatMicros(location.time) },
    members: members.map(({ detection, station, instrument, onset, score, phase, residualSeconds, distanceKm }) => ({
      detection,
      station,
      instrument,
      onset: formatMicros(onset),
      score,
      phase,
      residualSeconds,
      distanceKm,
    })),
  }
}
