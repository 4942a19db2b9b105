import type { SetEvaluation } from '../app/evaluate-suite.ts'
import { describeVariant } from '../app/evaluation/trigger-variants.ts'
import type { CatalogueMatch, Mismatches } from '../detection/catalogue-matching.ts'
import { scoreText } from '../domain/score-text.ts'
import { formatMicros } from '../domain/time.ts'

/** What `evaluate --continuous` prints. */
export function matchLines(match: CatalogueMatch): string[] {
  const perDay = match.unmatchedPerStationDay === null ? '–' : match.unmatchedPerStationDay.toFixed(1)
  const delay = match.medianDelaySeconds === null ? '–' : `${match.medianDelaySeconds.toFixed(1)} s`
  return [
    `events      ${match.matched} of ${match.events} found: recall ${percent(match.recall)} (by chance ${percent(match.chanceRecall)}), ${match.eventsWithoutData} without data`,
    `detections  ${match.detections}, ${match.unmatched} unmatched in ${match.stationDays.toFixed(3)} station-days: ${perDay} per station-day`,
    `delay       median ${delay} from event time to threshold`,
    ...match.byMagnitude.map(
      ({ from, to, events, matched, recall }) =>
        `  ${from === null ? 'no magnitude' : `M ${from} to ${to}`}: ${matched} of ${events} (${percent(recall)})`,
    ),
  ]
}

/** One line per set and detector. */
export function suiteLines(sets: readonly SetEvaluation[]): string[] {
  return [
    '  found  events   recall by chance  detections  unmatched  station-days  per day   delay  set',
    ...sets.flatMap(({ name, match, variants, staLta, list }) => [
      `${rowOf(match)}  ${name}${underWay(list)}`,
      ...variants.map(({ variant, match: other }) => `${rowOf(other)}    ${describeVariant(variant)}`),
      ...staLta.map(({ on, match: other }) => `${rowOf(other)}    STA/LTA at ${on}`),
    ]),
  ]
}

/** Every unmatched detection and every missed event. */
export function mismatchLines(name: string, { unmatchedDetections, missedEvents }: Mismatches): string[] {
  return [
    `${name}: ${unmatchedDetections.length} unmatched detections, ${missedEvents.length} missed events`,
    ...unmatchedDetections.map(
      ({ station, onset, score }) =>
        `  unmatched  ${station.padEnd(10)} ${formatMicros(onset)}${score === undefined ? '' : `  score ${scoreText(score, 4)}`}`,
    ),
    ...missedEvents.map(
      ({ station, time, magnitude, isUnderWay }) =>
        `  missed     ${(station ?? '').padEnd(10)} ${formatMicros(time)}${magnitude === undefined ? '' : `  M ${magnitude}`}${isUnderWay ? '  while a detection was under way' : ''}`,
    ),
  ]
}

function underWay({ missedEvents }: Mismatches): string {
  const count = missedEvents.filter(({ isUnderWay }) => isUnderWay).length
  return count === 0 ? '' : ` (${count} of the missed came while a detection was under way)`
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(2)} %`
}

function rowOf(match: CatalogueMatch): string {
  const { matched, events, recall, detections, unmatched, stationDays, unmatchedPerStationDay, medianDelaySeconds } = match
  return [
    String(matched).padStart(7),
    String(events).padStart(8),
    percent(recall).padStart(9),
    percent(match.chanceRecall).padStart(10),
    String(detections).padStart(12),
    String(unmatched).padStart(11),
    stationDays.toFixed(3).padStart(14),
    (unmatchedPerStationDay?.toFixed(1) ?? '–').padStart(9),
    (medianDelaySeconds === null ? '–' : `${medianDelaySeconds.toFixed(1)} s`).padStart(8),
  ].join('')
}
