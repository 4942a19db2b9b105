import type { ModelCard } from '../../contract/model-card.ts'
import { scoreWindows, summarise } from '../evaluate.ts'
import { windowReport } from '../evaluation/window-report.ts'
import { escapeHtml, htmlPage, htmlTable } from '../html/page.ts'
import { svgPlot } from '../html/svg-plot.ts'
import type { WindowScorer } from '../window-scorer.ts'
import type { LoadHooks } from './load-traces.ts'
import type { EpochReport } from './train-network.ts'

export interface TrainingPageInput {
  readonly card: ModelCard
  readonly epochs: readonly EpochReport[]
  readonly directories: readonly string[]
  /** The trained model. */
  readonly scorer: WindowScorer
  readonly threshold: number
}

/**
 * A training as one page: how the epochs went, what the settings were, and what the kept network does with the dev split. The test
 * split is summed up only, so that nobody tunes by it.
 *
 * @returns HTML; without a dev split it ends with the settings
 */
export async function trainingPage(input: TrainingPageInput, hooks: LoadHooks): Promise<string> {
  const { card, epochs } = input
  return htmlPage(
    `Training of ${card.name}`,
    [`<p>${escapeHtml(card.description)}</p>`, curves(epochs), splits(card), settings(card), await devSection(input, hooks)].join(
      '\n',
    ),
  )
}

async function devSection({ card, directories, scorer, threshold }: TrainingPageInput, hooks: LoadHooks): Promise<string> {
  if (card.metrics.dev === undefined) return ''
  const options = { directories, split: 'dev', threshold, isPartialAccepted: false } as const
  const { windows, worst } = await scoreWindows(options, scorer, hooks)
  const evaluation = summarise(windows, threshold)
  return `<h2>Dev split</h2>${windowReport({ evaluation, windows, worst, sampleRate: card.sampleRate })}`
}

function curves(epochs: readonly EpochReport[]): string {
  const x = { label: 'epoch', from: 1, to: Math.max(2, epochs.length) }
  const losses = epochs.flatMap(({ loss, dev }) => [loss, dev?.loss ?? 0])
  const accuracies = epochs.map(({ dev }) => dev?.accuracy ?? 1)
  const kept = epochs.findLast(({ isBest }) => isBest)?.epoch ?? epochs.length
  const devPoints = (value: (dev: NonNullable<EpochReport['dev']>) => number | null) =>
    epochs.map(({ epoch, dev }) => [epoch, (dev && value(dev)) ?? Number.NaN] as const)
  return [
    `<h2>Epochs</h2><p>Epoch ${kept} of ${epochs.length} was kept. The training loss is that of changed, noisier windows, while the weights changed.</p><div class="plots">`,
    svgPlot('Loss', x, { label: 'cross-entropy', from: 0, to: Math.max(...losses, 0.1) }, [
      { name: 'training', points: epochs.map(({ epoch, loss }) => [epoch, loss]) },
      { name: 'dev', points: devPoints(({ loss }) => loss) },
    ]),
    svgPlot(
      'Accuracy and false positives on dev',
      x,
      { label: 'share', from: Math.floor(Math.min(...accuracies) * 10) / 10, to: 1 },
      [
        { name: 'accuracy', points: devPoints(({ accuracy }) => accuracy) },
        { name: 'recall', points: devPoints(({ recall }) => recall) },
        { name: 'noise right', points: devPoints(({ falsePositiveRate }) => 1 - (falsePositiveRate ?? Number.NaN)) },
      ],
    ),
    '</div>',
  ].join('\n')
}

function splits({ metrics }: ModelCard): string {
  const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(2)} %`)
  const rows = Object.entries(metrics).map(([split, m]) => [
    split,
    m.windows,
    ...[m.accuracy, m.precision, m.recall, m.falsePositiveRate].map(percent),
    m.auc?.toFixed(4) ?? '–',
  ])
  return `<h2>Splits</h2>${htmlTable(['split', 'windows', 'accuracy', 'precision', 'recall', 'false positives', 'AUC'], rows)}`
}

function settings({ training, preprocess }: ModelCard): string {
  if (training === null) return ''
  const { settings: given, data, seed, epochs, windowsPerEpoch } = training
  const rows = flat('', { seed, epochs, windowsPerEpoch, preprocess, ...given })
  const dataRows = data.map((one) => [one.name, one.earthquakeTraces, one.noiseTraces, one.sha256.slice(0, 16)])
  return `<h2>Data</h2>${htmlTable(['name', 'earthquake traces', 'noise traces', 'SHA-256'], dataRows)}<h2>Settings</h2>${htmlTable(['setting', 'value'], rows)}`
}

function flat(path: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, inner]) => flat(path === '' ? key : `${path}.${key}`, inner))
}
