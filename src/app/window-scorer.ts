import type { ModelCard } from '../contract/model-card.ts'
import type { Classifier } from '../domain/ports.ts'
import { ASKED_FROM, withSecondOpinion } from '../domain/second-opinion.ts'
import { createOnsetWeight, type OnsetWeight } from '../signal/onset-weight.ts'
import { createPreprocessor, type Preprocessor } from '../signal/preprocess.ts'

/** How a network is asked about a window. */
export interface NetworkScorer {
  readonly classifier: Classifier
  readonly preprocess: Preprocessor
  /** Hz. */
  readonly sampleRate: number
}

/** How a model sees windows: what its card says, compiled. */
export interface WindowScorer extends NetworkScorer {
  readonly weigh: OnsetWeight
  /** Asked about windows in which the first network sees something. */
  readonly second?: NetworkScorer
}

interface ScoringModel {
  /** What the card says of windows. */
  readonly card: Pick<ModelCard, 'sampleRate' | 'preprocess' | 'onset'>
  readonly classifier: Classifier
  readonly second?: Pick<ScoringModel, 'card' | 'classifier'>
}

export function scorerOf(model: ScoringModel): WindowScorer {
  const { card, classifier, second } = model
  const { windowLength, channels } = classifier
  const weigh = createOnsetWeight(card.onset, { windowLength, channels, sampleRate: card.sampleRate })
  return { ...networkScorer(model), weigh, ...(second && { second: networkScorer(second) }) }
}

function networkScorer({ card: { sampleRate, preprocess }, classifier }: ScoringModel): NetworkScorer {
  const { windowLength, channels } = classifier
  return { classifier, preprocess: createPreprocessor(preprocess, { windowLength, channels, sampleRate }), sampleRate }
}

/**
 * The model's score of a window: 0 when it is unusable (constant, not finite), as live.
 *
 * @param samples row-major [windowLength, channels], source units
 * @param input of the same length; holds afterwards what the network saw
 * @param finer the same seconds at the second model's rate; without them it is not asked
 */
export function scoreOf(scorer: WindowScorer, samples: Float64Array, input: Float32Array, finer?: Float64Array): number {
  const { classifier, preprocess, weigh, second } = scorer
  if (!preprocess(samples, input)) return 0
  const score = classifier.classify(input, 1)[0]!
  const opinion = finer && second && score >= ASKED_FROM ? opinionOf(second, finer) : undefined
  return weigh(opinion === undefined ? score : withSecondOpinion(score, opinion), samples)
}

/** @returns undefined for a window that is unusable */
function opinionOf({ classifier, preprocess }: NetworkScorer, samples: Float64Array): number | undefined {
  const input = new Float32Array(samples.length)
  return preprocess(samples, input) ? classifier.classify(input, 1)[0]! : undefined
}
