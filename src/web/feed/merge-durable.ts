import type { DetectionWire, LabelWire } from '../../contract/detection.ts'

interface Numbered {
  readonly id: string
  readonly seq: number
}

/**
 * One entry per id, the one with the highest number, so that it does not matter what the feed and the API tell in which order.
 *
 * @param timeOf what they are sorted by, newest first
 * @param limit how many are kept
 */
export function mergeById<T extends Numbered>(
  have: readonly T[],
  more: readonly T[],
  timeOf: (each: T) => string,
  limit: number,
): T[] {
  const byId = new Map(have.map((each) => [each.id, each]))
  for (const each of more) {
    const known = byId.get(each.id)
    if (!known || known.seq <= each.seq) byId.set(each.id, each)
  }
  return [...byId.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1)).slice(0, limit)
}

/** A detection from the feed says nothing about the label that somebody gave it meanwhile. */
export function keepLabel(have: readonly DetectionWire[], detection: DetectionWire): DetectionWire {
  const label = detection.label ?? have.find(({ id }) => id === detection.id)?.label
  return label ? { ...detection, label } : detection
}

/** @param label null: taken back */
export function withLabel(
  have: readonly DetectionWire[],
  { id, label }: { id: string; label: LabelWire | null },
): DetectionWire[] {
  return have.map((each) => {
    if (each.id !== id) return each
    const { label: _old, ...rest } = each
    return label ? { ...rest, label } : rest
  })
}
