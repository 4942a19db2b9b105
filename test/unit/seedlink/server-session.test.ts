import { describe, expect, it } from 'vitest'
import { sourceIdFromNslc } from '../../../src/domain/source-id.ts'
import { type Nanos, parseIsoMicros, parseIsoNanos } from '../../../src/domain/time.ts'
import { ascii } from '../../../src/seedlink/server-packet.ts'
import { streamNameOf } from '../../../src/seedlink/server-selector.ts'
import { ServerSession, type SessionHost } from '../../../src/seedlink/server-session.ts'
import { type StreamRequest, subscriptionsFor } from '../../../src/seedlink/server-subscription.ts'

const START = parseIsoNanos('2024-03-01T00:00:00Z') as Nanos

const HOST: SessionHost = {
  knowsStation: (pattern) => ['XX_AAA', 'XX_BBB', 'YY_AAA'].some((stationId) => pattern.test(stationId)),
  now: () => parseIsoMicros('2024-03-02T01:02:03.4567Z') as number,
  facts: () => ({
    software: 'SeedLink v4.0 (Test/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP',
    organisation: 'Test & <company>',
    startedAt: parseIsoMicros('2024-03-02T00:00:00Z') as number,
    stations: ['XX_AAA', 'XX_BBB', 'YY_AAA'].map((stationId, index) => ({
      stationId,
      firstSequence: 10 + index,
      lastSequence: 255 + index,
      streams: ['HHZ', 'HHN'].map((code) => ({
        sourceId: sourceIdFromNslc(stationId.slice(0, 2), stationId.slice(3), '00', code),
        format: '2D',
        startTime: START,
        endTime: START + 59_990_000_000n,
        gaps: code === 'HHN' ? [{ startTime: START + 10_000_000_000n, endTime: START + 12_500_000_000n }] : [],
      })),
    })),
    connections: [
      { host: '::1', port: 5, connectedAt: 0, protocol: 4, userAgent: 'a/1', isStreaming: true, sentPackets: 7, sentBytes: 3640 },
    ],
  }),
}

/** A conversation: what is typed, what comes back as text, and the request it led to. */
class Talk {
  readonly session: ServerSession
  request: StreamRequest | undefined
  isClosed = false

  constructor(host: SessionHost = HOST) {
    this.session = new ServerSession(host)
  }

  say(...lines: string[]): string[] {
    return this.type(lines.map((line) => `${line}\r\n`).join(''))
  }

  type(text: string): string[] {
    const replies: string[] = []
    for (const output of this.session.receive(ascii(text))) {
      if (output.kind === 'send') replies.push(String.fromCharCode(...output.bytes))
      else if (output.kind === 'stream') this.request = output.request
      else this.isClosed = true
    }
    return replies
  }

  /** Channels of the request. */
  wants(nslc: string): boolean {
    const [network = '', station = '', location = '', code = ''] = nslc.split('.')
    const name = streamNameOf(sourceIdFromNslc(network, station, location, code), '2D')
    return this.request !== undefined && subscriptionsFor(this.request, name).length > 0
  }
}

const OK = 'OK\r\n'
const ERROR = 'ERROR\r\n'

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
