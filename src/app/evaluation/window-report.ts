import { reliability } from '../../detection/calibration.ts'
import type { LabelledScore } from '../../detection/metrics.ts'
import { calibratedScore } from '../../domain/calibration.ts'
import { gridIndexToMicros } from '../../domain/grid.ts'
import { scoreText } from '../../domain/score-text.ts'
import { formatMicros } from '../../domain/time.ts'
import type { WindowEvaluation } from '../evaluate.ts'
import { escapeHtml, htmlTable } from '../html/page.ts'
import { type PlotSeries, svgPlot, svgWaveform } from '../html/svg-plot.ts'
import type { Interval } from './bootstrap.ts'
import type { RecallBin } from './breakdown.ts'
import type { ScoredProtocolWindow } from './score-traces.ts'
import type { WorstWindow } from './worst-windows.ts'

export interface WindowReportInput {
  readonly evaluation: WindowEvaluation
  readonly windows: readonly ScoredProtocolWindow[]
  readonly worst: { readonly falsePositives: readonly WorstWindow[]; readonly falseNegatives: readonly WorstWindow[] }
  /** The card's, when the model is calibrated. */
  readonly temperature?: number | undefined
  /** Hz of the model's grid. */
  readonly sampleRate: number
  /** Other detectors on the same windows, for the curves. */
  readonly others?: readonly { readonly name: string; readonly scores: readonly LabelledScore[] }[]
}

const UNIT = { from: 0, to: 1 }
/** Beyond this many points a curve looks the same. */
const CURVE_POINTS = 400

/**
 * What an evaluation on windows says, as a part of a page: confusion, curves, reliability, breakdowns, the worst mistakes as the
 * network saw them.
 *
 * @returns HTML
 */
export function windowReport(input: WindowReportInput): string {
  const { evaluation, windows, worst, temperature, sampleRate, others = [] } = input
  const { breakdown } = evaluation
  return [
    metricsSection(evaluation),
    confusionSection(windows, evaluation.threshold),
    '<div class="plots">',
    rocPlot(windows, others),
    precisionRecallPlot(windows, others),
    reliabilityPlot(windows, temperature),
    recallPlot('Recall by signal to noise', 'signal to noise, dB', breakdown.snr),
    recallPlot('Recall by magnitude', 'magnitude', breakdown.magnitude),
    recallPlot('Recall by distance', 'distance, km', breakdown.distance),
    '</div>',
    noiseSection(evaluation),
    groupSection('Datasets', evaluation.byDataset, evaluation.confidenceByDataset),
    groupSection('Stations', evaluation.byStation),
    worstSection('Worst false positives', worst.falsePositives, sampleRate),
    worstSection('Worst false negatives', worst.falseNegatives, sampleRate),
  ].join('\n')
}

/** Points of the ROC curve: false-positive rate, recall. */
export function rocCurve(scores: readonly LabelledScore[]): (readonly [number, number])[] {
  return curve(
    scores,
    ({ truePositives, falsePositives, positives, negatives }) => [falsePositives / negatives, truePositives / positives],
    [0, 0],
  )
}

/** Points of the precision–recall curve: recall, precision. */
export function precisionRecallCurve(scores: readonly LabelledScore[]): (readonly [number, number])[] {
  return curve(
    scores,
    ({ truePositives, falsePositives, positives }) => [
      truePositives / positives,
      truePositives / (truePositives + falsePositives),
    ],
    [0, 1],
  )
}

interface Counts {
  readonly truePositives: number
  readonly falsePositives: number
  readonly positives: number
  readonly negatives: number
}

function curve(
  scores: readonly LabelledScore[],
  pointOf: (counts: Counts) => [number, number],
  start: [number, number],
): [number, number][] {
  const sorted = [...scores].sort((a, b) => b.score - a.score)
  const positives = sorted.filter(({ isEarthquake }) => isEarthquake).length
  const negatives = sorted.length - positives
  if (positives === 0 || negatives === 0) return []
  const points: [number, number][] = [start]
  let truePositives = 0
  let falsePositives = 0
  for (const [index, { score, isEarthquake }] of sorted.entries()) {
    if (isEarthquake) truePositives++
    else falsePositives++
    if (sorted[index + 1]?.score !== score) points.push(pointOf({ truePositives, falsePositives, positives, negatives }))
  }
  const step = Math.ceil(points.length / CURVE_POINTS)
  return points.filter((_, index) => index % step === 0 || index === points.length - 1)
}

function metricsSection({
  windows,
  accuracy,
  precision,
  recall,
  falsePositiveRate,
  auc,
  confidence,
  threshold,
}: WindowEvaluation): string {
  const rows: [string, string, string][] = [
    ['accuracy', percent(accuracy), range(confidence.accuracy)],
    ['precision', percent(precision), range(confidence.precision)],
    ['recall', percent(recall), range(confidence.recall)],
    ['false-positive rate', percent(falsePositiveRate), range(confidence.falsePositiveRate)],
    ['area under the ROC curve', auc?.toFixed(4) ?? '–', confidence.auc?.map((value) => value.toFixed(4)).join(' to ') ?? '–'],
  ]
  return `<h2>Windows</h2><p>${windows} windows, threshold ${threshold}; 95 % intervals by the bootstrap over events.</p>${htmlTable(['metric', 'value', '95 %'], rows)}`
}

function confusionSection(windows: readonly ScoredProtocolWindow[], threshold: number): string {
  const count = (isEarthquake: boolean, isCalled: boolean) =>
    windows.filter((window) => window.isEarthquake === isEarthquake && window.score >= threshold === isCalled).length
  return `<h3>Confusion</h3>${htmlTable(
    ['', 'called earthquake', 'called noise'],
    [
      ['earthquake', count(true, true), count(true, false)],
      ['noise', count(false, true), count(false, false)],
    ],
  )}`
}

function rocPlot(windows: readonly LabelledScore[], others: NonNullable<WindowReportInput['others']>): string {
  const series: PlotSeries[] = [
    { name: 'network', points: rocCurve(windows) },
    ...others.map(({ name, scores }) => ({ name, points: rocCurve(scores) })),
  ]
  return svgPlot(
    'ROC: recall against false positives',
    { label: 'false-positive rate', ...UNIT },
    { label: 'recall', ...UNIT },
    series,
  )
}

function precisionRecallPlot(windows: readonly LabelledScore[], others: NonNullable<WindowReportInput['others']>): string {
  const series: PlotSeries[] = [
    { name: 'network', points: precisionRecallCurve(windows) },
    ...others.map(({ name, scores }) => ({ name, points: precisionRecallCurve(scores) })),
  ]
  return svgPlot('Precision against recall', { label: 'recall', ...UNIT }, { label: 'precision', ...UNIT }, series)
}

function reliabilityPlot(windows: readonly ScoredProtocolWindow[], temperature: number | undefined): string {
  const points = (scores: readonly LabelledScore[]) =>
    reliability(scores).bins.flatMap(({ meanScore, earthquakeShare }) =>
      meanScore === null || earthquakeShare === null ? [] : [[meanScore, earthquakeShare] as const],
    )
  const calibrated =
    temperature === undefined ? [] : windows.map((window) => ({ ...window, score: calibratedScore(window.score, temperature) }))
  const series: PlotSeries[] = [
    { name: 'raw scores', points: points(windows) },
    ...(calibrated.length > 0 ? [{ name: 'calibrated', points: points(calibrated) }] : []),
    {
      name: '',
      isDashed: true,
      points: [
        [0, 0],
        [1, 1],
      ],
    },
  ]
  return svgPlot(
    'Reliability: of the windows with a score, how many hold an earthquake',
    { label: 'mean score', ...UNIT },
    { label: 'share of earthquakes', ...UNIT },
    series,
  )
}

function recallPlot(caption: string, label: string, bins: readonly RecallBin[]): string {
  const known = bins.filter(({ from, to }) => from !== null || to !== null)
  if (known.length === 0) return ''
  const middles = known.map(
    ({ from, to, windows, found }) => [((from ?? to ?? 0) + (to ?? from ?? 0)) / 2, found / windows] as const,
  )
  const edges = known.flatMap(({ from, to }) => [from, to]).filter((edge) => edge !== null)
  const text = known.map(({ from, to, windows, found }) => `${from ?? '…'}–${to ?? '…'}: ${found}/${windows}`).join(', ')
  const axis = { label, from: Math.min(...edges), to: Math.max(...edges, Math.min(...edges) + 1) }
  return svgPlot(`${caption} (${text})`, axis, { label: 'recall', ...UNIT }, [{ name: '', kind: 'bars', points: middles }])
}

function noiseSection({ breakdown }: WindowEvaluation): string {
  return `<h3>Kinds of noise</h3>${htmlTable(
    ['kind', 'windows', 'false positives', 'rate'],
    breakdown.noiseKind.map(({ kind, windows, falsePositives }) => [
      kind,
      windows,
      falsePositives,
      percent(falsePositives / windows),
    ]),
  )}`
}

function groupSection(
  title: string,
  groups: WindowEvaluation['byStation'],
  intervals?: WindowEvaluation['confidenceByDataset'],
): string {
  return `<h3>${title}</h3>${htmlTable(
    ['name', 'windows', 'accuracy', ...(intervals ? ['95 %'] : []), 'recall', 'false positives'],
    Object.entries(groups).map(([name, { windows, accuracy, recall, falsePositiveRate }]) => [
      name,
      windows,
      percent(accuracy),
      ...(intervals ? [range(intervals[name]?.accuracy ?? null)] : []),
      percent(recall),
      percent(falsePositiveRate),
    ]),
  )}`
}

function worstSection(title: string, worst: readonly WorstWindow[], sampleRate: number): string {
  if (worst.length === 0) return `<h3>${title}</h3><p>None.</p>`
  const figures = worst.map(({ label, firstIndex, score, input }) => {
    const start = gridIndexToMicros(firstIndex, sampleRate)
    const p =
      label.pSample === undefined || label.sampleRate === undefined
        ? undefined
        : Number(label.startTime / 1000n) + (label.pSample / label.sampleRate) * 1e6
    const caption = `score ${scoreText(score, 4)} · ${label.dataset} · ${label.station || label.name} · ${formatMicros(start)}${label.noiseKind ? ` · ${label.noiseKind}` : ''} · ${label.name}`
    return svgWaveform(caption, input, sampleRate, p === undefined ? undefined : (p - start) / 1e6)
  })
  return `<h3>${escapeHtml(title)}</h3><div class="plots">${figures.join('\n')}</div>`
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(2)} %`
}

function range(interval: Interval | null): string {
  return interval === null ? '–' : `${(interval[0] * 100).toFixed(1)} to ${(interval[1] * 100).toFixed(1)} %`
}
