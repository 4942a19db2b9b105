import { createHash } from 'node:crypto'
import type { OnProblem, Problem } from '../../domain/problem.ts'
import { type LabelledTrace, openSeisbenchDataset } from '../../io/seisbench/dataset.ts'
import type { TraceLabel } from '../../io/seisbench/trace-label.ts'
import { type ScoredProtocolWindow, scoreTrace } from '../evaluation/score-traces.ts'
import { toGridTraces } from '../training/grid-trace.ts'
import type { WindowScorer } from '../window-scorer.ts'

/** Something about a trace that a person should look at. */
export interface Suspicion {
  readonly kind: string
  readonly trace: string
  readonly detail: string
}

export interface Count {
  readonly name: string
  readonly earthquakes: number
  readonly noise: number
}

/** What is in a dataset. */
export interface DatasetInspection {
  readonly directory: string
  /** Rows of the metadata that can be used. */
  readonly labels: number
  /** Traces that could be read. */
  readonly traces: number
  readonly earthquakes: number
  readonly noise: number
  readonly hours: number
  readonly byCollection: readonly Count[]
  readonly bySplit: readonly Count[]
  readonly bySampleRate: readonly Count[]
  readonly byNoiseKind: readonly Count[]
  readonly partial: number
  /** Of the earthquakes: signal-to-noise dB, magnitude, distance km, seconds before P, where known. */
  readonly snr: readonly number[]
  readonly magnitude: readonly number[]
  readonly distance: readonly number[]
  readonly secondsBeforeP: readonly number[]
  /** Groups (events) on more than one side of a split. */
  readonly leakingGroups: readonly string[]
  readonly problems: readonly { readonly code: string; readonly count: number; readonly first: Problem }[]
  readonly suspicions: readonly Suspicion[]
}

export interface InspectOptions {
  /** A model to ask for a second opinion. */
  readonly scorer?: WindowScorer
  readonly onProgress?: (share: number) => void
}

/** Surer than this against the label is a disagreement worth a look. */
const SURE_NOISE = 0.02
const SURE_EARTHQUAKE = 0.98
/** A P that raises the energy by less is hardly seen by anybody. */
const LEAST_SNR_DB = 0
/** Where clipping shows: this share of the samples at exactly the largest value. */
const CLIPPED_SHARE = 0.005

/**
 * Reads a whole dataset once and tells what is in it and what looks wrong. Memory holds labels and numbers, one trace at a time.
 *
 * @throws {DatasetError} when the dataset cannot be opened
 */
export async function inspectDataset(directory: string, { scorer, onProgress }: InspectOptions = {}): Promise<DatasetInspection> {
  const problems = new Map<string, { code: string; count: number; first: Problem }>()
  const onProblem: OnProblem = (problem) => {
    const known = problems.get(problem.code)
    if (known) known.count++
    else problems.set(problem.code, { code: problem.code, count: 1, first: problem })
  }
  const dataset = await openSeisbenchDataset(directory, onProblem)
  try {
    const counts = { collection: new Counter(), split: new Counter(), rate: new Counter(), kind: new Counter() }
    const suspicions: Suspicion[] = namedTwice(dataset.labels)
    const seen = new Map<string, string>()
    const secondsBeforeP: number[] = []
    let traces = 0
    let earthquakes = 0
    let partial = 0
    let seconds = 0
    for (const trace of dataset.traces(() => true)) {
      const { label, sampleRate, components } = trace
      traces++
      onProgress?.(traces / dataset.labels.length)
      counts.collection.add(label.dataset, label)
      counts.split.add(label.split ?? 'none', label)
      counts.rate.add(`${sampleRate} Hz`, label)
      if (label.category === 'noise') counts.kind.add(label.noiseKind || 'not said', label)
      if (label.category === 'earthquake') earthquakes++
      if (trace.isLive.includes(false)) partial++
      seconds += components[0].length / sampleRate
      if (label.pSample !== undefined) secondsBeforeP.push(label.pSample / sampleRate)
      suspicions.push(...suspicionsOf(trace), ...repeated(trace, seen), ...disagreements(trace, scorer))
    }
    const known = (of: (label: TraceLabel) => number | undefined) =>
      dataset.labels.filter(({ category }) => category === 'earthquake').flatMap((label) => of(label) ?? [])
    return {
      directory,
      labels: dataset.labels.length,
      traces,
      earthquakes,
      noise: traces - earthquakes,
      hours: seconds / 3600,
      byCollection: counts.collection.list(),
      bySplit: counts.split.list(),
      bySampleRate: counts.rate.list(),
      byNoiseKind: counts.kind.list(),
      partial,
      snr: known(({ snrDb }) => snrDb),
      magnitude: known(({ magnitude }) => magnitude),
      distance: known(({ distanceKm }) => distanceKm),
      secondsBeforeP,
      leakingGroups: leaks(dataset.labels),
      problems: [...problems.values()],
      suspicions,
    }
  } finally {
    dataset.close()
  }
}

/** What the samples say against the label. */
function suspicionsOf({ label, sampleRate, components, isLive }: LabelledTrace): Suspicion[] {
  const found: Suspicion[] = []
  const say = (kind: string, detail: string) => found.push({ kind, trace: label.name, detail })
  if (label.category === 'noise' && label.pSample !== undefined) say('P on a noise trace', `sample ${label.pSample}`)
  const dead = ['Z', 'N', 'E'].filter((_, index) => !isLive[index])
  if (dead.length > 0) say('dead component', dead.join(', '))
  const clipped = components.findIndex((samples, index) => isLive[index] && isClipped(samples))
  if (clipped >= 0) say('clipped', 'ZNE'[clipped] ?? '')
  const { pSample } = label
  if (pSample !== undefined && label.category === 'earthquake') {
    if (pSample < sampleRate) say('P at the very start', `${(pSample / sampleRate).toFixed(2)} s after the first sample`)
    const snr = ratioDb(components, pSample, sampleRate)
    if (snr !== undefined && snr < LEAST_SNR_DB) say('no more energy after P than before', `${snr.toFixed(1)} dB`)
  }
  return found
}

/** 3 s after P against 3 s before, of the differences, in which the microseism hardly counts. */
function ratioDb(components: readonly ArrayLike<number>[], pSample: number, sampleRate: number): number | undefined {
  const p = Math.round(pSample)
  const length = Math.round(3 * sampleRate)
  const energy = (from: number, to: number) => {
    let sum = 0
    for (const samples of components) {
      for (let i = Math.max(1, from); i < Math.min(to, samples.length); i++)
        sum += ((samples[i] ?? 0) - (samples[i - 1] ?? 0)) ** 2
    }
    return sum
  }
  if (p < length || p + length > (components[0]?.length ?? 0)) return undefined
  const before = energy(p - length, p)
  return before > 0 ? 10 * Math.log10(energy(p, p + length) / before) : undefined
}

function isClipped(samples: ArrayLike<number>): boolean {
  let largest = 0
  let count = 0
  for (let i = 0; i < samples.length; i++) {
    const size = Math.abs(samples[i] ?? 0)
    if (size > largest) {
      largest = size
      count = 0
    }
    if (size === largest) count++
  }
  return largest > 100 && count > samples.length * CLIPPED_SHARE
}

/** Another trace has the same samples. */
function repeated({ label, components }: LabelledTrace, seen: Map<string, string>): Suspicion[] {
  const hash = createHash('sha1')
  for (const samples of components) hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
  const digest = hash.digest('base64')
  const first = seen.get(digest)
  if (first !== undefined) return [{ kind: 'same samples as another trace', trace: label.name, detail: first }]
  seen.set(digest, label.name)
  return []
}

function namedTwice(labels: readonly TraceLabel[]): Suspicion[] {
  const names = new Set<string>()
  return labels.flatMap(({ name }) => {
    if (names.has(name)) return [{ kind: 'named twice', trace: name, detail: '' }]
    names.add(name)
    return []
  })
}

function leaks(labels: readonly TraceLabel[]): string[] {
  const splits = new Map<string, Set<string>>()
  for (const { group, split } of labels) {
    if (group === '' || split === undefined) continue
    const known = splits.get(group)
    if (known) known.add(split)
    else splits.set(group, new Set([split]))
  }
  return [...splits].filter(([, sides]) => sides.size > 1).map(([group]) => group)
}

/** All windows of a trace are called the opposite of its label, and surely. */
function disagreements(trace: LabelledTrace, scorer: WindowScorer | undefined): Suspicion[] {
  if (scorer === undefined) return []
  const grid = toGridTraces(trace, scorer, () => {})
  const windows: ScoredProtocolWindow[] = grid ? scoreTrace(grid, scorer) : []
  const scores = windows.map(({ score }) => score)
  const { label } = trace
  const isMissed = label.category === 'earthquake' && scores.length > 0 && Math.max(...scores) < SURE_NOISE
  const isHeard = label.category === 'noise' && scores.some((score) => score > SURE_EARTHQUAKE)
  if (!isMissed && !isHeard) return []
  const detail = `scores ${scores.map((score) => score.toFixed(3)).join(', ')}`
  return [
    {
      kind: isMissed ? 'earthquake that the model calls noise' : 'noise that the model calls an earthquake',
      trace: label.name,
      detail,
    },
  ]
}

class Counter {
  readonly #counts = new Map<string, { earthquakes: number; noise: number }>()

  add(name: string, { category }: TraceLabel): void {
    const count = this.#counts.get(name) ?? { earthquakes: 0, noise: 0 }
    if (category === 'earthquake') count.earthquakes++
    else count.noise++
    this.#counts.set(name, count)
  }

  /** By name. */
  list(): Count[] {
    return [...this.#counts]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([name, count]) => ({ name, ...count }))
  }
}
