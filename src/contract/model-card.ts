import { z } from 'zod'
import { SCORE_BINS } from '../domain/score-bins.ts'

/** `card.json`: everything about a model that its weights do not say. */

const shareSchema = z.number().min(0).max(1).nullable()

export const windowMetricsSchema = z.strictObject({
  windows: z.int().nonnegative(),
  accuracy: shareSchema,
  precision: shareSchema,
  recall: shareSchema,
  falsePositiveRate: shareSchema,
  auc: shareSchema,
})

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

const reliabilitySchema = z.strictObject({
  negativeLogLikelihood: z.number().nullable(),
  expectedCalibrationError: shareSchema,
})

/** How raw scores become probabilities, and what says so. Triggers and stored scores stay raw. */
export const calibrationSchema = z.strictObject({
  temperature: z.number().positive().describe('the logit of a score is divided by it'),
  split: z.enum(['train', 'dev', 'test']).describe('what it was fitted on'),
  windows: z.int().positive(),
  dataSha256: z.array(sha256Schema).min(1),
  before: reliabilitySchema,
  after: reliabilitySchema,
})

/** As `PreprocessSpec` of the domain. */
export const preprocessSpecSchema = z.strictObject({
  detrend: z.enum(['none', 'demean', 'linear']),
  highpassHz: z.number().positive().nullable(),
  taperSeconds: z.number().nonnegative().exactOptional(),
  normalise: z.enum(['max-abs', 'none']),
})

/** As `OnsetSpec` of the domain. */
export const onsetSpecSchema = z.strictObject({
  neutralRatio: z
    .number()
    .min(1)
    .describe('power ratio (2 s after over 5 s before) of an onset that leaves the score as it is; a clearer one raises it'),
})

/** Another model that is asked about the windows in which this one sees something. */
export const secondOpinionSchema = z.strictObject({
  model: z.string().min(1).describe('its folder, seen from this card'),
  weightsSha256: sha256Schema.describe('of its weights: thresholds, temperature and metrics of this card hold for both together'),
})

const trainingDataSchema = z.strictObject({
  name: z.string(),
  sha256: sha256Schema.describe('hash of the bytes of metadata.csv and waveforms.hdf5'),
  earthquakeTraces: z.int().nonnegative(),
  noiseTraces: z.int().nonnegative(),
})

const epochSchema = z.strictObject({
  epoch: z.int().positive(),
  loss: z.number().describe('mean cross-entropy of the epoch, while the weights changed'),
  dev: windowMetricsSchema.extend({ loss: z.number().nullable() }).nullable().describe('null without a dev split'),
})

/** Scores of windows as they come from a network in everyday work: what scores are compared with later. */
const scoreReferenceSchema = z.strictObject({
  description: z.string().describe('of which data'),
  counts: z
    .array(z.int().nonnegative())
    .length(SCORE_BINS)
    .describe('windows per bin of the logit: half a unit each from −12 to 12, and one at each end'),
})

export const modelCardSchema = z
  .strictObject({
    card: z.literal(1).describe('version of this format'),
    name: z.string().min(1),
    description: z.string(),
    sampleRate: z.number().positive().describe('Hz; windows lie on multiples of its period since 1970'),
    windowLength: z.int().positive().describe('samples per component'),
    components: z.tuple([z.literal('Z'), z.literal('N'), z.literal('E')]).describe('columns of the input, in order'),
    preprocess: preprocessSpecSchema,
    onset: onsetSpecSchema
      .exactOptional()
      .describe('how the clearest onset of a window weighs; absent: scores are the network’s alone'),
    secondOpinion: secondOpinionSchema
      .exactOptional()
      .describe('the model that is asked for a second opinion; scores are then the geometric mean of both models’ odds'),
    acceptsDeadComponents: z
      .boolean()
      .describe('trained with all-zero components, so that a missing one may be filled with zeros'),
    thresholds: z
      .strictObject({ on: z.number().gt(0).lt(1), off: z.number().gt(0).lt(1) })
      .refine(({ on, off }) => off <= on, { message: 'expected off ≤ on' })
      .describe('where the trigger goes on and off, unless configured'),
    weightsSha256: sha256Schema.describe('hash of the bytes of weights.bin'),
    training: z
      .strictObject({
        engine: z.string(),
        seed: z.int(),
        epochs: z.int().positive(),
        selectedEpoch: z.int().positive().describe('the epoch whose weights were best on dev and are kept'),
        windowsPerEpoch: z.int().positive(),
        settings: z.record(z.string(), z.unknown()).describe('every other setting of the training, enough to repeat it'),
        data: z.array(trainingDataSchema).min(1),
        history: z.array(epochSchema).exactOptional().describe('how each epoch went'),
      })
      .nullable()
      .describe('null when the weights come from elsewhere'),
    metrics: z
      .partialRecord(z.enum(['train', 'dev', 'test']), windowMetricsSchema)
      .describe('by the window protocol, threshold 0.5'),
    calibration: calibrationSchema.exactOptional(),
    scoreReference: scoreReferenceSchema.exactOptional(),
    limits: z.array(z.string()).describe('what the model must not be trusted with, in plain words'),
  })
  .meta({ id: 'ModelCard' })

export type ModelCard = z.infer<typeof modelCardSchema>
export type WindowMetrics = z.infer<typeof windowMetricsSchema>
export type Calibration = z.infer<typeof calibrationSchema>
