import { describe, expect, it } from 'vitest'
import { SeedlinkProtocolError } from '../../../src/domain/errors.ts'
import { infoV3, joined, miniseed2, packetV3, packetV4, text } from '../../helpers/seedlink-records.ts'
import { OTHER_V4, RINGSERVER, SEISCOMP, session, streaming } from '../../helpers/seedlink-session.ts'

describe('the v3 handshake', () => {
  it('waits for each reply before the next command', () => {
    const talk = session(['XX_AAA_00_HH', 'XX_BBB__BH'])
    expect(talk.said()).toEqual(['HELLO'])
    expect(talk.hears(SEISCOMP)).toEqual(['STATION AAA XX'])
    expect(talk.hears('OK\r\n')).toEqual(['SELECT 00HH?'])
    expect(talk.hears('OK\r\n')).toEqual(['DATA'])
    expect(talk.hears('OK\r\n')).toEqual(['STATION BBB XX'])
    expect(talk.hears('OK\r\n')).toEqual(['SELECT BH?'])
    expect(talk.hears('OK\r\n')).toEqual(['DATA'])
    expect(talk.hears('OK\r\n')).toEqual(['END'])
    expect(talk.kinds()).toEqual(['negotiated', 'accepted', 'accepted', 'streaming'])
  })

  it('passes over a station that is refused', () => {
    const talk = session(['XX_NONE', 'XX_BBB'])
    talk.hears(SEISCOMP)
    expect(talk.hears('ERROR\r\n')).toEqual(['STATION BBB XX'])
    talk.hears('OK\r\n')
    expect(talk.hears('OK\r\n')).toEqual(['END'])
    expect(talk.outputs).toContainEqual({ kind: 'rejected', station: 'XX_NONE', text: 'ERROR' })
  })

  it('sends no END when every station is refused', () => {
    const talk = session(['XX_NONE'])
    talk.hears(SEISCOMP)
    expect(talk.hears('ERROR\r\n')).toEqual([])
    expect(talk.outputs.at(-1)).toEqual({ kind: 'failed', failure: 'all-rejected', text: 'XX_NONE: ERROR' })
  })

  it('streams with the selectors that are taken', () => {
    const talk = session(['XX_AAA_00_HH', 'XX_AAA_00_HN'])
    talk.hears(SEISCOMP)
    talk.hears('OK\r\n')
    expect(talk.hears('ERROR\r\n')).toEqual(['SELECT 00HN?'])
    expect(talk.hears('OK\r\n')).toEqual(['DATA'])
  })

  it('asks SeisComP by sequence alone, because it would filter by a time', () => {
    const talk = session(['XX_AAA'], { XX_AAA: { sequence: 0x1an, time: 1_767_225_600_000_000 } })
    talk.hears(SEISCOMP)
    expect(talk.hears('OK\r\n')).toEqual(['DATA 00001B'])
  })

  it('asks a ringserver by sequence and time, with the reason of refusals', () => {
    const talk = session(['XX_AAA__HH'], { XX_AAA: { sequence: 0xffffffn, time: 1_767_225_600_900_000 } }, { highestProtocol: 3 })
    expect(talk.hears(RINGSERVER)).toEqual(['CAPABILITIES EXTREPLY'])
    expect(talk.hears('OK\r\n')).toEqual(['STATION AAA XX'])
    expect(talk.hears('OK\r\n')).toEqual(['SELECT --HH?'])
    expect(talk.hears('OK\r\n')).toEqual(['DATA 000000 2026,1,1,0,0,0'])
    expect(talk.hears('ERROR\rARGUMENTS Invalid sequence number\r\n')).toEqual(['DATA'])
    talk.hears('OK\r\n')
    expect(talk.kinds()).toContain('resume-refused')
  })

  it('asks for a time span instead of the live stream', () => {
    const span = { start: 1_767_225_600_000_000, end: 1_767_229_200_000_000 }
    const talk = session(['XX_AAA'], {}, { span })
    talk.hears(SEISCOMP)
    expect(talk.hears('OK\r\n')).toEqual(['TIME 2026,1,1,0,0,0 2026,1,1,1,0,0'])
  })

  it('fetches what the server has', () => {
    const talk = session(['XX_AAA'], { XX_AAA: { sequence: 1n } }, { mode: 'fetch' })
    talk.hears(SEISCOMP)
    expect(talk.hears('OK\r\n')).toEqual(['FETCH 000002'])
    const v4 = session(['XX_AAA'], {}, { mode: 'fetch' })
    v4.hears(`${OTHER_V4}OK\r\n`)
    v4.hears('OK\r\n')
    expect(v4.hears('OK\r\nOK\r\n')).toEqual(['ENDFETCH'])
  })

  it('says that credentials are of no use', () => {
    const talk = session(['XX_AAA'], {}, { credentials: { kind: 'token', token: 'x' } })
    talk.hears(SEISCOMP)
    expect(talk.outputs.find(({ kind }) => kind === 'negotiated')).toMatchObject({
      negotiated: { protocol: 3, authenticationError: expect.stringContaining('v3 only') },
    })
  })
})

describe('the v4 handshake', () => {
  it('sends all stations at once and END when all are taken', () => {
    const talk = session(['XX_AAA_00_HH', 'XX_AAA__BH', 'XX_BBB'], { XX_AAA: { sequence: 41n } })
    expect(talk.hears(OTHER_V4)).toEqual(['SLPROTO 4.0'])
    expect(talk.hears('OK\r\n')).toEqual(['USERAGENT test/1'])
    expect(talk.hears('OK\r\n')).toEqual(['STATION XX_AAA', 'SELECT 00_H_H_? _B_H_?', 'DATA 42', 'STATION XX_BBB', 'DATA'])
    expect(talk.hears('OK\r\n'.repeat(5))).toEqual(['END'])
  })

  it('asks from when it began for a station that has not sent yet, so that an early break of the link loses nothing', () => {
    const first = 1_700_000_000_500_000
    const resume = { XX_AAA: { sequence: 41n, time: first + 9e6 }, XX_CCC: { sequence: 7n, time: first } }
    const v4 = session(['XX_AAA', 'XX_BBB'], resume)
    v4.hears(OTHER_V4)
    v4.hears('OK\r\n')
    const commands = ['STATION XX_AAA', 'DATA 42', 'STATION XX_BBB', 'DATA ALL 2023-11-14T22:13:20Z']
    expect(v4.hears('OK\r\n')).toEqual(commands)
    const v3 = session(['XX_BBB'], resume)
    v3.hears(SEISCOMP)
    expect(v3.hears('OK\r\n')).toEqual(['TIME 2023,11,14,22,13,20'])
  })

  it('starts again without the refused station, because what followed went to another', () => {
    const talk = session(['XX_AAA', 'XX_NONE'])
    talk.hears(`${OTHER_V4}OK\r\nOK\r\n`)
    expect(talk.hears('OK\r\nOK\r\nERROR ARGUMENTS unknown\r\nOK\r\n')).toEqual([])
    expect(talk.outputs.slice(-3)).toEqual([
      { kind: 'accepted', station: 'XX_AAA' },
      { kind: 'rejected', station: 'XX_NONE', text: 'STATION XX_NONE: ERROR ARGUMENTS unknown' },
      { kind: 'failed', failure: 'start-again', text: 'XX_NONE: STATION XX_NONE: ERROR ARGUMENTS unknown' },
    ])
  })

  it('falls back to v3 when SLPROTO is refused', () => {
    const talk = session(['XX_AAA'])
    talk.hears(OTHER_V4)
    expect(talk.hears('ERROR UNSUPPORTED\r\n')).toEqual(['STATION AAA XX'])
  })

  it('sends a password or a token after the user agent', () => {
    const withPassword = session(['XX_AAA'], {}, { credentials: { kind: 'password', user: 'alice', password: 'secret' } })
    withPassword.hears(`${OTHER_V4}OK\r\n`)
    expect(withPassword.hears('OK\r\n')).toEqual(['AUTH USERPASS alice secret'])
    const withToken = session(['XX_AAA'], {}, { credentials: { kind: 'token', token: 'abc' } })
    withToken.hears(`${OTHER_V4}OK\r\n`)
    expect(withToken.hears('OK\r\n')).toEqual(['AUTH JWT abc'])
    withToken.hears('ERROR AUTH no\r\n')
    expect(withToken.outputs.at(-1)).toEqual({ kind: 'failed', failure: 'authentication', text: 'ERROR AUTH no' })
  })

  it('asks for stations it knows by name before the pattern that finds others', () => {
    const positions = { XX_AAA: { sequence: 4n }, XX_BBB: { sequence: 9n }, YY_CCC: { sequence: 1n } }
    const talk = session(['XX_*_00_HH', 'XX_BBB'], positions)
    talk.hears(`${OTHER_V4}OK\r\n`)
    expect(talk.hears('OK\r\n')).toEqual([
      ...['STATION XX_BBB', 'DATA 10'],
      ...['STATION XX_AAA', 'SELECT 00_H_H_?', 'DATA 5'],
      ...['STATION XX_*', 'SELECT 00_H_H_?', 'DATA'],
    ])
  })
})

describe('a session that streams', () => {
  it('hands out packets with their identities and sets aside what nobody asked for', () => {
    const talk = streaming(['XX_AAA_00_HH'])
    talk.hears(packetV4(5n, 'XX_AAA', miniseed2()))
    talk.hears(packetV4(6n, 'XX_AAA', miniseed2({ channel: 'HNZ' })))
    talk.hears(packetV4(7n, 'XX_AAA', text('opaque'), 'ZO'))
    expect(talk.outputs.slice(-3)).toMatchObject([
      { kind: 'packet', channel: { stationId: 'XX_AAA', sourceId: 'FDSN:XX_AAA_00_H_H_Z' }, piece: { sequence: 5n } },
      { kind: 'unselected' },
      { kind: 'unselected' },
    ])
  })

  it('asks for a sign of life with INFO ID and gives the answer whole', () => {
    const talk = streaming(['XX_AAA'])
    talk.session.keepAlive()
    expect(talk.said()).toEqual(['INFO ID'])
    const xml = `<seedlink software="${'x'.repeat(900)}"/>`
    talk.hears(infoV3(xml))
    expect(talk.outputs.at(-1)).toEqual({ kind: 'info', format: 'xml', isError: false, text: xml })
  })

  it('is over after END, whatever follows in the same chunk', () => {
    const talk = streaming(['XX_AAA'])
    talk.hears(joined(text('ENDSE2D'), new Uint8Array(13).fill(0xff)))
    expect(talk.kinds().at(-1)).toBe('end')
  })

  it('is over after END, whatever follows', () => {
    const talk = streaming(['XX_AAA'])
    talk.hears(`END`)
    talk.hears('ERROR late\r\n')
    talk.hears(Uint8Array.of(0, 0, 0))
    expect(talk.outputs.at(-1)).toEqual({ kind: 'end' })
  })

  it('fails with the text of an ERROR', () => {
    const talk = streaming(['XX_AAA'])
    talk.hears('ERROR AUTH required\r\n')
    expect(talk.outputs.at(-1)).toEqual({ kind: 'failed', failure: 'refused', text: 'ERROR AUTH required' })
  })

  it('refuses a packet in the middle of the handshake', () => {
    const talk = session(['XX_AAA'])
    expect(() => talk.hears(packetV3(1, miniseed2()))).toThrow(SeedlinkProtocolError)
  })

  it('names a greeting that is none', () => {
    expect(() => session(['XX_AAA']).hears('HTTP/1.1 400 Bad Request\r\nServer: x\r\n')).toThrow(
      'SeedLink greeting: expected "SeedLink v…", got "HTTP/1.1 400 Bad Request"; is this a SeedLink port?',
    )
  })
})

describe('a session for INFO', () => {
  it('asks for the level after the negotiation', () => {
    const talk = session([], {}, { infoLevel: 'STATIONS' })
    expect(talk.hears(SEISCOMP)).toEqual(['INFO STATIONS'])
    talk.hears(infoV3('<seedlink/>'))
    expect(talk.outputs.at(-1)).toMatchObject({ kind: 'info', text: '<seedlink/>' })
  })

  it('fails when the answer is an ERROR', () => {
    const talk = session([], {}, { infoLevel: 'GAPS' })
    talk.hears(SEISCOMP)
    talk.hears('ERROR\r\n')
    expect(talk.outputs.at(-1)).toEqual({ kind: 'failed', failure: 'refused', text: 'ERROR' })
  })
})
