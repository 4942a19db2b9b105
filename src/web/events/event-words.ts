import type { EventWire } from '../../contract/event.ts'

type Location = NonNullable<EventWire['location']>

/** `8 km (0–30 fit as well)`; one value when nothing else fits. */
export function depthText({ depthKm: { value, from, to } }: Location): string {
  return from === to ? `${value} km` : `${value} km (${from} to ${to} km fit as well)`
}

/** `± 3.6 km × 2.2 km` */
export function ellipseText({ ellipse: { majorKm, minorKm } }: Location): string {
  return `± ${kilometres(majorKm)} × ${kilometres(minorKm)}`
}

export function kilometres(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} km`
}

const REASONS: Readonly<Record<NonNullable<EventWire['reason']>, string>> = {
  'simultaneous-onsets':
    'The onsets are at the same moment at stations that no wave reaches together: electricity or a calibration, not the ground.',
  'members-left': 'Its stations went to events that explain more of them.',
}

/** What the state means, in a sentence. */
export function stateText({ state, reason, rule }: EventWire): string {
  if (reason !== undefined) return REASONS[reason]
  const met = rule === 'network' ? 'the rule of the network is met' : `the rule of the group ${rule} is met`
  return state === 'open' ? `Going on: ${met}, and stations may still join.` : `Over: ${met}, and no station can join any more.`
}

/** How the state is named beside an event. */
export const STATE_NAMES: Readonly<Record<EventWire['state'], string>> = { open: 'going on', closed: 'over', vetoed: 'rejected' }
