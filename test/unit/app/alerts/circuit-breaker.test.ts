import { describe, expect, it } from 'vitest'
import { CircuitBreaker } from '../../../../src/app/alerts/circuit-breaker.ts'

const SECOND = 1_000_000

describe('CircuitBreaker', () => {
  it('opens after so many failures in a row, then lets one attempt through at a time', () => {
    const breaker = new CircuitBreaker({ failures: 3, seconds: 10 })
    for (let i = 0; i < 2; i++) breaker.failed(0)
    breaker.succeeded()
    for (let i = 0; i < 2; i++) breaker.failed(0)
    expect(breaker.allows(0, 5)).toBe(true)
    breaker.failed(0)
    expect([breaker.allows(0, 0), breaker.allows(9.9 * SECOND, 0)]).toEqual([false, false])
    expect([breaker.allows(10 * SECOND, 1), breaker.allows(10 * SECOND, 0)]).toEqual([false, true])
    breaker.succeeded()
    expect(breaker.allows(10 * SECOND, 5)).toBe(true)
  })

  it('waits twice as long each time the one attempt fails, up to sixteen times', () => {
    const breaker = new CircuitBreaker({ failures: 1, seconds: 10 })
    const pauses: number[] = []
    let now = 0
    for (let i = 0; i < 7; i++) {
      breaker.failed(now)
      pauses.push((breaker.until - now) / SECOND)
      now = breaker.until
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 160, 160])
  })

  it('does not count attempts that were underway when it opened', () => {
    const breaker = new CircuitBreaker({ failures: 2, seconds: 10 })
    for (let i = 0; i < 8; i++) breaker.failed(i)
    expect(breaker.until).toBe(1 + 10 * SECOND)
  })

  it('keeps a pause that was asked for', () => {
    const breaker = new CircuitBreaker({ failures: 5, seconds: 10 })
    breaker.pause(7 * SECOND)
    expect([breaker.allows(6 * SECOND, 0), breaker.allows(7 * SECOND, 3)]).toEqual([false, true])
  })
})
