import { z } from 'zod'
import { relevanceSchema, snippetSchema } from './http.ts'
import { isoTimeSchema, scoreSchema } from './primitives.ts'

/** What can be done again with the best window of a stored detection. */

export const EXPLANATION_METHODS = ['lrp', 'epsilon', 'gradient', 'input-gradient'] as const
export const EXPLANATION_BIASES = ['ignore', 'include', 'repair'] as const

/** POST /api/detections/:id/replay: the stored window through preprocessing and the loaded model once more. */
export const replayAnswerSchema = z
  .object({
    id: z.string(),
    /** The detection's, and the one that is loaded now. */
    storedModel: z.string(),
    model: z.string(),
    storedScore: scoreSchema,
    score: scoreSchema,
    isSame: z.boolean().meta({ description: 'Bit for bit; to be expected of the same model only' }),
    window: z.object({ startTime: isoTimeSchema, endTime: isoTimeSchema }),
    seconds: z.number().nonnegative().meta({ description: 'That preprocessing and network took' }),
  })
  .meta({ id: 'ReplayAnswer' })

/**
 * GET /api/detections/:id/explanation?method=…&beta=…&bias=…: relevance of the best window under the loaded model. Defaults: `lrp`,
 * 0, `ignore`; `beta` ≥ −1 is for `lrp`, `repair` too.
 */
export const explanationAnswerSchema = z
  .object({
    id: z.string(),
    storedModel: z.string(),
    model: z.string(),
    method: z.enum(EXPLANATION_METHODS),
    beta: z.number(),
    bias: z.enum(EXPLANATION_BIASES),
    logit: z.number().nullable().meta({ description: 'of the network; null for a window it is not asked about' }),
    networkScore: scoreSchema.meta({ description: 'of the network alone' }),
    secondOpinion: scoreSchema
      .exactOptional()
      .meta({ description: 'of the second model alone, as it was when the detection was made; absent when it was not asked' }),
    onsetRatio: z.number().nonnegative().meta({
      description: 'Power ratio of the clearest onset, by which the score is weighed where the card says so; 0: none known',
    }),
    score: scoreSchema,
    relevance: relevanceSchema,
    shares: z.object({ Z: z.number(), N: z.number(), E: z.number() }).meta({ description: 'Of the summed |relevance|; 0–1' }),
    conservation: z
      .object({ start: z.number(), input: z.number() })
      .meta({ description: 'Handed out at the logit, and summed up at the input' }),
    waveform: snippetSchema.meta({ description: 'The window itself, source units' }),
    spectrum: z
      .object({
        frequencyStep: z.number().positive().meta({ description: 'Hz; value i is at i · frequencyStep' }),
        Z: z.array(z.number()),
        N: z.array(z.number()),
        E: z.array(z.number()),
      })
      .meta({
        description: 'Amplitude spectra of the window, demeaned, Hann taper; source units: a sine of amplitude 1 shows 1',
      }),
    seconds: z.number().nonnegative().meta({ description: 'That explaining took' }),
  })
  .meta({ id: 'ExplanationAnswer' })

export type ExplanationMethod = (typeof EXPLANATION_METHODS)[number]
export type ExplanationBias = (typeof EXPLANATION_BIASES)[number]
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>
export type ExplanationAnswer = z.infer<typeof explanationAnswerSchema>
