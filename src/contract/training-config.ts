import { z } from 'zod'
import { onsetSpecSchema, preprocessSpecSchema } from './model-card.ts'

/** `training.yaml`: everything that decides the weights besides data and seed. Defaults are the published ones where there are any. */

const probability = z.number().min(0).max(1)

export const trainingConfigSchema = z.strictObject({
  card: z
    .strictObject({
      description: z.string().default('Earthquake detector on 25 s windows of three components.'),
      limits: z.array(z.string()).default([]).describe('what the model must not be trusted with, in plain words'),
      thresholds: z.strictObject({ on: probability, off: probability }).default({ on: 0.97, off: 0.96 }),
      onset: onsetSpecSchema.exactOptional(),
      secondOpinion: z.string().min(1).exactOptional().describe('folder of the model that is asked, seen from the new one'),
    })
    .prefault({})
    .describe('what the model card says and no training can know'),
  network: z
    .strictObject({
      name: z.string().default('majstorovic').describe('of the layers, in model.json'),
      sampleRate: z
        .number()
        .positive()
        .refine((rate) => Number.isInteger(1000 / rate), { message: 'a rate whose period is whole milliseconds' })
        .default(20)
        .describe('Hz; data of lower rates are left out, in training as in the monitor'),
      windowSeconds: z.number().positive().default(25),
      filters: z
        .array(z.int().positive())
        .min(1)
        .default([32, 32, 32, 32, 32, 32, 32])
        .describe('of the convolutions in turn; each halves the rows'),
      kernelSizes: z
        .array(z.int().positive())
        .min(1)
        .default([3])
        .describe('of the convolutions in turn, the last for all that follow'),
      pooledRows: z
        .int()
        .positive()
        .default(1)
        .describe('so many of the rows that are left become one, their largest; 1: none do'),
      units: z.int().positive().default(128).describe('of the dense layer before the score'),
    })
    .refine(({ sampleRate, windowSeconds }) => Number.isInteger(sampleRate * windowSeconds), {
      message: 'a window of whole samples',
    })
    .prefault({})
    .describe('what is trained; the default is the published detector'),
  preprocess: preprocessSpecSchema.prefault({ detrend: 'demean', highpassHz: null, normalise: 'max-abs' }),
  optimiser: z
    .strictObject({
      kind: z.enum(['sgd', 'adam']).default('sgd').describe('adam with weightDecay is AdamW'),
      learningRate: z.number().positive().default(0.01),
      momentum: z.number().min(0).lt(1).default(0.9).describe('of sgd; of adam it is beta 1'),
      weightDecay: z.number().nonnegative().default(0).describe('L2, per step and unit of learning rate'),
      schedule: z.enum(['constant', 'cosine']).default('cosine').describe('cosine falls to zero over all epochs'),
      warmUp: probability.lt(1).default(0.02).describe('share of the training in which the learning rate rises from zero'),
      averaging: z.number().min(0).lt(1).default(0.999).describe('decay per step of the running mean of the weights; 0 for none'),
    })
    .prefault({}),
  labelSmoothing: z.number().min(0).lt(0.5).default(0).describe('targets are this far from 0 and 1'),
  memoryMegabytes: z
    .number()
    .positive()
    .default(1024)
    .describe('labelled samples held at once; from a larger dataset every epoch draws from another part'),
  batchSize: z.int().positive().default(128),
  epochs: z.int().positive().default(50),
  keep: z
    .enum(['best', 'last'])
    .default('best')
    .describe('the epoch that is best on dev, or the last one: where dev is small or easy, chance would choose'),
  windowsPerEpoch: z.int().positive().default(16_384).describe('half earthquakes, half noise'),
  teachers: z
    .strictObject({
      count: z
        .int()
        .nonnegative()
        .default(0)
        .describe('networks trained before, whose mean score is learned as well as the label'),
      filters: z
        .array(z.int().positive())
        .default([])
        .describe('of their convolutions in turn, the last for all that follow; none: as here'),
      kernelSize: z.int().positive().nullable().default(null).describe('of their convolutions; null: as here'),
      dropout: z.number().min(0).lt(1).default(0).describe('in front of their first dense layer'),
      epochs: z.int().positive().default(20),
      share: probability.default(0.7).describe('of their score in the target; the rest is the label'),
    })
    .prefault({}),
  windows: z
    .strictObject({
      minimumPSeconds: z.number().positive().default(2.5).describe('an earthquake window holds at least this much after P'),
      latestStartSeconds: z
        .number()
        .nonnegative()
        .default(0)
        .describe('it starts at most this long after P; later ones are left out as ambiguous'),
      preEventMarginSeconds: z.number().positive().default(3).describe('noise before P ends at least this long before it'),
    })
    .prefault({}),
  balance: z
    .strictObject({
      datasetPower: probability
        .default(0.5)
        .describe('a dataset of n traces is drawn from n^power times: 0 all alike, 1 as they come'),
      weakEvents: z
        .strictObject({ belowSnrDb: z.number().default(12), factor: z.number().positive().default(2) })
        .prefault({})
        .describe('how much more often earthquakes below a signal-to-noise ratio are drawn: they are rare and hard'),
      noiseKinds: z
        .record(z.string(), z.number().nonnegative())
        .default({ cultural: 3, ice: 2, glitch: 3, teleseism: 3 })
        .describe('how much more often traces of a noise kind are drawn'),
    })
    .prefault({}),
  noise: z
    .strictObject({
      preEvent: probability.default(0.15).describe('share of noise windows from before P of an earthquake'),
      coda: probability.default(0).describe('share from the fading end of earthquakes, long after S: it holds no onset'),
      reversed: probability
        .default(0)
        .describe('share of earthquakes that run backwards: they swell and end at once, as traffic may'),
      mined: probability.default(0).describe('share of windows that the network of the last epochs took for earthquakes'),
      minedKinds: z
        .array(z.string())
        .default(['archive', 'cultural', 'ice', 'glitch', 'teleseism', 'labelled', 'pre_event', 'catalogue_quiet'])
        .describe('noise kinds that are surely no earthquakes; mining weak labels would teach to miss what hides there'),
      synthetic: probability.default(0.1).describe('share made by code: coloured noise, with the swell of the sea or without'),
      source: probability
        .default(0.15)
        .describe(
          'of all noise windows, those that get a source made by code: vehicles, steps, blows, machines, wind, teleseisms',
        ),
      ground: probability
        .default(0)
        .describe('of the made sources, those that move real ground: pieces of noise and of earthquakes without their arrivals'),
      singleComponent: probability
        .default(0)
        .describe('of all noise windows, those that get an earthquake on one component alone, as no ground moves'),
      disturbance: probability.default(0.25).describe('of all noise windows, those that get a spike, step, glitch, pulse or gap'),
      reversal: probability.default(0.3).describe('of the noise windows, those that run backwards'),
    })
    .prefault({}),
  augmentation: z
    .strictObject({
      noise: probability.default(0.3).describe('noise of another trace on top, at a random ratio'),
      source: probability.default(0).describe('of that noise, made by code: vehicles, steps, machines, wind'),
      loudestNoise: z.number().min(0.03).default(0.5).describe('largest peak of that noise, in peaks of the earthquake'),
      made: probability
        .default(0)
        .describe('of the earthquakes, those made by code on real ground: two onsets, a decay behind each, any distance'),
      superposition: probability.default(0).describe('of the earthquakes, those with another one on top'),
      speed: probability.default(0).describe('time stretched or shortened by up to 1.4: other distances, sizes and spectra'),
      disturbance: probability
        .default(0)
        .describe('of the earthquakes, those with a spike, step, glitch or pulse no larger than themselves'),
      polarity: probability.default(0.5),
      rotation: probability.default(0.5).describe('of the horizontals, by a random angle'),
      gain: probability.default(0.3).describe('components scaled apart by up to a factor of 1.5'),
      deadComponent: probability.default(0.05),
      response: probability.default(0.2).describe('tilted spectrum, as between velocity and acceleration'),
      site: probability.default(0).describe('bands that ring or are missing, as under soil'),
      clipping: probability.default(0.03),
      gap: probability.default(0.02).describe('a stretch of zeros'),
    })
    .prefault({}),
  grid: z
    .record(z.string(), z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])).min(1))
    .default({
      'optimiser.learningRate': [0.001, 0.01, 0.1],
      'optimiser.momentum': [0, 0.9],
      batchSize: [64, 128],
      epochs: [25, 50, 75, 100],
    })
    .describe('`train --grid`: settings by their paths, and the values to try; every combination is trained'),
})

export type TrainingConfig = z.infer<typeof trainingConfigSchema>
