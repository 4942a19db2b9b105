import { describe, expect, it } from 'vitest'
import { ReconnectDelay } from '../../../src/seedlink/reconnect-delay.ts'

describe('the delay before a reconnect', () => {
  it('doubles from one second to sixty', () => {
    const delay = new ReconnectDelay({ random: () => 0 })
    expect(Array.from({ length: 8 }, () => delay.next() / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  it('is shortened by a random part of up to a half', () => {
    expect(new ReconnectDelay({ random: () => 0.999_999 }).next()).toBeCloseTo(500, 2)
  })

  it('starts small again only after data have flowed for a minute', () => {
    const delay = new ReconnectDelay({ random: () => 0 })
    delay.next()
    delay.noteData(0)
    delay.noteData(59_999)
    expect(delay.next()).toBe(2000)
    delay.noteData(100_000)
    delay.noteData(160_000)
    expect(delay.next()).toBe(1000)
  })

  it('does not add the data of two connections up', () => {
    const delay = new ReconnectDelay({ random: () => 0 })
    delay.noteData(0)
    delay.next()
    delay.noteData(60_000)
    expect(delay.next()).toBe(2000)
  })
})
