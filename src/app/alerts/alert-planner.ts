import type { AlertRuleConfig } from '../../contract/alert-config.ts'
import type { Config } from '../../contract/config.ts'
import { endsForGood, planAlerts } from '../../detection/alert-plan.ts'
import type { AlertRule } from '../../domain/alert.ts'
import type { AlertPlanner } from '../../io/store/outbox.ts'
import { occasionOfMessage } from './occasions.ts'
import { quietUntil } from './quiet-hours.ts'

/** The rules of a configuration, ready to be asked. */
export function alertPlanner(config: Pick<Config, 'alerts' | 'groups'>): AlertPlanner {
  const rules = config.alerts.map((rule) => alertRule(rule, config.groups))
  return {
    occasionOf: occasionOfMessage,
    wants: (kind) => rules.some(({ kinds }) => kinds.has(kind)),
    plan: (occasion, history, now) => ({
      alerts: planAlerts({
        occasion,
        rules,
        history,
        now,
        quietUntil: ({ quiet }, time) => quiet && quietUntil(quiet, time),
      }),
      endsForGood: endsForGood(occasion),
    }),
  }
}

function alertRule(config: AlertRuleConfig, groups: Config['groups']): AlertRule {
  const { name, when, where, severity, to, updates, afterSeconds, cooldownSeconds, digestSeconds, quiet, escalate } = config
  const { stations, groups: named, ...conditions } = where
  const places = [...(stations ?? []), ...(named ?? []).flatMap((group) => groups[group] ?? [])]
  return {
    name,
    kinds: new Set(when),
    severity,
    filter: { ...conditions, ...(stations || named ? { stations: new Set(places) } : {}) },
    hooks: to,
    cooldownSeconds,
    digestSeconds,
    afterSeconds,
    hasUpdates: updates,
    ...(quiet ? { quiet } : {}),
    ...(escalate ? { escalation: { afterSeconds: escalate.afterSeconds, hooks: escalate.to } } : {}),
  }
}
