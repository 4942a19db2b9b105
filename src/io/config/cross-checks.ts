import {
  DEFAULT_LISTEN,
  DEFAULT_TRIGGER,
  isLoopback,
  parseListen,
  parseServerUrl,
  TOKEN_VARIABLE,
} from '../../contract/config.ts'
import { alertFaults } from './alert-checks.ts'
import { coincidenceFaults } from './coincidence-checks.ts'
import { type ConfigFault, formatPath, showValue } from './config-fault.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Trigger = { -readonly [K in keyof typeof DEFAULT_TRIGGER]: number }

const SHORTEST_TOKEN = 16

export interface CheckedAgainst {
  readonly environment: Environment
  /** Of the file. */
  readonly folder: string
  /** That hold where the file says none. */
  readonly thresholds: { readonly on: number; readonly off: number }
}

/**
 * Checks between fields. They look at the raw value and at what is usable of it, so that a fault elsewhere never hides one here.
 */
export function crossChecks(value: unknown, { environment, folder, thresholds }: CheckedAgainst): ConfigFault[] {
  const root = mapOf(value)
  return [
    ...triggerFaults(root, thresholds),
    ...serverFaults(root, environment),
    ...tokenFaults(root, environment),
    ...alertFaults(root, { environment, folder }),
    ...coincidenceFaults(root),
  ]
}

function triggerFaults(root: Record<string, unknown>, thresholds: CheckedAgainst['thresholds']): ConfigFault[] {
  const general = mergeTrigger({ ...DEFAULT_TRIGGER, ...thresholds }, root.trigger)
  const stations = mapOf(root.stations)
  return [
    ...orderFaults(['trigger'], mapOf(root.trigger), general),
    ...Object.entries(stations).flatMap(([id, override]) => {
      const own = mapOf(mapOf(override).trigger)
      const station = id.split('_').slice(0, 2).join('_')
      const ofStation = mergeTrigger(general, mapOf(stations[station]).trigger)
      return orderFaults(['stations', id, 'trigger'], own, mergeTrigger(ofStation, own))
    }),
  ]
}

/** Reported where one of the two was written; a pair that comes from elsewhere is reported there. */
function orderFaults(
  keys: string[],
  own: Record<string, unknown>,
  { on, off, minimumSeconds, maximumSeconds }: Trigger,
): ConfigFault[] {
  const faults: ConfigFault[] = []
  if (off >= on && ('off' in own || 'on' in own)) {
    if ('off' in own) faults.push({ keys: [...keys, 'off'], expected: `< ${on} (on threshold)`, got: String(off) })
    else faults.push({ keys: [...keys, 'on'], expected: `> ${off} (off threshold)`, got: String(on) })
  }
  if (minimumSeconds > maximumSeconds && ('minimumSeconds' in own || 'maximumSeconds' in own)) {
    const key = 'minimumSeconds' in own ? 'minimumSeconds' : 'maximumSeconds'
    const expected = key === 'minimumSeconds' ? `≤ ${maximumSeconds} (maximumSeconds)` : `≥ ${minimumSeconds} (minimumSeconds)`
    faults.push({ keys: [...keys, key], expected, got: showValue(own[key]) })
  }
  return faults
}

function serverFaults(root: Record<string, unknown>, environment: Environment): ConfigFault[] {
  const servers = listOf(root.servers).map(mapOf)
  const urls = servers.map(({ url }) => (typeof url === 'string' ? parseServerUrl(url)?.url : undefined))
  return [
    ...repeated(urls).map(([i, first]) => ({
      keys: ['servers', i, 'url'],
      expected: 'each server once',
      got: `${showValue(servers[i]?.url)} again (first at ${formatPath(['servers', first])})`,
    })),
    ...servers.flatMap((server, i) => [
      ...repeated(listOf(server.stations)).map(([j, first]) => ({
        keys: ['servers', i, 'stations', j],
        expected: 'each instrument once',
        got: `${showValue(listOf(server.stations)[j])} again (first at ${formatPath(['servers', i, 'stations', first])})`,
      })),
      ...credentialFaults(server.credentials, i, environment),
    ]),
  ]
}

function credentialFaults(name: unknown, index: number, environment: Environment): ConfigFault[] {
  if (typeof name !== 'string') return []
  const missing = [`${name}_USER`, `${name}_PASSWORD`].filter((variable) => !environment[variable])
  if (missing.length === 0) return []
  const expected = `${missing.join(' and ')} in the environment`
  return [{ keys: ['servers', index, 'credentials'], expected, got: 'nothing' }]
}

function tokenFaults(root: Record<string, unknown>, environment: Environment): ConfigFault[] {
  const listen = mapOf(root.http).listen ?? DEFAULT_LISTEN
  const address = typeof listen === 'string' ? parseListen(listen) : undefined
  const token = environment[TOKEN_VARIABLE]
  const keys = ['http', 'listen']
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    const expected = `${TOKEN_VARIABLE} of at least ${SHORTEST_TOKEN} characters`
    return [{ keys, expected, got: `${token.length} characters` }]
  }
  if (!address || isLoopback(address.host) || token !== undefined) return []
  return [
    {
      keys,
      expected: `127.0.0.1, or a token in ${TOKEN_VARIABLE} to listen elsewhere`,
      got: `${showValue(listen)} without token`,
    },
  ]
}

function mergeTrigger(base: Trigger, override: unknown): Trigger {
  const merged = { ...base }
  for (const [key, value] of Object.entries(mapOf(override)))
    if (key in merged && typeof value === 'number') merged[key as keyof Trigger] = value
  return merged
}

/** Pairs of position and first position of values that were there before. */
function repeated(values: readonly unknown[]): [number, number][] {
  return values.flatMap((value, i): [number, number][] => {
    const first = values.indexOf(value)
    return value !== undefined && first < i ? [[i, first]] : []
  })
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
