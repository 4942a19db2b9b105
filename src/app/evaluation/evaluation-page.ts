import type { CatalogueMatch } from '../../detection/catalogue-matching.ts'
import type { SetEvaluation } from '../evaluate-suite.ts'
import type { DetailedEvaluation } from '../evaluate-windows.ts'
import { htmlPage, htmlTable } from '../html/page.ts'
import { type PlotSeries, svgPlot } from '../html/svg-plot.ts'
import type { TradeOff } from './trace-delays.ts'
import { describeVariant } from './trigger-variants.ts'
import { windowReport } from './window-report.ts'

export interface EvaluationPageInput {
  readonly title: string
  /** Hz of the model's grid. */
  readonly sampleRate: number
  readonly temperature?: number | undefined
  readonly detail?: DetailedEvaluation
  readonly sets?: readonly SetEvaluation[]
}

/** The whole evaluation as one file. */
export function evaluationPage({ title, sampleRate, temperature, detail, sets }: EvaluationPageInput): string {
  const parts = []
  if (detail) {
    const { evaluation, windows, worst, staLtaScores, staLta } = detail
    const others = staLta ? [{ name: 'STA/LTA', scores: staLtaScores }] : []
    parts.push(windowReport({ evaluation, windows, worst, temperature, sampleRate, others }))
    parts.push(delaySection([detail.delay, ...detail.tradeOff]))
  }
  if (sets) parts.push(setsSection(sets))
  return htmlPage(title, parts.join('\n'))
}

/** Delay after P and false alarms by setting, as table and plot. */
export function delaySection(tradeOffs: readonly TradeOff[]): string {
  const strides = [...new Set(tradeOffs.slice(1).map(({ variant }) => variant.strideSeconds))]
  const series: PlotSeries[] = strides.map((stride) => ({
    name: `stride ${stride} s`,
    kind: 'points',
    points: tradeOffs
      .slice(1)
      .filter(({ variant }) => variant.strideSeconds === stride)
      .map(({ falsePerStationDay, medianDelaySeconds }) => [medianDelaySeconds ?? Number.NaN, falsePerStationDay ?? Number.NaN]),
  }))
  const rates = tradeOffs.map(({ falsePerStationDay }) => falsePerStationDay ?? 0)
  const latest = Math.max(...tradeOffs.map(({ medianDelaySeconds }) => medianDelaySeconds ?? 0), 1)
  const plot =
    series.length === 0
      ? ''
      : svgPlot(
          'Median delay after P against false detections on noise traces, one point per setting',
          { label: 'median delay after P, s', from: 0, to: Math.ceil(latest) },
          { label: 'false detections per station-day', from: 0, to: Math.max(...rates, 1) },
          series,
        )
  return `<h2>Delay after P</h2><p>Traces with a whole window before P, played through the trigger as if live; false detections on the noise traces of the split, which are no day of a station: compare them with each other.</p>${plot}${htmlTable(
    ['setting', 'events', 'detected', 'median', '90 %', 'false', 'noise, days', 'per day'],
    tradeOffs.map((one, index) => [
      index === 0 ? `as configured, ${describeVariant(one.variant)}` : describeVariant(one.variant),
      one.events,
      one.detected,
      seconds(one.medianDelaySeconds),
      seconds(one.ninetiethDelaySeconds),
      one.falseDetections,
      one.noiseDays.toFixed(3),
      one.falsePerStationDay?.toFixed(1) ?? '–',
    ]),
  )}`
}

function setsSection(sets: readonly SetEvaluation[]): string {
  const row = (name: string, match: CatalogueMatch, note: string) => [
    name,
    match.matched,
    match.events,
    percent(match.recall),
    percent(match.chanceRecall),
    match.detections,
    match.unmatched,
    match.stationDays.toFixed(3),
    match.unmatchedPerStationDay?.toFixed(1) ?? '–',
    seconds(match.medianDelaySeconds),
    note,
  ]
  return `<h2>Continuous data</h2>${htmlTable(
    ['set', 'found', 'events', 'recall', 'by chance', 'detections', 'unmatched', 'station-days', 'per day', 'delay', ''],
    sets.flatMap(({ name, note, match, variants, staLta }) => [
      row(name, match, note),
      ...variants.map(({ variant, match: other }) => row(`${name}: ${describeVariant(variant)}`, other, '')),
      ...staLta.map(({ on, match: other }) => row(`${name}: STA/LTA at ${on}`, other, '')),
    ]),
  )}`
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1)} s`
}
