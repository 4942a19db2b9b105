import { describe, expect, it } from 'vitest'
import { CommandReader, parseCommand } from '../../../src/seedlink/server-command.ts'
import { ascii } from '../../../src/seedlink/server-packet.ts'

describe('CommandReader', () => {
  it.each(['\r\n', '\r', '\n'])('ends a line at %j', (end) => {
    expect(new CommandReader().push(ascii(`HELLO${end}BYE${end}`))).toEqual([
      { verb: 'HELLO', args: [] },
      { verb: 'BYE', args: [] },
    ])
  })

  it('waits for the rest of a line, wherever it is cut', () => {
    const reader = new CommandReader()
    const seen = [...ascii('STATION  AAA XX\r\nEND\r')].flatMap((byte) => reader.push(Uint8Array.of(byte)))
    expect(seen).toEqual([
      { verb: 'STATION', args: ['AAA', 'XX'] },
      { verb: 'END', args: [] },
    ])
  })

  it('takes 255 bytes and reports 256 as too long, once', () => {
    const reader = new CommandReader()
    expect(reader.push(ascii(`${'A'.repeat(255)}\r`))).toEqual([{ verb: 'A'.repeat(255), args: [] }])
    expect(reader.push(ascii(`${'A'.repeat(256)}\r\nBYE\r\n`))).toEqual(['overlong', { verb: 'BYE', args: [] }])
  })

  it('skips empty lines', () => {
    expect(new CommandReader().push(ascii('\r\n \r\n\n'))).toEqual([])
  })

  it('reads verbs in any case and keeps arguments as written', () => {
    expect(parseCommand('select  hHz')).toEqual({ verb: 'SELECT', args: ['hHz'] })
  })
})
