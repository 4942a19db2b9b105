import { describe, expect, it } from 'vitest'
import { placeText } from '../../../../src/web/ui/place-text.ts'

describe('a place in words', () => {
  it('has hemispheres instead of signs', () => {
    expect(placeText({ latitude: -17.804, longitude: -178.5 })).toBe('17.80° S 178.50° W')
    expect(placeText({ latitude: 35.7053, longitude: 117.5 }, 3)).toBe('35.705° N 117.500° E')
    expect(placeText({ latitude: 0, longitude: 0 })).toBe('0.00° N 0.00° E')
  })
})
