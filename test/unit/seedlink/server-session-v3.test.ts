import { describe, expect, it } from 'vitest'
import { ERROR, OK, START, Talk } from '../../helpers/server-talk.ts'

describe('a v3 session', () => {
  it('answers every command of multi-station mode but END', () => {
    const talk = new Talk()
    expect(talk.say('STATION AAA XX', 'SELECT HHZ', 'DATA', 'STATION BBB XX', 'SELECT', 'FETCH', 'END')).toEqual([
      OK,
      OK,
      OK,
      OK,
      OK,
      OK,
    ])
    expect(talk.request?.protocol).toBe(3)
    expect(talk.request?.subscriptions.map(({ isDialUp }) => isDialUp)).toEqual([false, true])
    expect([talk.wants('XX.AAA.00.HHZ'), talk.wants('XX.AAA.00.HHN'), talk.wants('XX.BBB.00.HHN')]).toEqual([true, false, true])
  })

  it.each(['DATA', 'FETCH', 'TIME 2024,3,1,0,0,0'])('starts without an answer to %s in uni-station mode', (command) => {
    const talk = new Talk()
    expect(talk.say('SELECT HHZ', command)).toEqual([OK])
    expect([talk.wants('XX.AAA.00.HHZ'), talk.wants('YY.AAA..HHZ'), talk.wants('XX.AAA.00.HHN')]).toEqual([true, true, false])
  })

  it('refuses an unknown station and all that belongs to it, and serves the others', () => {
    const talk = new Talk()
    expect(talk.say('STATION ZZZ XX', 'SELECT HHZ', 'DATA', 'STATION BBB XX', 'DATA', 'END')).toEqual([
      ERROR,
      ERROR,
      ERROR,
      OK,
      OK,
    ])
    expect(talk.wants('XX.BBB.00.HHZ')).toBe(true)
  })

  it('refuses END when there is nothing to send', () => {
    expect(new Talk().say('END')).toEqual([ERROR])
    expect(new Talk().say('STATION ZZZ XX', 'END')).toEqual([ERROR, ERROR])
    expect(new Talk().say('STATION AAA XX', 'END')).toEqual([OK, ERROR])
  })

  it('takes a station of any network when none is named, and wildcards', () => {
    const any = new Talk()
    any.say('STATION AAA', 'DATA', 'END')
    expect([any.wants('XX.AAA.00.HHZ'), any.wants('YY.AAA.00.HHZ'), any.wants('XX.BBB.00.HHZ')]).toEqual([true, true, false])
    const wild = new Talk()
    wild.say('STATION ?B* X?', 'DATA', 'END')
    expect([wild.wants('XX.BBB.00.HHZ'), wild.wants('XX.AAA.00.HHZ')]).toEqual([true, false])
  })

  it('says nothing from BATCH to END, then what is wrong', () => {
    expect(new Talk().say('BATCH', 'STATION ZZZ XX', 'DATA', 'STATION AAA XX', 'DATA', 'END')).toEqual([OK])
    expect(new Talk().say('BATCH', 'STATION ZZZ XX', 'DATA', 'END')).toEqual([OK, ERROR])
  })

  it('spells errors out after CAPABILITIES EXTREPLY, as one line with a CR in it', () => {
    const talk = new Talk()
    expect(talk.say('CAPABILITIES SLPROTO:3.1 CAP EXTREPLY', 'STATION AAA XX', 'SELECT HHZZ', 'DATA XYZ', 'FOO')).toEqual([
      OK,
      OK,
      expect.stringMatching(/^ERROR\rARGUMENTS [ -~]+\r\n$/),
      expect.stringMatching(/^ERROR\rARGUMENTS [ -~]+\r\n$/),
      expect.stringMatching(/^ERROR\rUNSUPPORTED [ -~]+\r\n$/),
    ])
  })

  it.each([
    ['DATA', { kind: 'next' }],
    ['DATA ALL', { kind: 'first' }],
    ['DATA 1A2B', { kind: 'sequence', sequence: 0x1a2b, isModular: true }],
    ['DATA 0x00000A', { kind: 'sequence', sequence: 10, isModular: true }],
    ['DATA 0x1a2b 2024,3,1,0,0,0', { kind: 'sequence', sequence: 0x1a2b, isModular: true }],
    ['FETCH FFFFFF', { kind: 'sequence', sequence: 0xffffff, isModular: true }],
    ['DATA 1000000', undefined],
    ['DATA XYZ', undefined],
    ['DATA -1', undefined],
    ['DATA 10 yesterday', undefined],
    ['TIME 2024,3,1,0,0,0', { kind: 'time', time: START }],
    ['TIME 2024,03,01,00,00,00 2024,3,1,0,0,30', { kind: 'time', time: START }],
    ['TIME 2024,3,1,0,0,0 ', { kind: 'time', time: START }],
    ['TIME', undefined],
    ['TIME 2024,3,1,0,0,30 2024,3,1,0,0,0', undefined],
  ])('reads %s', (command, start) => {
    const talk = new Talk()
    talk.say('STATION AAA XX')
    expect(talk.say(command)).toEqual([start === undefined ? ERROR : OK])
    talk.say('END')
    expect(talk.request?.subscriptions[0]?.start).toEqual(start)
  })

  it('hears only INFO and BYE while it streams', () => {
    const talk = new Talk()
    talk.say('STATION AAA XX', 'DATA', 'END')
    expect(talk.say('HELLO', 'STATION BBB XX', 'FOO', 'INFO')).toEqual([])
    expect(talk.say('INFO ID')).toEqual([expect.stringMatching(/^SLINFO {2}000001D /)])
    talk.say('BYE')
    expect(talk.isClosed).toBe(true)
  })

  it('lists its stations at CAT, then END', () => {
    expect(new Talk().say('CAT')).toEqual([
      'XX AAA   Station XX_AAA\r\nXX BBB   Station XX_BBB\r\nYY AAA   Station YY_AAA\r\n',
      'END',
    ])
  })

  it.each([
    [
      'ID',
      ['<seedlink software="SeedLink v4.0 (Test/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP" organization="Test &amp; &lt;company&gt;"'],
    ],
    ['CAPABILITIES', ['<capability name="multistation"/>', '<capability name="info:streams"/>']],
    ['STATIONS', ['<station name="AAA" network="YY" description="Station YY_AAA" begin_seq="00000C" end_seq="000102"']],
    [
      'STREAMS',
      [
        '<stream location="00" seedname="HHN" type="D" begin_time="2024/03/01 00:00:00.0000" end_time="2024/03/01 00:00:59.9900" ',
        '/></station>',
      ],
    ],
    ['GAPS', ['gap_treshold="1"><gap begin_time="2024/03/01 00:00:10.0000" end_time="2024/03/01 00:00:12.5000"/></stream>']],
    ['ALL', ['<capability name="info:all"/>', '<station name="BBB"', '<gap begin_time=', '<connection host="::1"']],
    ['CONNECTIONS', ['<station name="CLIENT" network="SL"', '<connection host="::1" port="5"', 'txcount="7" totBytes="3640"']],
  ])('answers INFO %s in XML', (level, expected) => {
    const text = new Talk()
      .say(`INFO ${level}`)
      .join('')
      .match(/.{520}/gs)
      ?.map((packet) => packet.slice(8 + 64).replace(/\0+$/, ''))
      .join('')
    for (const part of expected) expect(text).toContain(part)
    expect(text).toMatch(/^<\?xml version="1\.0"\?>\n<seedlink .*(\/>|<\/seedlink>)\n$/s)
  })

  it('refuses INFO without a level and marks an unknown level as an error', () => {
    const talk = new Talk()
    expect(talk.say('INFO')).toEqual([ERROR])
    expect(talk.say('INFO NONSENSE')[0]?.slice(8 + 15, 8 + 18)).toBe('ERR')
  })
})
