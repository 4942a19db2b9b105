import { describe, expect, it } from 'vitest'
import type { Position } from '../../../src/seedlink/resume-positions.ts'
import { infoV3, joined, miniseed2, packetV3 } from '../../helpers/seedlink-records.ts'
import { OTHER_V4, RINGSERVER, SEISCOMP, session, streaming } from '../../helpers/seedlink-session.ts'

const HOUR = { start: 1_767_225_600_000_000, end: 1_767_229_200_000_000 }
const LAST: Position = { sequence: 0x41n, time: 1_767_226_000_000_000 }

describe('BATCH', () => {
  it('sends everything at once and calls no station accepted', () => {
    const talk = session(['XX_AAA_00_HH', 'XX_BBB'], {}, { handshakeV3: 'batch' })
    expect(talk.hears(SEISCOMP)).toEqual(['BATCH'])
    expect(talk.hears('OK\r\n')).toEqual(['STATION AAA XX', 'SELECT 00HH?', 'DATA', 'STATION BBB XX', 'DATA', 'END'])
    expect(talk.kinds()).toEqual(['negotiated', 'requested', 'requested', 'streaming'])
    talk.hears(packetV3(1, miniseed2()))
    expect(talk.kinds().at(-1)).toBe('packet')
  })

  it('goes step by step on a server that knows no BATCH', () => {
    const talk = session(['XX_AAA'], {}, { handshakeV3: 'batch' })
    expect(talk.hears(SEISCOMP)).toEqual(['BATCH'])
    expect(talk.hears('ERROR\r\n')).toEqual(['STATION AAA XX'])
  })

  it('is chosen for many stations of a ringserver, and for nobody else', () => {
    const many = Array.from({ length: 100 }, (_, index) => `XX_S${index}`)
    const first = (greeting: string, stations: string[], options = {}) => {
      const talk = session(stations, {}, { highestProtocol: 3, ...options })
      const said = talk.hears(greeting)
      return said[0] === 'CAPABILITIES EXTREPLY' ? talk.hears('OK\r\n')[0] : said[0]
    }
    expect(first(RINGSERVER, many)).toBe('BATCH')
    expect(first(RINGSERVER, many.slice(1))).toBe('STATION S1 XX')
    expect(first(RINGSERVER, many, { handshakeV3: 'stepwise' })).toBe('STATION S0 XX')
    expect(first(SEISCOMP, many)).toBe('STATION S0 XX')
  })
})

describe('uni-station mode', () => {
  it('names no station, and waits for no reply to DATA', () => {
    const talk = session(['XX_AAA_00_HH', 'XX_AAA_00_HN'], {}, { handshakeV3: 'uni-station' })
    expect(talk.hears(SEISCOMP)).toEqual(['SELECT 00HH?'])
    expect(talk.hears('OK\r\n')).toEqual(['SELECT 00HN?'])
    expect(talk.hears('OK\r\n')).toEqual(['DATA'])
    expect(talk.kinds()).toEqual(['negotiated', 'requested', 'streaming'])
    talk.hears(joined(packetV3(1, miniseed2()), packetV3(2, miniseed2({ station: 'OTHER' }))))
    expect(talk.kinds().slice(-2)).toEqual(['packet', 'unselected'])
  })

  it('resumes and fetches windows like any other', () => {
    const resumed = session(['XX_AAA'], { XX_AAA: LAST }, { handshakeV3: 'uni-station' })
    expect(resumed.hears(SEISCOMP)).toEqual(['DATA 000042'])
    const window = session(['XX_AAA'], {}, { handshakeV3: 'uni-station', span: HOUR })
    expect(window.hears(SEISCOMP)).toEqual(['TIME 2026,1,1,0,0,0 2026,1,1,1,0,0'])
  })

  it('fails when the selector is refused, and starts no stream', () => {
    const talk = session(['XX_AAA_00_HH'], {}, { handshakeV3: 'uni-station' })
    talk.hears(SEISCOMP)
    expect(talk.hears('ERROR\r\n')).toEqual([])
    expect(talk.kinds().at(-1)).toBe('failed')
  })
})

describe('wildcards in stations', () => {
  it('are beyond a v3 server that is no ringserver: the session says so and asks for nothing', () => {
    const talk = session(['XX_*', 'XX_AAA'])
    expect(talk.hears(SEISCOMP)).toEqual([])
    expect(talk.outputs.at(-1)).toMatchObject({ kind: 'failed', failure: 'wildcards' })
  })

  it('are sent to a ringserver and to v4', () => {
    const ring = session(['XX_*'], {}, { highestProtocol: 3 })
    ring.hears(RINGSERVER)
    expect(ring.hears('OK\r\n')).toEqual(['STATION * XX'])
    const v4 = session(['XX_*'])
    v4.hears(OTHER_V4)
    v4.hears('OK\r\n')
    expect(v4.hears('OK\r\n')).toEqual(['STATION XX_*', 'DATA'])
  })
})

describe('the filter', () => {
  const asked = (greeting: string, stations: string[]) => {
    const talk = session(stations, {}, { filter: '3' })
    talk.hears(greeting)
    talk.hears('OK\r\n')
    return talk.hears('OK\r\n')
  }

  it('goes behind every selector of v4', () => {
    expect(asked(OTHER_V4, ['XX_AAA_00_HH', 'XX_BBB'])).toEqual([
      ...['STATION XX_AAA', 'SELECT 00_H_H_?:3', 'DATA'],
      ...['STATION XX_BBB', 'SELECT *:3', 'DATA'],
    ])
  })

  it('is never asked of a ringserver, which damages uncompressed data', () => {
    expect(asked(RINGSERVER, ['XX_AAA_00_HH'])).toEqual(['STATION XX_AAA', 'SELECT 00_H_H_?', 'DATA'])
  })
})

describe('a time window that broke off', () => {
  const again = (greeting: string, position: Position, handshake: string[], mode: 'stream' | 'fetch' = 'stream') => {
    const talk = session(['XX_AAA'], { XX_AAA: position }, { span: HOUR, mode })
    const said = talk.hears(greeting)
    return handshake.reduce((_, reply) => talk.hears(reply), said).at(-1)
  }

  it('goes on by number in v3', () => {
    expect(again(SEISCOMP, LAST, ['OK\r\n'])).toBe('DATA 000042')
    expect(again(SEISCOMP, LAST, ['OK\r\n'], 'fetch')).toBe('FETCH 000042')
  })

  it('goes on by number within the window in v4', () => {
    const v4 = ['OK\r\n', 'OK\r\n']
    expect(again(OTHER_V4, LAST, v4)).toBe('DATA 66 2026-01-01T00:00:00Z 2026-01-01T01:00:00Z')
    expect(again(RINGSERVER, LAST, v4)).toBe('DATA 66 2026-01-01T00:06:40Z 2026-01-01T01:00:00Z')
  })

  it('begins anew when the number means nothing to the server', () => {
    expect(again(SEISCOMP, { ...LAST, protocol: 4 }, ['OK\r\n'])).toBe('TIME 2026,1,1,0,0,0 2026,1,1,1,0,0')
  })
})

describe('INFO', () => {
  it('asks about one station where the protocol can', () => {
    const v4 = session([], {}, { infoLevel: 'STREAMS', infoStation: 'XX_AAA' })
    v4.hears(OTHER_V4)
    v4.hears('OK\r\n')
    expect(v4.hears('OK\r\n')).toEqual(['INFO STREAMS XX_AAA'])
    const v3 = session([], {}, { infoLevel: 'STREAMS', infoStation: 'XX_AAA' })
    expect(v3.hears(SEISCOMP)).toEqual(['INFO STREAMS'])
  })

  it('ends even when its packets are empty and there is no last one', () => {
    const talk = streaming(['XX_AAA'])
    const empty = infoV3('x'.repeat(500)).slice(0, 520)
    new DataView(empty.buffer, empty.byteOffset).setUint16(8 + 30, 0)
    const many = joined(...Array.from({ length: 1000 }, () => empty))
    expect(() => {
      for (let turn = 0; turn < 1000; turn++) talk.hears(many)
    }).toThrow('SeedLink INFO: expected at most')
  })
})

describe('goodbye', () => {
  it('is said while streaming, and before that where nothing is awaited', () => {
    const talk = streaming(['XX_AAA'])
    talk.session.bye()
    expect(talk.said()).toEqual(['BYE'])
    const early = session(['XX_AAA'])
    early.hears(SEISCOMP)
    early.session.bye()
    expect(early.said()).toEqual([])
  })
})

describe('credentials', () => {
  it('are blotted out where a server quotes them', () => {
    const talk = session(['XX_AAA'], {}, { credentials: { kind: 'password', user: 'alice', password: 'secret' } })
    talk.hears(`${OTHER_V4}OK\r\n`)
    talk.hears('OK\r\n')
    talk.hears('ERROR AUTH wrong: AUTH USERPASS alice secret\r\n')
    expect(talk.outputs.at(-1)).toEqual({
      kind: 'failed',
      failure: 'authentication',
      text: 'ERROR AUTH wrong: AUTH USERPASS alice …',
    })
    expect(JSON.stringify(talk.outputs)).not.toContain('secret')
  })
})
