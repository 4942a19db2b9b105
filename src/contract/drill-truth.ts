import { z } from 'zod'
import { CUT_KINDS, DAMAGED_PARTS, faultsSchema } from './faults.ts'
import { countSchema, isoTimeSchema } from './primitives.ts'

/**
 * The truth file of `quakewire serve --truth`: JSON lines, in the order of what happened. A line is in the file before the bytes it
 * speaks of leave, so it survives `kill -9` of the server. The last line may be torn then (its bytes never left); the next start removes it.
 */

const nanosTimeSchema = z
  .string()
  .regex(/^-?\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/)
  .meta({ description: 'ISO 8601 UTC with nanoseconds', examples: ['2019-07-04T17:33:49.000000000Z'] })

/** One fault that hit a record. */
export const recordFaultSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('late'), seconds: z.number() })
    .describe('sent so long after its last sample, all causes together'),
  z.strictObject({ kind: z.literal('stall') }).describe('held back by a stall'),
  z.strictObject({ kind: z.literal('shuffle'), seconds: z.number() }).describe('of its lateness, what puts it behind others'),
  z.strictObject({ kind: z.literal('duplicate') }).describe('the second copy'),
  z.strictObject({ kind: z.literal('gap') }),
  z.strictObject({
    kind: z.literal('corrupt'),
    part: z.enum(DAMAGED_PARTS),
    flips: z.array(z.tuple([countSchema, countSchema])).describe('byte and bit (0 lowest) in the record as the archive has it'),
  }),
  z.strictObject({ kind: z.literal('clock'), shiftSeconds: z.number() }).describe('carries a time so much too late'),
])

/** The server began: what it plays and with which faults. Lines behind it belong to this run. */
export const truthStartSchema = z.strictObject({
  kind: z.literal('start'),
  version: z.literal(1),
  wallTime: isoTimeSchema,
  records: countSchema.describe('of the archive'),
  faults: faultsSchema,
})

/** A record passed on its way to the first client that asked for it. Later clients get the same and add no line. */
export const truthRecordSchema = z.strictObject({
  kind: z.literal('record'),
  fate: z.enum(['sent', 'withheld', 'corrupt']),
  sequence: countSchema.describe('of its first packet, as v4 shows it; v3 shows the low 24 bits'),
  sourceId: z.string().meta({ examples: ['FDSN:XX_ALDER_00_H_H_Z'] }),
  startTime: nanosTimeSchema.describe('of the first sample, as sent'),
  endTime: nanosTimeSchema.describe('of the last sample, as sent'),
  samples: countSchema,
  faults: z.array(recordFaultSchema),
})

/** A connection was cut on purpose. */
export const truthCutSchema = z.strictObject({
  kind: z.literal('cut'),
  how: z.enum(CUT_KINDS),
  wallTime: isoTimeSchema,
  dataTime: nanosTimeSchema,
  sequence: countSchema.describe('number of the next record, which was not sent whole'),
  client: z.string(),
})

/** The server closed its port and all connections, and opened it again. */
export const truthRestartSchema = z.strictObject({
  kind: z.literal('restart'),
  wallTime: isoTimeSchema,
  dataTime: nanosTimeSchema,
  downSeconds: z.number(),
  firstSequence: countSchema.describe('lowest number that can be asked for from now on'),
  nextSequence: countSchema.describe('number of the next record from now on'),
})

export const truthLineSchema = z.discriminatedUnion('kind', [
  truthStartSchema,
  truthRecordSchema,
  truthCutSchema,
  truthRestartSchema,
])

export type RecordFault = z.infer<typeof recordFaultSchema>
export type TruthLine = z.infer<typeof truthLineSchema>
export type TruthRecord = z.infer<typeof truthRecordSchema>
