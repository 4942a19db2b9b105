import { expect, it } from 'vitest'
import { type Nanos, parseIsoNanos } from '../../../src/domain/time.ts'
import { formatV3Time, parseV3Time } from '../../../src/seedlink/server-time.ts'

it.each([
  ['2026,11,22,10,46,49', '2026-11-22T10:46:49Z'],
  ['2017,3,29,10,7,2', '2017-03-29T10:07:02Z'],
  ['2017,03,29,10,07,02.25', '2017-03-29T10:07:02.25Z'],
  ['2017-03-29T10:07:02Z', '2017-03-29T10:07:02Z'],
])('reads %s', (text, iso) => expect(parseV3Time(text)).toBe(parseIsoNanos(iso)))

it.each(['2017,13,1,0,0,0', '2017,2,30,0,0,0', '2017,2,3', 'yesterday', ''])('refuses %j', (text) =>
  expect(parseV3Time(text)).toBeUndefined(),
)

it('writes times as v3 servers do', () => {
  expect(formatV3Time(parseIsoNanos('2026-11-22T09:46:11.3637Z') as Nanos)).toBe('2026/11/22 09:46:11.3637')
})
