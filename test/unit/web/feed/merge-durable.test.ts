import { describe, expect, it } from 'vitest'
import type { DetectionWire } from '../../../../src/contract/detection.ts'
import { keepLabel, mergeById, withLabel } from '../../../../src/web/feed/merge-durable.ts'

const LABEL = { value: 'blast', by: 'Ada', time: '2026-11-22T18:00:00.000000Z' } as const
const one = (id: string, seq: number, time: string, label?: typeof LABEL) =>
  ({ id, seq, onset: { time }, ...(label && { label }) }) as unknown as DetectionWire
const byOnset = ({ onset }: DetectionWire) => onset.time
const ids = (list: readonly DetectionWire[]) => list.map(({ id, seq }) => `${id} ${seq}`)

describe('lists of durable messages', () => {
  it('have one entry per id, the newest, whatever comes first', () => {
    const open = one('a', 3, '10:00')
    const closed = one('a', 5, '10:00')
    expect(ids(mergeById([open], [closed], byOnset, 9))).toEqual(['a 5'])
    expect(ids(mergeById([closed], [open], byOnset, 9))).toEqual(['a 5'])
  })

  it('are sorted by time, newest first, and no longer than asked for', () => {
    const merged = mergeById([one('a', 1, '10:00'), one('c', 3, '12:00')], [one('b', 2, '11:00')], byOnset, 2)
    expect(ids(merged)).toEqual(['c 3', 'b 2'])
  })

  it('keep a label that the feed does not repeat', () => {
    const have = [one('a', 3, '10:00', LABEL)]
    expect(keepLabel(have, one('a', 5, '10:00')).label).toEqual(LABEL)
    expect(keepLabel(have, one('b', 5, '10:00')).label).toBeUndefined()
  })

  it('take a label and lose it again', () => {
    const labelled = withLabel([one('a', 3, '10:00'), one('b', 4, '10:00')], { id: 'a', label: LABEL })
    expect(labelled.map(({ label }) => label?.value)).toEqual(['blast', undefined])
    expect(withLabel(labelled, { id: 'a', label: null })[0]).toEqual(one('a', 3, '10:00'))
  })
})
