import { htmlPage, htmlTable } from '../html/page.ts'
import { svgPlot } from '../html/svg-plot.ts'
import type { Count, DatasetInspection } from './inspect-dataset.ts'

/** An inspection as one file. */
export function inspectionPage(inspections: readonly DatasetInspection[]): string {
  return htmlPage('Datasets', inspections.map(section).join('\n'))
}

function section(inspection: DatasetInspection): string {
  const { directory, traces, labels, earthquakes, noise, hours, partial, leakingGroups, problems, suspicions } = inspection
  return [
    `<h2>${directory.split('/').at(-1) ?? ''}</h2>`,
    `<p>${traces} of ${labels} traces read, ${earthquakes} earthquakes and ${noise} of noise, ${hours.toFixed(1)} h; ${partial} with a dead component; ${leakingGroups.length} groups on two sides of a split.</p>`,
    '<div class="plots">',
    histogram('Signal to noise of the earthquakes', 'dB', inspection.snr),
    histogram('Magnitude', 'magnitude', inspection.magnitude),
    histogram('Distance', 'km', inspection.distance),
    histogram('Data before P', 's', inspection.secondsBeforeP),
    '</div>',
    counts('Split', inspection.bySplit),
    counts('Sample rate', inspection.bySampleRate),
    counts('Collection', inspection.byCollection),
    counts('Kind of noise', inspection.byNoiseKind),
    '<h3>Problems</h3>',
    htmlTable(
      ['code', 'count', 'first'],
      problems.map(({ code, count, first }) => [code, count, `${first.message} (${first.where ?? ''})`]),
    ),
    '<h3>To be looked at</h3>',
    htmlTable(
      ['what', 'trace', ''],
      suspicions.map(({ kind, trace, detail }) => [kind, trace, detail]),
    ),
  ].join('\n')
}

function counts(title: string, list: readonly Count[]): string {
  return `<h3>${title}</h3>${htmlTable(
    [title.toLowerCase(), 'earthquakes', 'noise'],
    list.map(({ name, earthquakes, noise }) => [name, earthquakes, noise]),
  )}`
}

const BINS = 24

function histogram(caption: string, unit: string, values: readonly number[]): string {
  if (values.length === 0) return ''
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const value of values) {
    from = Math.min(from, value)
    to = Math.max(to, value)
  }
  const width = (to - from) / BINS || 1
  const bins = new Array<number>(BINS).fill(0)
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((value - from) / width))]! += 1
  const points = bins.map((count, index) => [from + (index + 0.5) * width, count] as const)
  return svgPlot(
    `${caption} (${values.length})`,
    { label: unit, from, to: from + BINS * width },
    { label: 'traces', from: 0, to: Math.max(...bins) },
    [{ name: '', kind: 'bars', points }],
  )
}
