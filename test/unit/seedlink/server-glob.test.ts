import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { glob } from '../../../src/seedlink/server-glob.ts'

describe('glob', () => {
  it('says what the regular expression of the pattern says', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '_', '*', '?'), maxLength: 6 })
    fc.assert(
      fc.property(pattern, text, (written, candidate) => {
        const expected = new RegExp(`^${written.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(candidate)
        expect(glob(written).test(candidate)).toBe(expected)
      }),
      { seed: 7, numRuns: 5000 },
    )
  })

  it('takes characters with a meaning elsewhere as they are', () => {
    expect(glob('a.b').test('axb')).toBe(false)
    expect(glob('[ab]').test('a')).toBe(false)
    expect(glob('a.b').test('a.b')).toBe(true)
  })

  it('is not held up by many stars', () => {
    expect(glob('*a'.repeat(120)).test('a'.repeat(100))).toBe(false)
    expect(glob(`${'*a'.repeat(100)}*`).test('a'.repeat(100))).toBe(true)
  })
})
