import { describe, expect, it } from 'vitest'
import {
  type AskedSettings,
  changesOf,
  isUnchanged,
  lastDays,
  requestOf,
  withCoincidence,
  withTrigger,
} from '../../../../src/web/what-if/asked-settings.ts'

const IN_FORCE: AskedSettings = {
  trigger: {
    on: 0.98,
    off: 0.95,
    minimumSeconds: 4,
    maximumSeconds: 300,
    deadSeconds: 25,
    holdSeconds: 0,
    retriggerRatio: 5,
    retriggerSeconds: 12,
  },
  coincidence: { stations: 3, withinSeconds: 30 },
}

describe('settings of the sliders', () => {
  it('take the off threshold along when on is moved below it, and on when off is moved above it', () => {
    expect(withTrigger(IN_FORCE, 'on', 0.99).trigger).toMatchObject({ on: 0.99, off: 0.95 })
    expect(withTrigger(IN_FORCE, 'on', 0.5).trigger).toMatchObject({ on: 0.5, off: 0.49 })
    expect(withTrigger(IN_FORCE, 'off', 0.985).trigger.on).toBeGreaterThan(0.985)
  })

  it('keep the minimum duration not above the maximum', () => {
    expect(withTrigger(IN_FORCE, 'maximumSeconds', 2).trigger).toMatchObject({ minimumSeconds: 2, maximumSeconds: 2 })
    expect(withTrigger(IN_FORCE, 'minimumSeconds', 400).trigger).toMatchObject({ minimumSeconds: 400, maximumSeconds: 400 })
  })

  it('ask only for what is not in force', () => {
    expect(isUnchanged(IN_FORCE, IN_FORCE)).toBe(true)
    const changed = withCoincidence(withTrigger(IN_FORCE, 'deadSeconds', 60), 'stations', 4)
    expect(isUnchanged(changed, IN_FORCE)).toBe(false)
    expect(changesOf(changed, IN_FORCE)).toEqual({ trigger: { deadSeconds: 60 }, coincidence: { stations: 4 } })
    const span = lastDays('2024-03-12T09:00:00.000000Z', 2)
    expect(requestOf(span, undefined, changesOf(changed, IN_FORCE))).toEqual({
      from: '2024-03-10T09:00:00.000Z',
      to: '2024-03-12T09:00:00.000Z',
      trigger: { deadSeconds: 60 },
      coincidence: { stations: 4 },
    })
    expect(requestOf(span, 'CI_CLC', { trigger: {}, coincidence: {} })).toHaveProperty('scope', 'CI_CLC')
  })
})
