import type { Config, TriggerConfig } from '../../contract/config.ts'
import { triggerOf } from '../../contract/config.ts'
import type { SettingsChange } from '../../contract/what-if.ts'
import { UsageError } from '../../domain/errors.ts'
import type { InstrumentId } from '../../domain/source-id.ts'

/** The part of the configuration that decides what is a detection and what an event, once there are scores. */
export type TriggerSettings = Pick<Config, 'trigger' | 'stations' | 'coincidence' | 'groups'>

/** The settings with a change: of everybody's trigger, or of that of a station or an instrument. */
export function changedSettings(
  settings: TriggerSettings,
  { scope, trigger, coincidence }: Pick<SettingsChange, 'scope' | 'trigger' | 'coincidence'>,
): TriggerSettings {
  const changed = { ...settings, coincidence: { ...settings.coincidence, ...coincidence } }
  if (scope === undefined) return { ...changed, trigger: { ...settings.trigger, ...trigger } }
  const known = settings.stations[scope]
  const override = { ...known, trigger: { ...known?.trigger, ...trigger } }
  return { ...changed, stations: { ...settings.stations, [scope]: override } }
}

/** In force for everybody, a station or an instrument. */
export function triggerOfScope(settings: Pick<Config, 'trigger' | 'stations'>, scope: string | undefined): TriggerConfig {
  // A station is to its overrides what an instrument without any of its own is.
  return scope === undefined ? settings.trigger : triggerOf(settings, scope as InstrumentId)
}

/** @throws {UsageError} for a trigger that the configuration would refuse, too */
export function checkTrigger({ on, off, minimumSeconds, maximumSeconds }: TriggerConfig, where: string): void {
  if (off >= on) throw new UsageError(`trigger: expected off < ${on} (on threshold), got ${off} (${where})`)
  if (minimumSeconds > maximumSeconds) {
    throw new UsageError(
      `trigger: expected minimumSeconds ≤ ${maximumSeconds} (maximumSeconds), got ${minimumSeconds} (${where})`,
    )
  }
}
