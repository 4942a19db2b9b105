import { expect, it } from 'vitest'
import { unheardReason } from '../../../src/app/server-links.ts'
import { type InstrumentId, instrumentIdOf, type SourceId } from '../../../src/domain/source-id.ts'
import { parseSelections } from '../../../src/seedlink/selection.ts'
import { unheardEntries } from '../../../src/seedlink/server-offer.ts'

const [HEARD, UNHEARD] = ['XX_AAA_00_HH', 'XX_AAA__HH'] as [InstrumentId, InstrumentId]

it('knows which instrument of a station is not heard, by the names that the client gives its entries', () => {
  const { selections } = parseSelections([HEARD, UNHEARD])
  const heard = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
  const entries = selections.flatMap((selection) => unheardEntries(selection, [heard]))
  const state = { kind: 'streaming', since: 0, unheard: { entries, reason: 'not there' } } as const
  expect(instrumentIdOf(heard)).toBe(HEARD)
  expect(unheardReason(HEARD, state)).toBeUndefined()
  expect(unheardReason(UNHEARD, state)).toBe('not there')
})

it('has the same reason for all instruments of a station of which nothing is heard, and none for one that may still come', () => {
  expect(unheardReason(HEARD, { kind: 'unheard', since: 0, reason: 'no data' })).toBe('no data')
  expect(unheardReason(HEARD, { kind: 'accepted', since: 0 })).toBeUndefined()
  expect(unheardReason(HEARD, { kind: 'streaming', since: 0 })).toBeUndefined()
})
