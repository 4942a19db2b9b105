import { describe, expect, it } from 'vitest'
import { OK, START, Talk } from '../../helpers/server-talk.ts'

describe('a v4 session', () => {
  function v4(): Talk {
    const talk = new Talk()
    talk.say('HELLO', 'SLPROTO 4.0')
    return talk
  }

  it('answers a pipelined block command by command', () => {
    const talk = v4()
    const block = ['STATION XX_AAA', 'SELECT 00_H_H_Z 00_H_H_N', 'SELECT !00_H_H_N', 'DATA', 'STATION XX_B*', 'DATA 5', 'END']
    expect(talk.type(block.join('\r'))).toEqual([OK, OK, OK, OK, OK, OK])
    talk.type('\r\n')
    expect(talk.request?.protocol).toBe(4)
    expect([talk.wants('XX.AAA.00.HHZ'), talk.wants('XX.AAA.00.HHN'), talk.wants('XX.BBB.00.HHN')]).toEqual([true, false, true])
  })

  it('gives a station to the first pattern that names it', () => {
    const talk = v4()
    talk.say('STATION XX_AAA', 'SELECT *_H_H_Z', 'DATA', 'STATION *', 'SELECT *_H_H_N', 'DATA', 'END')
    expect([talk.wants('XX.AAA.00.HHZ'), talk.wants('XX.AAA.00.HHN'), talk.wants('YY.AAA.00.HHN')]).toEqual([true, false, true])
  })

  it.each([
    ['FOO', 'UNSUPPORTED'],
    ['AUTH USERPASS a b', 'UNSUPPORTED'],
    ['STATION', 'ARGUMENTS'],
    ['STATION XX AAA', 'ARGUMENTS'],
    ['SELECT', 'ARGUMENTS'],
    ['SELECT *_H_H_Z', 'UNEXPECTED'],
    ['DATA', 'UNEXPECTED'],
    ['DATA notanumber', 'ARGUMENTS'],
    ['DATA 0x10', 'ARGUMENTS'],
    ['DATA 5 yesterday', 'ARGUMENTS'],
    ['DATA 5 2024-03-01T00:00:10Z 2024-03-01T00:00:00Z', 'ARGUMENTS'],
    ['END', 'UNEXPECTED'],
    ['ENDFETCH', 'UNEXPECTED'],
  ])('refuses %s with %s', (command, code) => {
    expect(v4().say(command)).toEqual([expect.stringMatching(new RegExp(`^ERROR ${code} [ -~]+\r\n$`))])
  })

  it('takes a station it does not hold, so that one misspelt station does not cost libslink all others', () => {
    const talk = v4()
    expect(talk.say('STATION XX_ZZZ', 'SELECT *_H_H_Z', 'DATA', 'STATION XX_AAA', 'DATA')).toEqual([OK, OK, OK, OK, OK])
    expect(talk.say('END')).toEqual([])
    expect(talk.wants('XX.AAA.00.HHZ')).toBe(true)
  })

  it('takes ten thousand stations and no more', () => {
    const talk = v4()
    for (let count = 0; count < 10_000; count += 1) talk.say('STATION XX_AAA', 'DATA')
    expect(talk.say('STATION XX_AAA', 'DATA')).toEqual([OK, expect.stringMatching(/^ERROR LIMIT /)])
  })

  it('refuses a filter it does not offer', () => {
    expect(v4().say('STATION XX_AAA', 'SELECT *:9')).toEqual([OK, expect.stringMatching(/^ERROR UNSUPPORTED /)])
  })

  it.each([
    ['DATA', { start: { kind: 'next' } }],
    ['DATA ALL', { start: { kind: 'first' } }],
    ['DATA 4711', { start: { kind: 'sequence', sequence: 4711, isModular: false } }],
    ['DATA ALL 2024-03-01T00:00:00Z', { start: { kind: 'first' }, begin: START }],
    [
      'DATA 5 2024-03-01T00:00:00Z 2024-03-01T00:00:10Z',
      { start: { kind: 'sequence', sequence: 5, isModular: false }, begin: START, end: START + 10_000_000_000n },
    ],
  ])('reads %s', (command, expected) => {
    const talk = v4()
    talk.say('STATION XX_AAA', command, 'ENDFETCH')
    expect(talk.request?.subscriptions).toEqual([expect.objectContaining({ ...expected, isDialUp: true })])
  })

  it.each([
    ['INFO ID', 'JI', { server_start: '2024-03-02T00:00:00.000000Z' }],
    ['INFO CAPABILITIES', 'JI', { capability: ['SLPROTO:4.0', 'SLPROTO:3.1', 'TIME', 'SEQWILDCARD'] }],
    ['INFO FORMATS', 'JI', { filter: { native: expect.any(String) } }],
    [
      'INFO STATIONS X*',
      'JI',
      { station: [{ id: 'XX_AAA', description: 'Station XX_AAA', start_seq: 10, end_seq: 256 }, { id: 'XX_BBB' }] },
    ],
    ['INFO STREAMS XX_AAA *_Z', 'JI', { station: [{ stream: [{ id: '00_H_H_Z', format: '2', subformat: 'D' }] }] }],
    ['INFO STREAMS XX_AAA 00_H_H_N.2', 'JI', { station: [{ stream: [{ id: '00_H_H_N' }] }] }],
    ['INFO STREAMS XX_AAA *.3D', 'JI', { station: [{ stream: [] }] }],
    ['INFO STREAMS XX_ZZZ', 'JI', { station: [] }],
    ['INFO CONNECTIONS', 'JI', { connections: { client_count: 1, client: [{ host: '::1', transmit_packets: 7 }] } }],
    ['INFO NONSENSE', 'JE', { error: { code: 'ARGUMENTS' } }],
    ['INFO', 'JE', { error: { code: 'ARGUMENTS' } }],
  ])('answers %s with one %s packet', (command, format, expected) => {
    const [packet = '', ...others] = v4().say(command)
    expect(others).toEqual([])
    expect(packet.slice(0, 4)).toBe(`SE${format}`)
    expect(JSON.parse(packet.slice(17))).toMatchObject({ organization: 'Test & <company>', ...expected })
  })
})
