import { readKernels } from '../../io/kernels-file.ts'
import { createBuiltinEngine } from '../../nn/builtin-engine.ts'
import type { Network } from '../../nn/network.ts'
import { parameterCount } from '../../nn/network.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import { escapeHtml } from '../html/page.ts'
import { exampleWindow } from '../interpretation/example-window.ts'
import type { DatasetInterpretation } from '../interpretation/interpret-dataset.ts'
import { methodSection, relevanceSection } from './dataset-section.ts'
import { featureMapSection } from './feature-map-section.ts'
import { kernelSection } from './kernel-section.ts'
import { optimisationSection } from './optimisation-section.ts'
import { reportPage } from './report-page.ts'

export interface ModelReportInput {
  /** Name and hash. */
  readonly model: string
  readonly network: Network
  /** Hz. */
  readonly sampleRate: number
  readonly preprocess: Preprocessor
  /** Adds relevance, methods and separation of the maps. */
  readonly interpretation?: DatasetInterpretation
  /** Preprocessed windows of earthquakes, for their mean spectra. */
  readonly real?: readonly Float32Array[]
}

/**
 * All that can be seen in a model, as one page. The same input gives the same bytes; no real waveform is shown, only means, so that a
 * model may be passed on with its report.
 */
export function modelReport({ model, network, sampleRate, preprocess, interpretation, real = [] }: ModelReportInput): string {
  const { rows, channels } = network.input
  const window = exampleWindow(rows, sampleRate, preprocess)
  const activations = createBuiltinEngine(network, readKernels()).activations(window.input)
  const data = interpretation ? [relevanceSection(interpretation), methodSection(interpretation)] : []
  const lead = `${escapeHtml(model)}: ${parameterCount(network).toLocaleString('en')} parameters in ${network.layers.length} layers, input ${rows} samples × ${channels} components at ${sampleRate} Hz. Written by <code>quakewire explain --model … --html</code>; nothing on this page is fetched from elsewhere.`
  return reportPage(`What ${model} sees`, lead, [
    kernelSection(network, sampleRate),
    featureMapSection(network, activations, window, sampleRate, interpretation?.maps),
    optimisationSection(network, sampleRate, real),
    ...data,
  ])
}
