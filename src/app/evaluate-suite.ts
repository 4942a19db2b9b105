import { resolve } from 'node:path'
import type { Config } from '../contract/config.ts'
import type { EvaluationSet, EvaluationSuite } from '../contract/evaluation-suite.ts'
import { type CatalogueMatch, type Mismatches, mismatches } from '../detection/catalogue-matching.ts'
import { separableEvents } from '../detection/separable-events.ts'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import type { OnProblem } from '../domain/problem.ts'
import { parseIsoMicros } from '../domain/time.ts'
import { readCatalogue } from '../io/event-catalogue.ts'
import { type ContinuousEvaluation, type EvaluateContinuousOptions, evaluateContinuous } from './evaluate-continuous.ts'
import type { LoadedModel } from './load-model.ts'

export interface EvaluateSuiteOptions extends Pick<EvaluateContinuousOptions, 'variants' | 'staLta'> {
  readonly suite: EvaluationSuite
  /** Where relative paths start. */
  readonly root: string
  readonly config: Config
  readonly model: LoadedModel
  readonly onSet?: (name: string, index: number) => void
  readonly onProgress?: (share: number) => void
  readonly onProblem: OnProblem
}

/** One set of a suite. */
export interface SetEvaluation extends Omit<ContinuousEvaluation, 'instruments'> {
  readonly name: string
  readonly note: string
  readonly list: Mismatches
}

/** Every set of a suite, one after the other. */
export async function evaluateSuite(options: EvaluateSuiteOptions): Promise<SetEvaluation[]> {
  const evaluations: SetEvaluation[] = []
  const { sets } = options.suite
  for (const [index, set] of sets.entries()) {
    options.onSet?.(set.name, index)
    const { catalogue, isCounted } = catalogueOf(set, options.root, options.onProblem)
    const { instruments, ...evaluation } = await evaluateContinuous({
      paths: set.paths.map((path) => resolve(options.root, path)),
      catalogue,
      isCounted,
      ...timesOf(set),
      config: options.config,
      model: options.model,
      ...(options.variants && { variants: options.variants }),
      ...(options.staLta && { staLta: options.staLta }),
      onProgress: (bytes, totalBytes) => options.onProgress?.((index + bytes / totalBytes) / sets.length),
      onProblem: options.onProblem,
    })
    const list = mismatches({ events: catalogue, instruments, isCounted })
    evaluations.push({ name: set.name, note: set.note, ...evaluation, list })
  }
  return evaluations
}

/** The totals of false alarms over sets: station-days weigh alike wherever they were recorded. */
export function unmatchedPerStationDay(matches: readonly CatalogueMatch[]): number | null {
  const days = matches.reduce((sum, { stationDays }) => sum + stationDays, 0)
  return days === 0 ? null : matches.reduce((sum, { unmatched }) => sum + unmatched, 0) / days
}

function catalogueOf(
  { catalogue: given }: EvaluationSet,
  root: string,
  onProblem: OnProblem,
): { catalogue: CatalogueEvent[]; isCounted: (event: CatalogueEvent) => boolean } {
  if (given === undefined) return { catalogue: [], isCounted: () => true }
  const { file, columns, atLeast, minimumMagnitude, separableSeconds } = given
  const catalogue = readCatalogue(resolve(root, file), onProblem, { ...columns, atLeast })
  const separable = separableEvents(catalogue, separableSeconds ?? 0)
  const isCounted = (event: CatalogueEvent) =>
    separable.has(event) && (minimumMagnitude === undefined || (event.magnitude ?? Number.NEGATIVE_INFINITY) >= minimumMagnitude)
  return { catalogue, isCounted }
}

function timesOf({ from, to }: EvaluationSet): Pick<EvaluateContinuousOptions, 'from' | 'to'> {
  const start = from === undefined ? undefined : parseIsoMicros(from)
  const end = to === undefined ? undefined : parseIsoMicros(to)
  return { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) }
}
