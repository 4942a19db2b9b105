import { describe, expect, it } from 'vitest'
import { passes, planAlerts } from '../../../src/detection/alert-plan.ts'
import type { AlertFilter, AlertHistory, AlertOccasion, AlertRule } from '../../../src/domain/alert.ts'
import { parseInstrumentId, stationOfInstrument } from '../../../src/domain/source-id.ts'

const NOW = 1_600_000_000_000_000
const instrument = parseInstrumentId('IU_ANMO_00_BH')!
const station = stationOfInstrument(instrument)

const detection: AlertOccasion = {
  kind: 'detection',
  subject: 'd1',
  phase: 'begin',
  state: 'open',
  time: NOW - 10_000_000,
  lane: station,
  stations: [station],
  instruments: [instrument],
  score: 0.97,
  title: 'Earthquake at IU_ANMO',
}
const outage: AlertOccasion = { ...detection, kind: 'station', subject: 's1', state: 'silent' }
const rule: AlertRule = {
  name: 'all',
  kinds: new Set(['detection', 'station']),
  severity: 'warning',
  filter: {},
  hooks: ['a', 'b'],
  cooldownSeconds: 0,
  digestSeconds: 0,
  afterSeconds: 0,
  hasUpdates: true,
}
const nothingTold: AlertHistory = { toldHooks: () => [], lastBeginning: () => undefined }
const told = (...hooks: string[]): AlertHistory => ({ ...nothingTold, toldHooks: () => hooks })

function plan(occasion: AlertOccasion, changes: Partial<AlertRule> = {}, history = nothingTold, quietEnd?: number) {
  return planAlerts({ occasion, rules: [{ ...rule, ...changes }], history, now: NOW, quietUntil: () => quietEnd })
}

describe('planAlerts', () => {
  it('tells every hook of a rule at once, under a key of its own', () => {
    expect(plan(detection)).toMatchObject([
      { key: 'd1|open|all|a', hook: 'a', lane: 'IU_ANMO', due: NOW, isUpdate: false, severity: 'warning' },
      { key: 'd1|open|all|b', hook: 'b' },
    ])
  })

  it('tells nobody of what a rule does not ask for', () => {
    expect(plan(detection, { kinds: new Set(['server']) })).toEqual([])
    expect(plan(detection, { filter: { minimumScore: 0.98 } })).toEqual([])
  })

  it('tells the end to who was told of the beginning, whatever the filter says by now, and to nobody else', () => {
    const end = { ...detection, phase: 'end' as const, state: 'closed', score: 0.5 }
    const filter = { minimumScore: 0.9 }
    expect(plan(end, { filter }, told('b'))).toMatchObject([{ hook: 'b', isUpdate: true, key: 'd1|closed|all|b' }])
    expect(plan(end, { filter })).toEqual([])
    expect(plan(end, { filter, hasUpdates: false }, told('b'))).toEqual([])
  })

  it('tells a detection first when it passes: at its end, if that makes it long enough', () => {
    const filter = { minimumSeconds: 10 }
    expect(plan(detection, { filter })).toEqual([])
    expect(plan({ ...detection, phase: 'end', state: 'closed', durationSeconds: 12 }, { filter })).toMatchObject([
      { isUpdate: false },
      { isUpdate: false },
    ])
  })

  it('takes back what never was even where updates are not wanted, and tells nobody else of it', () => {
    const cancel = { ...detection, phase: 'cancel' as const, state: 'cancelled' }
    expect(plan(cancel, { hasUpdates: false }, told('a'))).toHaveLength(1)
    expect(plan(cancel)).toEqual([])
  })

  it('says nothing of an outage that is over when nobody knew of it', () => {
    expect(plan({ ...outage, phase: 'end', state: 'recovered' })).toEqual([])
  })

  it('keeps quiet about the next ones of a lane for the cool-down, and keeps a trace of it', () => {
    const history = { ...nothingTold, lastBeginning: () => detection.time - 59e6 }
    expect(plan(detection, { cooldownSeconds: 60 }, history)).toMatchObject([{ suppressed: 'cool-down' }, {}])
    expect(plan(detection, { cooldownSeconds: 58 }, history)[0]).not.toHaveProperty('suppressed')
  })

  it('holds what comes in quiet hours for one digest at their end, or drops it; a cancellation is not dropped', () => {
    const end = NOW + 3600e6
    const quiet = { from: 0, to: 1, zone: 'UTC', policy: 'hold' as const }
    const [a, b] = plan(detection, { quiet }, nothingTold, end)
    expect([a?.due, a?.batch, a?.lane, b?.batch]).toEqual([end, `digest|all|a|${end}`, a?.batch, `digest|all|b|${end}`])
    const dropped = { quiet: { ...quiet, policy: 'drop' as const } }
    expect(plan(detection, dropped, nothingTold, end)).toMatchObject([{ suppressed: 'quiet hours' }, {}])
    expect(plan({ ...detection, phase: 'cancel' }, dropped, told('a'), end)[0]).not.toHaveProperty('suppressed')
  })

  it('collects a digest until the next whole period', () => {
    const [a] = plan(detection, { digestSeconds: 300 })
    expect(a?.due).toBe((Math.floor(NOW / 300e6) + 1) * 300e6)
    expect(a?.batch).toBe(`digest|all|a|${a?.due}`)
  })

  it('escalates to others later and out of the way of what comes after, unless somebody acts', () => {
    const escalation = { afterSeconds: 600, hooks: ['boss', 'a'] }
    expect(
      plan(detection, { escalation }).map(({ hook, due, isConditional, lane }) => [hook, due - NOW, isConditional, lane]),
    ).toEqual([
      ['a', 0, false, 'IU_ANMO'],
      ['b', 0, false, 'IU_ANMO'],
      ['boss', 600e6, true, 'escalation:d1'],
    ])
  })

  it('waits to see whether an outage lasts', () => {
    expect(plan(outage, { afterSeconds: 300 })[0]).toMatchObject({ due: NOW + 300e6, isConditional: true, lane: 'later:s1' })
  })
})

describe('passes', () => {
  const cases: [AlertFilter, boolean][] = [
    [{}, true],
    [{ stations: new Set(['IU_ANMO']) }, true],
    [{ stations: new Set(['IU_ANMO_00_BH']) }, true],
    [{ stations: new Set(['IU_ANMO_10_BH', 'IU_COLA']) }, false],
    [{ minimumScore: 0.97 }, true],
    [{ minimumScore: 0.971 }, false],
    [{ minimumSeconds: 1 }, false],
    [{ minimumStations: 1 }, true],
    [{ minimumStations: 2 }, false],
    [{ reason: 'none' }, true],
    [{ reason: 'any' }, false],
    [{ labels: ['none', 'earthquake'] }, true],
    [{ labels: ['earthquake'] }, false],
    [{ maximumAgeSeconds: 10 }, true],
    [{ maximumAgeSeconds: 9 }, false],
    [{ minimumScore: 0.9, maximumAgeSeconds: 9 }, false],
  ]

  it.each(cases)('%o: %s', (filter, expected) => expect(passes(filter, detection, NOW)).toBe(expected))
})
