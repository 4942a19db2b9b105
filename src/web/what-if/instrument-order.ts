import type { WhatIfAnswer } from '../../contract/what-if.ts'

export type InstrumentRow = WhatIfAnswer['instruments'][number]
export type InstrumentKey = 'instrument' | 'now' | 'asked' | 'difference' | 'lost' | 'gained'

/** Names rise, numbers fall: what matters is on top. */
export function sortedInstruments(rows: readonly InstrumentRow[], key: InstrumentKey): InstrumentRow[] {
  const byName = (a: InstrumentRow, b: InstrumentRow) => (a.instrument < b.instrument ? -1 : 1)
  if (key === 'instrument') return [...rows].sort(byName)
  const of = (row: InstrumentRow) => (key === 'difference' ? Math.abs(row.asked - row.now) : row[key])
  return [...rows].sort((a, b) => of(b) - of(a) || byName(a, b))
}
