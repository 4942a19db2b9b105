import { type Config, componentPolicyOf, triggerOf } from '../contract/config.ts'
import { subsourceOf } from '../domain/source-id.ts'
import { configHash } from '../io/config/config-hash.ts'
import { componentOf } from '../signal/component-assembler.ts'
import { pickOnset } from '../signal/onset-picker.ts'
import type { TraceMergerOptions } from '../signal/trace-merger.ts'
import { coincidenceOptions } from './coincidence-options.ts'
import { createExplainer } from './explainer.ts'
import type { LoadedModel } from './load-model.ts'
import type { MonitorParts } from './monitor.ts'

/** What differs between live, replay and tests. */
export type MonitorWiring = Pick<
  MonitorParts,
  'isAccepted' | 'isWanted' | 'state' | 'onLatency' | 'onCounters' | 'onTrace' | 'onProblem'
> & { readonly onRejected?: TraceMergerOptions['onRejected'] }

/** Configuration and model that fit (`checkConfigFits`) → what the pipeline needs. */
export function monitorParts(config: Config, model: LoadedModel, wiring: MonitorWiring): MonitorParts {
  const { card, second } = model
  const gridRate = card.sampleRate
  return {
    ...wiring,
    // Orientations that are no ground motion (state of health, pressure, …) never reach the groups.
    isAccepted: (sourceId) => componentOf(subsourceOf(sourceId)) !== undefined && wiring.isAccepted(sourceId),
    classifier: model.classifier,
    ...(config.relevance.onTrigger ? { explainer: createExplainer(model.network, config.relevance.beta) } : {}),
    coincidence: coincidenceOptions(config),
    gridRate,
    stride: config.window.strideSeconds * gridRate,
    preprocess: card.preprocess,
    ...(card.onset ? { onset: card.onset } : {}),
    ...(second
      ? { second: { classifier: second.classifier, gridRate: second.card.sampleRate, preprocess: second.card.preprocess } }
      : {}),
    merge: {
      horizonSeconds: config.merge.horizonSeconds,
      onProblem: wiring.onProblem,
      ...(wiring.onRejected ? { onRejected: wiring.onRejected } : {}),
    },
    assemble: (instrument) => {
      const policy = componentPolicyOf(config, instrument)
      return { missing: policy === 'zero-fill' ? 'zero' : policy }
    },
    trigger: (instrument) => ({
      ...triggerOf(config, instrument),
      gridRate,
      model: model.id,
      config: configHash(config, instrument, {
        hash: model.hash,
        preprocessing: card.preprocess,
        onset: card.onset,
        secondOpinion: second && { model: second.hash, preprocessing: second.card.preprocess },
      }),
      pickOnset: (samples, earliestRow) => pickOnset(samples, { sampleRate: gridRate, earliestIndex: earliestRow }),
    }),
  }
}
