import type { ModelCard } from '../contract/model-card.ts'
import type { Classifier } from '../domain/ports.ts'
import { createOnsetWeight, type OnsetWeight } from '../signal/onset-weight.ts'
import { createPreprocessor, type Preprocessor } from '../signal/preprocess.ts'

/** How a model sees windows: what its card says, compiled. */
export interface WindowScorer {
  readonly classifier: Classifier
  readonly preprocess: Preprocessor
  readonly weigh: OnsetWeight
  /** Hz. */
  readonly sampleRate: number
}

/** What the card says of windows. */
type SeenWindow = Pick<ModelCard, 'sampleRate' | 'preprocess' | 'onset'>

export function scorerOf({ card, classifier }: { card: SeenWindow; classifier: Classifier }): WindowScorer {
  const { sampleRate } = card
  const { windowLength, channels } = classifier
  const shape = { windowLength, channels, sampleRate }
  const preprocess = createPreprocessor(card.preprocess, shape)
  return { classifier, preprocess, weigh: createOnsetWeight(card.onset, shape), sampleRate }
}

/**
 * The model's score of a window: 0 when it is unusable (constant, not finite), as live.
 *
 * @param samples row-major [windowLength, channels], source units
 * @param input of the same length; holds afterwards what the network saw
 */
export function scoreOf({ classifier, preprocess, weigh }: WindowScorer, samples: Float64Array, input: Float32Array): number {
  return preprocess(samples, input) ? weigh(classifier.classify(input, 1)[0]!, samples) : 0
}
