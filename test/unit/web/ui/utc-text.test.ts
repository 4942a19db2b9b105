import { describe, expect, it } from 'vitest'
import { isoFromText, textFromIso } from '../../../../src/web/ui/utc-text.ts'

describe('times as people type them', () => {
  it('are UTC, with or without a clock', () => {
    expect(isoFromText('2026-11-22')).toBe('2026-11-22T00:00:00.000Z')
    expect(isoFromText(' 2026-11-22 18:44 ')).toBe('2026-11-22T18:44:00.000Z')
    expect(isoFromText('2026-11-22T18:44:03.5Z')).toBe('2026-11-22T18:44:03.500Z')
    expect(isoFromText('2026-11-22 18:44:03 UTC')).toBe('2026-11-22T18:44:03.000Z')
  })

  it('are nothing when they do not exist or mean several things', () => {
    for (const text of [
      '',
      'yesterday',
      '22.11.2026',
      '2026-11-22 25:00',
      '2026-02-31',
      '2026-13-01',
      '11:30',
      '2026-11-22 18:44+01:00',
    ]) {
      expect(isoFromText(text)).toBeUndefined()
    }
  })

  it('are written so that they are read back', () => {
    expect(textFromIso('2026-11-22T18:44:00.000Z')).toBe('2026-11-22 18:44')
    expect(textFromIso('2026-11-22T18:44:03.000Z')).toBe('2026-11-22 18:44:03')
    expect(textFromIso(undefined)).toBe('')
  })
})
