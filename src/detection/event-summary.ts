import { type EventMatch, type KnownFate, locationError, type ToldKind } from './event-matching.ts'
import { FEWEST_ONSETS } from './locator.ts'

/** What network events are worth beside a catalogue; figures without anything to count are null. */
export interface EventSummary {
  readonly known: number
  readonly withoutData: number
  readonly fates: Readonly<Record<KnownFate, number>>
  /** Those that four stations or more have detected: enough for an epicentre. */
  readonly locatable: number
  /** Of these, told as one event or more. */
  readonly locatableFound: number
  readonly byMagnitude: readonly { readonly from: number | null; readonly events: number; readonly found: number }[]
  /** Events of the monitor, vetoed ones left out. */
  readonly told: number
  readonly kinds: Readonly<Record<ToldKind, number>>
  /** Onset minus predicted P, of onsets in events. */
  readonly residuals: { readonly count: number; readonly median: number; readonly mad: number; readonly within90: number } | null
  /** Against the catalogue's epicentres and origin times. */
  readonly location: {
    readonly count: number
    readonly medianKm: number
    readonly within90Km: number
    readonly largestKm: number
    /** Share of them that the 68 % ellipse's long half-axis reaches. */
    readonly withinEllipse: number
    readonly medianSeconds: number
  } | null
}

const FATES: readonly KnownFate[] = ['found', 'split', 'merged', 'not-associated', 'busy', 'not-detected']
const KINDS: readonly ToldKind[] = ['first', 'another', 'mixed', 'unknown']

export function summariseEvents({ known, withoutData, told, residuals }: EventMatch): EventSummary {
  const locatable = known.filter(({ detectedBy }) => detectedBy >= FEWEST_ONSETS)
  return {
    known: known.length,
    withoutData,
    fates: countBy(
      FATES,
      known.map(({ fate }) => fate),
    ),
    locatable: locatable.length,
    locatableFound: locatable.filter(({ events }) => events.length > 0).length,
    byMagnitude: byMagnitude(known),
    told: told.length,
    kinds: countBy(
      KINDS,
      told.map(({ kind }) => kind),
    ),
    residuals: spreadOf(residuals),
    location: locationOf(known),
  }
}

function countBy<T extends string>(names: readonly T[], values: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, values.filter((value) => value === name).length])) as Record<T, number>
}

function byMagnitude(known: EventMatch['known']): EventSummary['byMagnitude'] {
  const classOf = ({ known: { magnitude } }: EventMatch['known'][number]) =>
    magnitude === undefined ? null : Math.floor(magnitude)
  const classes = [...new Set(known.map(classOf))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity))
  return classes.map((from) => {
    const all = known.filter((each) => classOf(each) === from)
    return { from, events: all.length, found: all.filter(({ events }) => events.length > 0).length }
  })
}

function spreadOf(values: readonly number[]): EventSummary['residuals'] {
  if (values.length === 0) return null
  const median = quantile(values, 0.5)
  const deviations = values.map((value) => Math.abs(value - median))
  return {
    count: values.length,
    median: rounded(median),
    mad: rounded(quantile(deviations, 0.5)),
    within90: rounded(quantile(deviations, 0.9)),
  }
}

function locationOf(known: EventMatch['known']): EventSummary['location'] {
  const errors = known.flatMap((each) => {
    const error = each.events[0] && locationError(each.known, each.events[0])
    return error ? [error] : []
  })
  if (errors.length === 0) return null
  const kilometres = errors.map(({ km }) => km)
  return {
    count: errors.length,
    medianKm: rounded(quantile(kilometres, 0.5)),
    within90Km: rounded(quantile(kilometres, 0.9)),
    largestKm: rounded(Math.max(...kilometres)),
    withinEllipse: rounded(errors.filter(({ isWithinEllipse }) => isWithinEllipse).length / errors.length),
    medianSeconds: rounded(
      quantile(
        errors.map(({ seconds }) => seconds),
        0.5,
      ),
    ),
  }
}

/** The smallest value that this share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
