import { missingSecrets, type SecretSources, withSecrets } from '../alerts/secrets.ts'
import { type ConfigFault, formatPath, showValue } from './config-fault.ts'

/** Schemes that a hook's url may have. */
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  webhook: ['http:', 'https:'],
  quakewire: ['http:', 'https:'],
  mqtt: ['mqtt:', 'mqtts:', 'ws:', 'wss:'],
}

/** Fields that one template of a web hook cannot do without. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { pushover: ['token', 'user'] }

/** Names that lead nowhere, secrets that are not there, urls that are none. Works on the raw value, as all cross checks do. */
export function alertFaults(root: Record<string, unknown>, sources: SecretSources): ConfigFault[] {
  const hooks = mapOf(root.hooks)
  const groups = mapOf(root.groups)
  const rules = listOf(root.alerts).map(mapOf)
  const names = rules.map(({ name }) => name)
  const toHooks = (keys: PropertyKey[], list: unknown) => unknownNames([...keys], list, Object.keys(hooks), 'hooks')
  return [
    ...Object.entries(hooks).flatMap(([name, hook]) => hookFaults(['hooks', name], mapOf(hook), sources)),
    ...rules.flatMap((rule, i) => [
      ...toHooks(['alerts', i, 'to'], rule.to),
      ...toHooks(['alerts', i, 'escalate', 'to'], mapOf(rule.escalate).to),
      ...unknownNames(['alerts', i, 'where', 'groups'], mapOf(rule.where).groups, Object.keys(groups), 'groups'),
      ...repeatedName(names, i),
    ]),
    ...toHooks(['watchdog', 'heartbeat'], mapOf(root.watchdog).heartbeat),
    ...toHooks(['drills', 'hooks'], mapOf(root.drills).hooks),
  ]
}

function hookFaults(keys: string[], hook: Record<string, unknown>, sources: SecretSources): ConfigFault[] {
  const missing = textsOf(hook, keys).flatMap(({ path, text }) =>
    missingSecrets(text, sources).map((expected) => ({ keys: path, expected, got: 'nothing' })),
  )
  const needed = (NEEDED[String(hook.template)] ?? []).filter((field) => hook[field] === undefined)
  const absent = needed.map((field) => ({ keys, expected: `${field} (the template ${hook.template} needs it)`, got: 'none' }))
  return [...missing, ...absent, ...(missing.length > 0 ? [] : urlFaults(keys, hook, sources))]
}

/** The url is shown as the file has it, never with its secrets. */
function urlFaults(keys: string[], { kind, url }: Record<string, unknown>, sources: SecretSources): ConfigFault[] {
  const schemes = SCHEMES[String(kind)]
  if (schemes === undefined || typeof url !== 'string') return []
  const text = withSecrets(url, sources)
  if (URL.canParse(text) && schemes.includes(new URL(text).protocol)) return []
  return [{ keys: [...keys, 'url'], expected: `a url with ${schemes.join(', ')}`, got: showValue(url) }]
}

function unknownNames(keys: PropertyKey[], list: unknown, known: readonly string[], place: string): ConfigFault[] {
  return listOf(list).flatMap((name, i) => {
    if (typeof name !== 'string' || known.includes(name)) return []
    const expected = known.length === 0 ? `a name under ${place} (there are none)` : `one of ${known.join(', ')}`
    return [{ keys: [...keys, i], expected, got: showValue(name) }]
  })
}

function repeatedName(names: readonly unknown[], i: number): ConfigFault[] {
  const first = names.indexOf(names[i])
  if (names[i] === undefined || first === i) return []
  const got = `${showValue(names[i])} again (first at ${formatPath(['alerts', first])})`
  return [{ keys: ['alerts', i, 'name'], expected: 'each name once', got }]
}

function textsOf(value: unknown, path: PropertyKey[]): { path: PropertyKey[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => textsOf(part, [...path, Array.isArray(value) ? Number(key) : key]))
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
