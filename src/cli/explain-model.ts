import type { ExplainedModel } from '../app/explain-model.ts'
import { type DatasetInterpretation, interpretDataset } from '../app/interpretation/interpret-dataset.ts'
import { ProblemCounter } from '../app/problem-counter.ts'
import { modelReport } from '../app/report/model-report.ts'
import { writeReport } from '../app/report/write-report.ts'
import { UsageError } from '../domain/errors.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { createPreprocessor } from '../signal/preprocess.ts'
import { progressBar } from './progress.ts'

export interface ExplainModelOptions {
  readonly data?: string[]
  readonly split: Split | 'all'
  /** At most so many. */
  readonly windows: number
  readonly beta: number
  readonly json?: true
  readonly html?: string
}

/**
 * `explain` without a window: what a model sees (`--html`), over a dataset (`--data`) or without.
 *
 * @throws {UsageError} when there is nothing to print
 */
export async function explainModel(model: ExplainedModel, options: ExplainModelOptions): Promise<void> {
  const { data, json, html } = options
  if (data === undefined && json)
    throw new UsageError('explain --json: expected a window or --data, got neither; the model alone: --html')
  const { network, card, id } = model
  const { sampleRate, windowLength, components } = card
  const preprocess = createPreprocessor(card.preprocess, { windowLength, channels: components.length, sampleRate })
  const seen = data === undefined ? undefined : await overDataset(data, { network, sampleRate, preprocess }, options)
  if (html !== undefined) {
    writeReport(html, modelReport({ model: id, network, sampleRate, preprocess, ...seen }))
    process.stderr.write(`${html} written\n`)
  }
  if (seen === undefined) return
  if (json) process.stdout.write(`${JSON.stringify({ model: id, ...seen.interpretation })}\n`)
  else if (html === undefined) process.stdout.write(`${datasetLines(seen.interpretation).join('\n')}\n`)
}

async function overDataset(
  directories: string[],
  model: Parameters<typeof interpretDataset>[0],
  { split, windows, beta }: ExplainModelOptions,
): Promise<{ interpretation: DatasetInterpretation; real: Float32Array[] }> {
  const problems = new ProblemCounter()
  const bar = progressBar('explaining')
  const options = { directories, split, windows, beta }
  const seen = await interpretDataset(model, options, {
    onProblem: problems.add,
    onProgress: (share, what) => bar.update(share, what),
  })
  bar.finish()
  for (const line of problems.lines()) process.stderr.write(`${line}\n`)
  const earthquakes = seen.windows.filter(({ label }) => label.category === 'earthquake')
  return { interpretation: seen.interpretation, real: earthquakes.map(({ input }) => input) }
}

function datasetLines({ split, beta, right, windows, aggregate, perturbation, sanity }: DatasetInterpretation): string[] {
  const { components, phases } = aggregate.earthquakes
  const [z, n, e] = components.map(percent)
  const parts = Object.entries(phases).map(
    ([phase, { relevance, time }]) => `${phase} ${percent(relevance)} (time ${percent(time)})`,
  )
  const curves = [...perturbation.curves].sort((a, b) => b.area - a.area)
  return [
    `split ${split}, LRP beta ${beta}: ${right.earthquake} of ${windows.earthquake} earthquake and ${right.noise} of ${windows.noise} noise windows are right`,
    `components  Z ${z}  N ${n}  E ${e}`,
    `phases      ${parts.join('  ')}`,
    'perturbation, mean fall of the logit (removing the most relevant first):',
    ...curves.map(({ method, area }) => `  ${method.padEnd(18)}${area.toFixed(3).padStart(7)}`),
    'likeness of the maps to the trained ones, weights randomised from the output down to:',
    ...sanity.steps.map(({ layer, correlation }) => `  ${(layer || 'nothing').padEnd(18)}${correlation.toFixed(3).padStart(7)}`),
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
