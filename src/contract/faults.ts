import { z } from 'zod'

/**
 * The faults file of `quakewire serve --faults`: what a drill does to an archive. Everything is drawn from the seed and the record
 * (or the station and the data time), never from the clock or from who is listening. All times are data time, all lengths seconds.
 */

const share = z.number().min(0).max(1)
const seconds = z.number().positive()
/** Fifty years: a record that cannot hold its time could not be sent. */
const LARGEST_SHIFT = 1.6e9

/** Shortest and longest; each event draws its length between them. */
const lengthSchema = z
  .tuple([z.number().nonnegative(), z.number().nonnegative()], 'two numbers: shortest and longest, in seconds')
  .refine(([shortest, longest]) => shortest <= longest, 'the shortest length before the longest')

/** One event in each stretch of `everySeconds`, at a drawn place; it does not reach beyond the stretch. */
const eventsSchema = z.strictObject({ everySeconds: seconds, seconds: lengthSchema })

export const CUT_KINDS = ['fin', 'reset', 'mid-packet'] as const
export const DAMAGED_PARTS = ['header', 'data', 'length'] as const

const disconnectsSchema = z
  .strictObject({
    everySeconds: seconds,
    how: z
      .array(z.enum(CUT_KINDS))
      .min(1)
      .default([...CUT_KINDS])
      .describe('one of these for each'),
  })
  .describe('the connection is closed, reset, or reset in the middle of a packet; once per client and record')

export const stationFaultsSchema = z.strictObject({
  stations: z.array(z.string().regex(/^[A-Za-z0-9_*?-]+$/, 'a station pattern such as XX_*')).min(1),
  delay: z
    .strictObject({ seconds: z.number().nonnegative(), jitterSeconds: z.number().nonnegative().default(0) })
    .exactOptional()
    .describe('every record comes later, by `seconds` and up to `jitterSeconds` more; the order of a station stays'),
  gaps: eventsSchema.exactOptional().describe('records that touch these times are never sent'),
  duplicates: z.strictObject({ share, withinSeconds: z.number().nonnegative() }).exactOptional().describe('sent twice'),
  shuffles: z
    .strictObject({ share, withinSeconds: seconds })
    .exactOptional()
    .describe('sent up to `withinSeconds` late, behind records that follow them'),
  corrupt: z
    .strictObject({
      share,
      parts: z
        .array(z.enum(DAMAGED_PARTS))
        .min(1)
        .default([...DAMAGED_PARTS]),
      bits: z.int().positive().max(64).default(3).describe('flipped in header or data; a damaged length has one'),
    })
    .exactOptional(),
  clockJumps: z
    .strictObject({
      everySeconds: seconds,
      seconds: lengthSchema,
      shiftsSeconds: z
        .array(z.number().min(-LARGEST_SHIFT).max(LARGEST_SHIFT))
        .min(1)
        .describe('one of these for each jump; whole tenths of milliseconds count'),
    })
    .exactOptional()
    .describe('records that begin in these times carry a wrong time'),
  clockDrift: z
    .strictObject({ everySeconds: seconds, ppm: z.number() })
    .exactOptional()
    .describe('the clock runs off by so much and is set right again every `everySeconds`'),
  stalls: eventsSchema.exactOptional().describe('nothing of the station is sent, then all that was held back at once'),
  disconnects: disconnectsSchema.exactOptional(),
})

export const serverFaultsSchema = z.strictObject({
  stalls: eventsSchema.exactOptional().describe('nothing at all is sent; the connections stay open'),
  disconnects: disconnectsSchema.exactOptional(),
  restarts: z
    .strictObject({
      everySeconds: seconds,
      downSeconds: z.number().nonnegative().default(2).describe('of wall time, in which nobody listens'),
      renumber: z.boolean().default(false).describe('sequence numbers begin anew'),
      wipe: z.boolean().default(false).describe('what was sent before is no longer there'),
    })
    .exactOptional()
    .describe('the port is closed, all clients are cut, and it opens again'),
})

export const faultsSchema = z.strictObject({
  seed: z.int().nonnegative().default(1).describe('overridden by --seed'),
  stations: z.array(stationFaultsSchema).default([]).describe('the last entry that names a station and a kind of fault decides'),
  server: serverFaultsSchema.prefault({}),
})

export type Faults = z.infer<typeof faultsSchema>
export type StationFaults = Omit<z.infer<typeof stationFaultsSchema>, 'stations'>
export type ServerFaults = z.infer<typeof serverFaultsSchema>
export type EventsSpec = z.infer<typeof eventsSchema>
export type CutKind = (typeof CUT_KINDS)[number]
export type DamagedPart = (typeof DAMAGED_PARTS)[number]

/** `--faults default`: all kinds at a rate that a bad day in the field might have. */
export const DEFAULT_FAULTS: Faults = faultsSchema.parse({
  stations: [
    {
      stations: ['*'],
      delay: { seconds: 1, jitterSeconds: 2 },
      gaps: { everySeconds: 900, seconds: [5, 60] },
      duplicates: { share: 0.01, withinSeconds: 5 },
      shuffles: { share: 0.02, withinSeconds: 6 },
      corrupt: { share: 0.002 },
      clockJumps: { everySeconds: 1800, seconds: [10, 60], shiftsSeconds: [-1.5, 0.25, 40, -86_400, 315_360_000] },
      clockDrift: { everySeconds: 1200, ppm: 5 },
      stalls: { everySeconds: 1200, seconds: [5, 40] },
    },
  ],
  server: {
    stalls: { everySeconds: 1800, seconds: [5, 20] },
    disconnects: { everySeconds: 600 },
    restarts: { everySeconds: 2700, downSeconds: 2 },
  },
})
