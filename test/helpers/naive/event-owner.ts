import type { EventMatchInput } from '../../../src/detection/event-matching.ts'
import type { CatalogueEvent } from '../../../src/domain/catalogue.ts'
import type { NetworkEvent } from '../../../src/domain/network-event.ts'

/** The catalogued event that more than half of an event's P onsets belong to: every onset beside every arrival of every catalogued event. */
export function naiveKnownOf(event: NetworkEvent, input: EventMatchInput): CatalogueEvent | undefined {
  const votes = new Map<CatalogueEvent, number>()
  const members = event.members.filter((member) => member.phase === 'P')
  for (const member of members) {
    const onset = input.onsets.find((each) => each.detection === member.detection)
    if (!onset) continue
    const misses = input.catalogue.map((known) => ({
      known,
      miss: Math.abs(onset.onset - (input.arrivalOf(known, onset.station, 'P') ?? Number.POSITIVE_INFINITY)) / 1e6,
    }))
    const near = misses.filter(({ miss }) => miss <= input.matchSeconds + onset.uncertaintySeconds)
    near.sort((a, b) => a.miss - b.miss)
    if (near[0]) votes.set(near[0].known, (votes.get(near[0].known) ?? 0) + 1)
  }
  for (const [known, count] of votes) if (count > members.length / 2) return known
  return undefined
}
