import type { SettingsChange, WhatIfAnswer, WhatIfRequestWire } from '../../contract/what-if.ts'
import { stepAbove, stepBelow } from './thresholds.ts'

export type TriggerField =
  | 'on'
  | 'off'
  | 'minimumSeconds'
  | 'maximumSeconds'
  | 'deadSeconds'
  | 'holdSeconds'
  | 'retriggerRatio'
  | 'retriggerSeconds'
export type CoincidenceField = 'stations' | 'withinSeconds'

/** All that the sliders say. */
export interface AskedSettings {
  readonly trigger: Readonly<Record<TriggerField, number>>
  readonly coincidence: Readonly<Record<CoincidenceField, number>>
}

/** What is said together with one value, so that the settings stay such as a configuration may have. */
export function withTrigger(settings: AskedSettings, field: TriggerField, value: number): AskedSettings {
  const trigger = { ...settings.trigger, [field]: value }
  if (trigger.off >= trigger.on) {
    if (field === 'on') trigger.off = stepBelow(trigger.on)
    else trigger.on = stepAbove(trigger.off)
  }
  if (trigger.minimumSeconds > trigger.maximumSeconds) {
    if (field === 'maximumSeconds') trigger.minimumSeconds = trigger.maximumSeconds
    else trigger.maximumSeconds = trigger.minimumSeconds
  }
  return { ...settings, trigger }
}

export function withCoincidence(settings: AskedSettings, field: CoincidenceField, value: number): AskedSettings {
  return { ...settings, coincidence: { ...settings.coincidence, [field]: value } }
}

/** In force, as an answer says. */
export function inForceOf({ settings }: Pick<WhatIfAnswer, 'settings'>): AskedSettings {
  return settings
}

/** Only what is not as it is in force: a station's own thresholds must not be written for it by looking. */
export function changesOf(settings: AskedSettings, inForce: AskedSettings): Pick<SettingsChange, 'trigger' | 'coincidence'> {
  return {
    trigger: differing(settings.trigger, inForce.trigger),
    coincidence: differing(settings.coincidence, inForce.coincidence),
  }
}

/** True when the sliders say what is in force. */
export function isUnchanged(settings: AskedSettings, inForce: AskedSettings): boolean {
  const { trigger, coincidence } = changesOf(settings, inForce)
  return Object.keys(trigger).length + Object.keys(coincidence).length === 0
}

export interface AskedSpan {
  /** ISO 8601. */
  readonly from: string
  readonly to: string
}

/** The last days until a moment. */
export function lastDays(to: string, days: number): AskedSpan {
  return { from: new Date(Date.parse(to) - days * 86_400_000).toISOString(), to: new Date(Date.parse(to)).toISOString() }
}

export function requestOf(
  span: AskedSpan,
  scope: string | undefined,
  changes: Pick<SettingsChange, 'trigger' | 'coincidence'>,
): WhatIfRequestWire {
  return { ...span, ...(scope !== undefined && { scope }), ...changes }
}

function differing<Part extends Readonly<Record<string, number>>>(wanted: Part, now: Part): Partial<Part> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => now[key] !== value)) as Partial<Part>
}
