import type { WhatIfOutcome } from '../../contract/what-if.ts'
import { overlapping } from '../../detection/interval-matching.ts'
import { LABEL_VALUES, type LabelValue } from '../../domain/label.ts'
import type { Micros } from '../../domain/time.ts'
import type { Found, Stored } from './rehearsal.ts'
import type { Span } from './score-memory.ts'

const MICROS_PER_DAY = 86_400_000_000

/** What a setting gives, in numbers. */
export function outcomeOf(found: Found, stored: Stored, span: Span): WhatIfOutcome {
  const detections = [...found.values()].flat()
  return {
    detections: detections.length,
    perDay: perDay(
      detections.map(({ on }) => on),
      span,
    ),
    labels: foundLabels(found, stored, span),
  }
}

/** Stored detections that are found, by label. */
export function foundLabels(found: Found, stored: Stored, { from }: Span): Record<LabelValue, number> {
  return countLabels(
    [...stored].flatMap(([instrument, all]) =>
      overlapping(
        all.filter(({ on, label }) => label !== null && on >= from),
        found.get(instrument) ?? [],
      ),
    ),
  )
}

/** One count per UTC day of the span. */
export function perDay(times: readonly Micros[], span: Span): { day: string; count: number }[] {
  const counts = countByDay(times)
  return daysOf(span).map((day) => ({
    day: new Date(day * 86_400_000).toISOString().slice(0, 10),
    count: counts.get(day) ?? 0,
  }))
}

export function countLabels(stored: readonly { readonly label: LabelValue | null }[]): Record<LabelValue, number> {
  const counts = Object.fromEntries(LABEL_VALUES.map((label) => [label, 0])) as Record<LabelValue, number>
  for (const { label } of stored) if (label !== null) counts[label]++
  return counts
}

/** Days since 1970. */
function daysOf({ from, to }: Span): number[] {
  const first = Math.floor(from / MICROS_PER_DAY)
  return Array.from({ length: Math.floor((to - 1) / MICROS_PER_DAY) - first + 1 }, (_, i) => first + i)
}

function countByDay(times: readonly Micros[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const time of times) {
    const day = Math.floor(time / MICROS_PER_DAY)
    counts.set(day, (counts.get(day) ?? 0) + 1)
  }
  return counts
}
