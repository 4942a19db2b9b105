import { type EventMatch, type KnownFate, type KnownOutcome, locationError, type ToldKind } from '../detection/event-matching.ts'
import type { EventSummary } from '../detection/event-summary.ts'
import { formatMicros } from '../domain/time.ts'

const FATES: Readonly<Record<KnownFate, string>> = {
  found: 'found',
  split: 'told as several',
  merged: 'told as part of another',
  'not-associated': 'detected, but no event',
  busy: 'while detections were under way',
  'not-detected': 'not detected by enough stations',
}
const KINDS: Readonly<Record<ToldKind, string>> = {
  first: 'one of the catalogue each',
  another: 'one that had been told',
  mixed: 'several of the catalogue together',
  unknown: 'none of the catalogue',
}

/** What `evaluate --continuous --events` prints. */
export function eventLines(summary: EventSummary): string[] {
  const { known, withoutData, fates, locatable, locatableFound, told, kinds, residuals, location } = summary
  return [
    `catalogue   ${known} events with data, ${withoutData} without: ${counts(fates, FATES)}`,
    `locatable   ${locatableFound} of the ${locatable} that four stations detected are found`,
    ...summary.byMagnitude.map(
      ({ from, events, found }) => `  ${from === null ? 'no magnitude' : `M ${from} to ${from + 1}`}: ${found} of ${events}`,
    ),
    `events      ${told} told: ${counts(kinds, KINDS)}`,
    residuals
      ? `onsets      ${residuals.count} with a clear pick: median ${signed(residuals.median)} s after the predicted P, half within ${residuals.mad} s of that, nine of ten within ${residuals.within90} s`
      : 'onsets      none with a predicted P: coordinates of stations come from --config, epicentres from the catalogue',
    location
      ? `location    ${location.count} events: half within ${location.medianKm} km, nine of ten within ${location.within90Km} km, the worst ${location.largestKm} km; ${Math.round(location.withinEllipse * 100)} % within the ellipse; origin time ${signed(location.medianSeconds)} s (median)`
      : 'location    none to compare',
  ]
}

/** Each catalogued event with what became of it, and each event of the monitor with what it is. */
export function eventListLines({ known, told }: EventMatch): string[] {
  return [
    ...known.map(knownLine),
    ...told.map(
      ({ event, kind }) => `  told  ${formatMicros(event.firstOnset)}  ${event.stations} stations  ${KINDS[kind]}  ${event.id}`,
    ),
  ]
}

/** The same for programs. */
export function eventList({ known, told }: EventMatch) {
  return {
    catalogue: known.map((outcome) => ({
      time: formatMicros(outcome.known.time),
      magnitude: outcome.known.magnitude ?? null,
      fate: outcome.fate,
      detectedBy: outcome.detectedBy,
      busyAt: outcome.busyAt,
      events: outcome.events.map(({ id }) => id),
      location: (outcome.events[0] && locationError(outcome.known, outcome.events[0])) ?? null,
    })),
    told: told.map(({ event, kind }) => ({
      id: event.id,
      firstOnset: formatMicros(event.firstOnset),
      stations: event.stations,
      kind,
    })),
  }
}

function knownLine({ known, fate, detectedBy, busyAt, events }: KnownOutcome): string {
  const magnitude = known.magnitude === undefined ? '' : `  M ${known.magnitude}`
  const error = events[0] && locationError(known, events[0])
  return `  known ${formatMicros(known.time)}${magnitude}  detected by ${detectedBy}, busy at ${busyAt}  ${FATES[fate]}${error ? `, ${error.km.toFixed(1)} km off` : ''}`
}

function counts<T extends string>(of: Readonly<Record<T, number>>, names: Readonly<Record<T, string>>): string {
  const some = (Object.keys(names) as T[]).filter((name) => of[name] > 0)
  return some.map((name) => `${of[name]} ${names[name]}`).join(', ') || 'none'
}

function signed(value: number): string {
  return value < 0 ? `−${-value}` : `${value}`
}
