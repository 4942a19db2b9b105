import { z } from 'zod'
import { DELIVERY_STATES } from '../contract/alert.ts'
import { labelValueSchema } from '../contract/detection.ts'
import { EXPLANATION_BIASES, EXPLANATION_METHODS } from '../contract/detection-study.ts'
import { LOG_LEVELS } from '../contract/health-history.ts'
import { LONGEST_WAVEFORMS_SECONDS } from '../contract/waveforms-answer.ts'
import { parseInstrumentId, parseStationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, parseIsoMicros } from '../domain/time.ts'
import { HttpError } from './http-error.ts'

/** Queries of the HTTP API: text in, checked values out. */

const DEFAULT_PAGE = 100
const LARGEST_PAGE = 1000
const MICROS_PER_DAY = 86_400_000_000

/** Far beyond it single precision has no digits left for the difference of both signs. */
const LARGEST_BETA = 1000

/** Scores of a day are about 1.6 MB of JSON. */
const LONGEST_SCORES_DAYS = 7

const time = z.string().transform((text, context) => {
  const micros = parseIsoMicros(text)
  if (micros !== undefined) return micros
  context.issues.push({ code: 'custom', message: 'expected an ISO 8601 time such as 2019-07-04T17:33:49Z', input: text })
  return z.NEVER
})

const station = z
  .string()
  .refine((text) => (parseStationId(text) ?? parseInstrumentId(text)) !== undefined, 'expected NET_STA or NET_STA_LOC_BS')

const instrument = z.string().transform((text, context) => {
  const id = parseInstrumentId(text)
  if (id !== undefined) return id
  context.issues.push({ code: 'custom', message: 'expected NET_STA_LOC_BS', input: text })
  return z.NEVER
})

/** Wins over the Accept header: a link in a page cannot set that. */
const format = z.enum(['json', 'csv', 'quakeml']).optional()

export const formatQuerySchema = z.strictObject({ format })

export const detectionsQuerySchema = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  station: station.optional(),
  minimumScore: z.coerce.number().min(0).max(1).optional(),
  label: z.union([labelValueSchema, z.literal('none')]).optional(),
  state: z.enum(['open', 'closed']).optional(),
  reason: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,60}$/, 'expected none, any or a reason such as relevance-in-one-spike')
    .optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().optional(),
  format,
})

export const explanationQuerySchema = z.strictObject({
  method: z.enum(EXPLANATION_METHODS).default('lrp'),
  beta: z.coerce.number().min(-1).max(LARGEST_BETA).default(0),
  bias: z.enum(EXPLANATION_BIASES).default('ignore'),
})

export const eventsQuerySchema = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  station: z
    .string()
    .refine((text) => parseStationId(text) !== undefined, 'expected NET_STA')
    .optional(),
  minimumStations: z.coerce.number().int().min(0).optional(),
  state: z.enum(['open', 'closed', 'vetoed']).optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().optional(),
  format: z.enum(['json', 'quakeml']).optional(),
})

export const remoteQuerySchema = z.strictObject({ limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE) })

export const remoteSourceSchema = z
  .string('expected the name of the other monitor in the header x-quakewire-source')
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected a name of small letters, digits and -')

export const eventFormatQuerySchema = eventsQuerySchema.pick({ format: true })

export const scoresQuerySchema = z
  .strictObject({ instrument, from: time, to: time })
  .refine(({ from, to }) => to >= from, { path: ['to'], error: 'expected a time not before from' })
  .refine(({ from, to }) => to - from <= LONGEST_SCORES_DAYS * MICROS_PER_DAY, {
    path: ['to'],
    error: `expected at most ${LONGEST_SCORES_DAYS} days after from`,
  })

export const distributionQuerySchema = z
  .strictObject({ instrument: instrument.optional(), from: time, to: time })
  .refine(({ from, to }) => to >= from, { path: ['to'], error: 'expected a time not before from' })
  .refine(({ from, to }) => to - from <= LONGEST_SCORES_DAYS * MICROS_PER_DAY, {
    path: ['to'],
    error: `expected at most ${LONGEST_SCORES_DAYS} days after from`,
  })

export const waveformsQuerySchema = z
  .strictObject({ instrument, from: time, to: time, maximumPoints: z.coerce.number().int().min(10).max(1_000_000).optional() })
  .refine(({ from, to }) => to >= from, { path: ['to'], error: 'expected a time not before from' })
  .refine(({ from, to }) => to - from <= LONGEST_WAVEFORMS_SECONDS * MICROS_PER_SECOND, {
    path: ['to'],
    error: `expected at most ${LONGEST_WAVEFORMS_SECONDS} s after from`,
  })

export const historyQuerySchema = z.strictObject({ instrument: instrument.optional() })

export const logQuerySchema = z.strictObject({
  since: z.coerce.number().int().nonnegative().default(0),
  level: z.enum(LOG_LEVELS).default('info'),
})

export const gapsQuerySchema = z.strictObject({
  station: station.optional(),
  from: time.default(0),
  to: time.default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(100_000).default(1000),
})

export const deliveriesQuerySchema = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  hook: z.string().optional(),
  subject: z.string().optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
})

/** @throws {HttpError} BAD_REQUEST with every fault */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`)
  throw new HttpError('BAD_REQUEST', faults.join('; '))
}
