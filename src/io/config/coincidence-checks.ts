import type { ConfigFault } from './config-fault.ts'
import { formatPath } from './config-fault.ts'

/** Groups that lead nowhere, and counts that the stations of a group can never reach. Works on the raw value, as all cross checks do. */
export function coincidenceFaults(root: Record<string, unknown>): ConfigFault[] {
  const { groups: counts, weights } = mapOf(root.coincidence)
  const groups = mapOf(root.groups)
  return Object.entries(mapOf(counts)).flatMap(([name, needed]): ConfigFault[] => {
    const keys = ['coincidence', 'groups', name]
    const members = groups[name]
    if (!Array.isArray(members)) {
      const known = Object.keys(groups)
      const expected = known.length === 0 ? 'a name under groups (there are none)' : `one of ${known.join(', ')}`
      return [{ keys, expected, got: name }]
    }
    const stations = new Set(members.map((id) => String(id).split('_').slice(0, 2).join('_')))
    const weightOf = (station: string) => Number(mapOf(weights)[station] ?? 1)
    const most = [...stations].reduce((sum, station) => sum + weightOf(station), 0)
    if (typeof needed !== 'number' || needed <= most) return []
    return [{ keys, expected: `≤ ${most} (all of ${formatPath(['groups', name])})`, got: String(needed) }]
  })
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
