import { z } from 'zod'

/** A list of continuous data sets with what is known to be in them: what `evaluate --suite` reads. Paths start at the file's folder, or at `--root`. */

const catalogueSchema = z.strictObject({
  file: z.string().min(1),
  columns: z
    .strictObject({
      time: z.string().default('time'),
      magnitude: z.string().default('magnitude'),
      station: z.array(z.string()).default(['station']).describe('one column with NET_STA, or two with network and station'),
    })
    .prefault({}),
  atLeast: z.record(z.string(), z.number()).default({}).describe('rows with less in a column, or nothing, are not events at all'),
  minimumMagnitude: z.number().exactOptional().describe('smaller events still take their detections, but do not count'),
  separableSeconds: z
    .number()
    .positive()
    .exactOptional()
    .describe('events with another one of the catalogue within this time before or after them do not count'),
})

const setSchema = z.strictObject({
  name: z.string().min(1),
  paths: z.array(z.string().min(1)).min(1),
  catalogue: catalogueSchema.exactOptional().describe('absent: nothing is known to be there, every detection is unmatched'),
  from: z.iso.datetime({ offset: true }).exactOptional().describe('only what lies after it counts'),
  to: z.iso.datetime({ offset: true }).exactOptional().describe('only what lies before it counts'),
  note: z.string().default(''),
})

export const evaluationSuiteSchema = z.strictObject({ sets: z.array(setSchema).min(1) }).meta({ id: 'EvaluationSuite' })

export type EvaluationSuite = z.infer<typeof evaluationSuiteSchema>
export type EvaluationSet = EvaluationSuite['sets'][number]
