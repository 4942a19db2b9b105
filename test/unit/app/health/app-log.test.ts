import { describe, expect, it } from 'vitest'
import { AppLog } from '../../../../src/app/health/app-log.ts'
import { logAnswerSchema } from '../../../../src/contract/health-history.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from '../../../helpers/example-detection.ts'

const clock = { now: () => EXAMPLE_TIME }

describe('the log for the screen', () => {
  it('gives what is new, at or above a level', () => {
    const log = new AppLog(clock, [])
    log.info('STARTED', 'here we are')
    log.problem({ code: 'STEIM_INTEGRITY', message: 'last sample', where: 'server 7' })
    log.transition({ instrument: EXAMPLE_INSTRUMENT, from: 'ok', to: 'silent', reason: 'no packet' })
    log.transition({ instrument: EXAMPLE_INSTRUMENT, from: 'silent', to: 'ok' })
    log.problem({ code: 'STORE', message: 'disk full' })
    const all = log.lines(0, 'info')
    expect(logAnswerSchema.parse(all)).toEqual(all)
    expect(all.lines.map(({ number, level, code }) => [number, level, code])).toEqual([
      [1, 'info', 'STARTED'],
      [2, 'warning', 'STEIM_INTEGRITY'],
      [3, 'warning', 'STATION_STATE'],
      [4, 'info', 'STATION_STATE'],
      [5, 'error', 'STORE'],
    ])
    expect(all.lines[1]).toEqual({
      number: 2,
      time: '2019-07-04T17:33:49.000000Z',
      level: 'warning',
      code: 'STEIM_INTEGRITY',
      message: 'last sample',
      where: 'server 7',
    })
    expect(log.lines(2, 'warning')).toMatchObject({ lines: [{ number: 3 }, { number: 5 }], newest: 5 })
    expect(log.lines(5, 'info')).toEqual({ lines: [], newest: 5 })
  })

  it('keeps the newest 500 lines', () => {
    const log = new AppLog(clock, [])
    for (let i = 1; i <= 600; i++) log.problem({ code: `P${i}`, message: String(i) })
    const { lines, newest } = log.lines(0, 'info')
    expect([lines.length, lines[0]?.number, newest]).toEqual([500, 101, 600])
  })

  it('is not filled by one bad channel; every hour it may say more', () => {
    let now = EXAMPLE_TIME
    const log = new AppLog({ now: () => now }, [])
    for (let i = 0; i < 1000; i++) log.problem({ code: 'MINISEED_JUNK', message: 'bytes that are no record' })
    const { lines } = log.lines(0, 'info')
    expect(lines).toHaveLength(20)
    expect(lines.at(-1)?.message).toMatch(/^bytes that are no record; more of this kind are counted/)
    now += 3600e6
    log.problem({ code: 'MINISEED_JUNK', message: 'again' })
    expect(log.lines(0, 'info').lines.at(-1)?.message).toBe('again')
  })

  it('shows no secret, even when a message does', () => {
    const log = new AppLog(clock, ['s3cret-token', undefined, 'at'])
    log.problem({
      code: 'X',
      message: 'expected s3cret-token at https://ann:pass@host/x?k=s3cret-token',
      where: 'seedlink://u:p@h:1',
    })
    const [line] = log.lines(0, 'info').lines
    expect(line).toMatchObject({ message: 'expected … at https://…@host/x?k=…', where: 'seedlink://…@h:1' })
  })
})
