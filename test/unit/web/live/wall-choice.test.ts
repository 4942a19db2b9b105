import { describe, expect, it } from 'vitest'
import { layoutFor, readWallChoice, sortedBy, sortQuery } from '../../../../src/web/live/wall-choice.ts'

const read = (query: string) => readWallChoice(new URLSearchParams(query))

describe('the choice of how the wall is shown', () => {
  it('is the worst state first, everything, by the number of stations, when nothing is said', () => {
    expect(read('')).toEqual({
      filter: { text: '', states: new Set() },
      order: { key: 'state', isReversed: false },
      layout: undefined,
    })
  })

  it('is read from the address', () => {
    expect(read('q=CLC&state=silent,gap&sort=-score&view=tiles')).toEqual({
      filter: { text: 'CLC', states: new Set(['silent', 'gap']) },
      order: { key: 'score', isReversed: true },
      layout: 'tiles',
    })
  })

  it('ignores what it does not understand', () => {
    expect(read('state=broken,ok&sort=colour&view=cake')).toEqual({
      filter: { text: '', states: new Set(['ok']) },
      order: { key: 'state', isReversed: false },
      layout: undefined,
    })
  })

  it('goes back into the address as it came', () => {
    for (const sort of ['-state', 'name', '-score']) expect(sortQuery(read(`sort=${sort}`).order)).toBe(sort)
    expect(sortQuery(read('').order)).toBeUndefined()
  })

  it('turns round when the same key is chosen again', () => {
    const byName = sortedBy('name', { key: 'state', isReversed: false })
    expect(byName).toEqual({ key: 'name', isReversed: false })
    expect(sortedBy('name', byName).isReversed).toBe(true)
    expect(sortedBy('name', sortedBy('name', byName)).isReversed).toBe(false)
  })

  it('shows few stations in full and many densely', () => {
    expect([1, 8, 9, 150, 151, 2000].map(layoutFor)).toEqual(['traces', 'traces', 'rows', 'rows', 'tiles', 'tiles'])
  })
})
