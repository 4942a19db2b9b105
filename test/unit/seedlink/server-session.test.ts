import { describe, expect, it } from 'vitest'
import type { SessionHost } from '../../../src/seedlink/server-session.ts'
import { ERROR, HOST, OK, Talk } from '../../helpers/server-talk.ts'

describe('a session of any version', () => {
  it('says HELLO in two lines and one write', () => {
    expect(new Talk().say('hello')).toEqual(['SeedLink v4.0 (Test/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP\r\nTest & <company>\r\n'])
  })

  it('closes at BYE and hears nothing behind it', () => {
    const talk = new Talk()
    expect(talk.say('BYE', 'HELLO')).toEqual([])
    expect(talk.isClosed).toBe(true)
  })

  it('gives the same replies whatever the line ends and chunks are', () => {
    const lines = ['HELLO', 'STATION  AAA XX', 'SELECT 00HH?', 'DATA 0x1a2b', 'END']
    const whole = new Talk().say(...lines)
    for (const end of ['\r', '\n', '\r\n']) {
      const talk = new Talk()
      const bytes = lines.map((line) => line + end).join('')
      expect([...bytes].flatMap((byte) => talk.type(byte))).toEqual(whole)
      expect(talk.request).toBeDefined()
    }
  })

  it('refuses a line of more than 255 bytes and goes on', () => {
    expect(new Talk().say('STATION '.padEnd(300, 'X'), 'STATION AAA XX')).toEqual([ERROR, OK])
  })

  it('closes on a line that does not end', () => {
    const talk = new Talk()
    for (let chunk = 0; chunk < 65; chunk += 1) talk.type('x'.repeat(1024))
    expect(talk.isClosed).toBe(true)
  })

  it('refuses garbage with one ERROR per line', () => {
    expect(new Talk().type('\u0000\u00ff\u0080\r\nFOO BAR\r\nGET / HTTP/1.1\r\n')).toEqual([ERROR, ERROR, ERROR])
  })

  it('chooses its protocol before the first station only', () => {
    const talk = new Talk()
    expect(talk.say('SLPROTO 5.0', 'SLPROTO 4.1', 'SLPROTO 3.1', 'SLPROTO 4.0', 'USERAGENT a/1 b/2', 'STATION XX_AAA')).toEqual([
      expect.stringMatching(/^ERROR UNSUPPORTED [ -~]+\r\n$/),
      expect.stringMatching(/^ERROR UNSUPPORTED [ -~]+\r\n$/),
      OK,
      OK,
      OK,
      OK,
    ])
    expect(talk.session.userAgent).toBe('a/1 b/2')
    expect(talk.say('SLPROTO 3.1')).toEqual([expect.stringMatching(/^ERROR UNEXPECTED /)])
  })
})

describe('a session of a server that wants a password', () => {
  const guarded: SessionHost = { ...HOST, authenticate: (user, password) => user === 'alice' && password === 'secret' }
  const handshake = ['STATION XX_AAA', 'DATA', 'END']

  function v4(): Talk {
    const talk = new Talk(guarded)
    talk.say('HELLO', 'SLPROTO 4.0')
    return talk
  }

  it('streams after AUTH USERPASS', () => {
    const talk = v4()
    expect(talk.say('AUTH USERPASS alice secret', ...handshake)).toEqual([OK, OK, OK])
    expect(talk.wants('XX.AAA.00.HHZ')).toBe(true)
  })

  it('refuses END without it, as late as ringserver does, and can be asked again', () => {
    const talk = v4()
    expect(talk.say(...handshake)).toEqual([OK, OK, expect.stringMatching(/^ERROR AUTH /)])
    expect(talk.request).toBeUndefined()
    talk.say('AUTH USERPASS alice secret', 'END')
    expect(talk.wants('XX.AAA.00.HHZ')).toBe(true)
  })

  it.each([
    ['AUTH', 'ARGUMENTS'],
    ['AUTH USERPASS', 'ARGUMENTS'],
    ['AUTH USERPASS alice', 'ARGUMENTS'],
    ['AUTH USERPASS alice secret more', 'ARGUMENTS'],
    ['AUTH JWT token', 'UNSUPPORTED'],
    ['AUTH USERPASS bob secret', 'AUTH'],
  ])('refuses %s with %s and repeats nothing of it', (command, code) => {
    const [reply] = v4().say(command)
    expect(reply).toMatch(new RegExp(`^ERROR ${code} `))
    expect(reply).not.toMatch(/alice|bob|secret|token/)
  })

  it('closes after three wrong passwords', () => {
    const talk = v4()
    talk.say('AUTH USERPASS alice 1', 'AUTH USERPASS alice 2')
    expect(talk.isClosed).toBe(false)
    talk.say('AUTH USERPASS alice 3', 'AUTH USERPASS alice secret')
    expect(talk.isClosed).toBe(true)
  })

  it('does not stream to v3 clients, in either mode, and says who is connected to nobody', () => {
    expect(new Talk(guarded).say('DATA')).toEqual([ERROR])
    expect(new Talk(guarded).say('STATION AAA XX', 'DATA', 'END')).toEqual([OK, OK, ERROR])
    expect(new Talk(guarded).say('INFO CONNECTIONS')[0]?.slice(8 + 15, 8 + 18)).toBe('ERR')
    expect(v4().say('INFO CONNECTIONS')[0]).toMatch(/^SEJE.*UNAUTHORIZED/s)
    expect(v4().say('INFO CAPABILITIES')[0]).toContain('AUTH:USERPASS')
  })
})
