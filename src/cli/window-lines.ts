import type { DetailedEvaluation, StaLtaEvaluation } from '../app/evaluate-windows.ts'
import type { Interval } from '../app/evaluation/bootstrap.ts'
import type { ScoredProtocolWindow } from '../app/evaluation/score-traces.ts'
import type { TradeOff } from '../app/evaluation/trace-delays.ts'
import { describeVariant } from '../app/evaluation/trigger-variants.ts'
import type { ClassificationMetrics } from '../detection/metrics.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import { scoreText } from '../domain/score-text.ts'
import { formatMicros } from '../domain/time.ts'
import { percent } from './match-lines.ts'

/** What `evaluate --data` prints. */
export function windowLines({ evaluation, delay, tradeOff, staLta }: DetailedEvaluation, split: string): string[] {
  const { threshold, byDataset, byStation, confidence, confidenceByDataset, reliability, temperature, breakdown } = evaluation
  return [
    `split ${split}, threshold ${threshold}`,
    '  windows  accuracy        95 %        precision   recall  false pos.        95 %           AUC  dataset',
    metricsLine(evaluation, 'all', confidence),
    ...Object.entries(byDataset).map(([name, metrics]) => metricsLine(metrics, name, confidenceByDataset[name])),
    ...stationLines(byStation),
    ...breakdown.snr.map(
      ({ from, to, windows, found }) =>
        `signal to noise ${from === null && to === null ? 'unknown' : `${from ?? '…'} to ${to ?? '…'} dB`}: ${found} of ${windows} found`,
    ),
    ...breakdown.noiseKind.map(({ kind, windows, falsePositives }) => `noise, ${kind}: ${falsePositives} of ${windows} false`),
    `calibration: ECE ${reliability.expectedCalibrationError?.toFixed(4) ?? '–'}, NLL ${reliability.negativeLogLikelihood?.toFixed(4) ?? '–'}; the best temperature here would be ${temperature?.toFixed(2) ?? '–'}`,
    delayLine(delay),
    ...(staLta ? staLtaLines(staLta) : []),
    ...(tradeOff.length > 0 ? tradeOffLines(tradeOff) : []),
  ]
}

/** Every window called wrong, worst first. */
export function mistakeLines(windows: readonly ScoredProtocolWindow[], threshold: number, sampleRate: number): string[] {
  const falsePositives = windows.filter(({ isEarthquake, score }) => !isEarthquake && score >= threshold)
  const falseNegatives = windows.filter(({ isEarthquake, score }) => isEarthquake && score < threshold)
  const line = (kind: string) => (window: ScoredProtocolWindow) => {
    const { label, firstIndex, score } = window
    const facts = [label.noiseKind, label.snrDb === undefined ? '' : `${label.snrDb.toFixed(1)} dB`].filter((fact) => fact !== '')
    return `  ${kind}  ${scoreText(score, 4)}  ${formatMicros(gridIndexToMicros(firstIndex, sampleRate))}  ${label.name}  ${label.station}  ${label.dataset}  ${facts.join(', ')}`
  }
  return [
    `${falsePositives.length} false positives, ${falseNegatives.length} false negatives`,
    ...falsePositives.sort((a, b) => b.score - a.score).map(line('false positive')),
    ...falseNegatives.sort((a, b) => a.score - b.score).map(line('false negative')),
  ]
}

function metricsLine(
  metrics: ClassificationMetrics,
  name: string,
  confidence?: { readonly accuracy: Interval | null; readonly falsePositiveRate: Interval | null },
): string {
  const { windows, accuracy, precision, recall, falsePositiveRate, auc } = metrics
  return [
    String(windows).padStart(9),
    percent(accuracy).padStart(10),
    range(confidence?.accuracy).padStart(16),
    percent(precision).padStart(13),
    percent(recall).padStart(9),
    percent(falsePositiveRate).padStart(12),
    range(confidence?.falsePositiveRate).padStart(16),
    (auc?.toFixed(4) ?? '–').padStart(10),
    `  ${name}`,
  ].join('')
}

/** Stations without a mistake are only counted: there may be hundreds. */
function stationLines(byStation: DetailedEvaluation['evaluation']['byStation']): string[] {
  const stations = Object.entries(byStation)
  const withMistakes = stations.filter(([, { accuracy }]) => accuracy !== 1)
  return [
    `by station: ${stations.length - withMistakes.length} of ${stations.length} without a mistake, the others (all of them with --json and --html)`,
    ...withMistakes.map(([name, metrics]) => metricsLine(metrics, name)),
  ]
}

function staLtaLines({ settings, ...metrics }: StaLtaEvaluation): string[] {
  const { shortSeconds, longSeconds, lowHz, highHz, components, on } = settings
  const name = `STA/LTA ${shortSeconds} s / ${longSeconds} s, ${lowHz} to ${highHz} Hz, ${components}, ratio ${on} (tuned on dev)`
  return [metricsLine(metrics, name, metrics.confidence)]
}

function delayLine({
  events,
  detected,
  medianDelaySeconds,
  ninetiethDelaySeconds,
  falseDetections,
  noiseDays,
  variant,
}: TradeOff): string {
  const delay = `median ${medianDelaySeconds?.toFixed(1) ?? '–'} s, 90 % within ${ninetiethDelaySeconds?.toFixed(1) ?? '–'} s`
  return `delay after P, traces played as live (${describeVariant(variant)}): ${delay}; ${detected} of ${events} detected; ${falseDetections} false on ${noiseDays.toFixed(3)} days of noise traces`
}

function tradeOffLines(tradeOff: readonly TradeOff[]): string[] {
  return [
    'trade-off:     on  minimum  stride  detected  median    90 %  false  per noise day',
    ...tradeOff.map(
      ({ variant, events, detected, medianDelaySeconds, ninetiethDelaySeconds, falseDetections, falsePerStationDay }) =>
        [
          String(variant.on ?? '').padStart(17),
          `${variant.minimumSeconds ?? '–'} s`.padStart(9),
          `${variant.strideSeconds} s`.padStart(8),
          `${detected}/${events}`.padStart(10),
          `${medianDelaySeconds?.toFixed(1) ?? '–'} s`.padStart(8),
          `${ninetiethDelaySeconds?.toFixed(1) ?? '–'} s`.padStart(8),
          String(falseDetections).padStart(7),
          (falsePerStationDay?.toFixed(1) ?? '–').padStart(15),
        ].join(''),
    ),
  ]
}

function range(interval: Interval | null | undefined): string {
  return interval ? `${(interval[0] * 100).toFixed(1)} to ${(interval[1] * 100).toFixed(1)} %` : ''
}
