import type { WindowMetrics } from '../../contract/model-card.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Normal quantile of a 95 % interval. */
const Z = 1.96

/**
 * Wilson's 95 % interval of a share (Wilson 1927): sensible also for few trials and for shares of 0 and 1.
 *
 * @param share 0–1, of `trials`
 */
export function wilsonInterval(share: number, trials: number): Interval {
  if (trials === 0) return { low: 0, high: 1 }
  const z2 = Z * Z
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
  const half = (Z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

export interface WindowCounts {
  readonly earthquakes: number
  readonly noise: number
  /** Earthquakes found. */
  readonly found: number
  readonly falseAlarms: number
}

/**
 * How many windows of each kind there were: a card gives shares, and accuracy · n = recall · P + (1 − false positive rate) · (n − P)
 * has one solution.
 *
 * @returns undefined where a share is missing or the card contradicts itself
 */
export function countsOf({ windows, accuracy, recall, falsePositiveRate }: WindowMetrics): WindowCounts | undefined {
  if (accuracy === null || recall === null || falsePositiveRate === null) return undefined
  const specificity = 1 - falsePositiveRate
  const earthquakes = Math.round((windows * (accuracy - specificity)) / (recall - specificity))
  const noise = windows - earthquakes
  if (!(earthquakes > 0 && noise > 0)) return undefined
  const [found, falseAlarms] = [Math.round(recall * earthquakes), Math.round(falsePositiveRate * noise)]
  const isRight = Math.abs((found + noise - falseAlarms) / windows - accuracy) < 0.5 / windows + 1e-9
  return isRight ? { earthquakes, noise, found, falseAlarms } : undefined
}

export interface MetricRow {
  readonly name: string
  readonly hint: string
  readonly value: number | null
  readonly interval?: Interval
  /** `of 253 windows with an earthquake` */
  readonly base?: string
}

/** What a card says of a split, with intervals where the number of windows behind a share is known. */
export function metricRows(metrics: WindowMetrics): MetricRow[] {
  const { windows, accuracy, precision, recall, falsePositiveRate, auc } = metrics
  const counts = countsOf(metrics)
  const row = (name: string, hint: string, value: number | null, trials?: number, what?: string): MetricRow => ({
    name,
    hint,
    value,
    ...(value !== null && trials !== undefined && { interval: wilsonInterval(value, trials), base: `of ${trials} ${what}` }),
  })
  return [
    row('Accuracy', 'windows that are called what they are', accuracy, windows, 'windows'),
    row('Recall', 'windows with an earthquake that are found', recall, counts?.earthquakes, 'with an earthquake'),
    row(
      'Precision',
      'windows called an earthquake that have one',
      precision,
      counts && counts.found + counts.falseAlarms,
      'called an earthquake',
    ),
    row('False positives', 'windows of noise that are called an earthquake', falsePositiveRate, counts?.noise, 'of noise'),
    row('AUC', 'chance that an earthquake scores higher than noise', auc),
  ]
}
