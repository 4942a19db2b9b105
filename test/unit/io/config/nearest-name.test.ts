import { describe, expect, it } from 'vitest'
import { nearestName } from '../../../../src/io/config/nearest-name.ts'

describe('nearestName', () => {
  const known = ['trigger', 'stations', 'store', 'http']

  it.each([
    ['triger', 'trigger'],
    ['Stations', 'stations'],
    ['stores', 'store'],
    ['htpt', undefined],
    ['htp', 'http'],
    ['model', undefined],
    ['', undefined],
  ])('of %s is %s', (name, expected) => expect(nearestName(name, known)).toBe(expected))
})
