import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv } from '../../../src/io/csv.ts'

const rows = (...chunks: string[]) => [...parseCsv(chunks)]

describe('parseCsv', () => {
  it('keeps commas, doubled quotes and line breaks inside quotes', () => {
    expect(rows('a,"b,c","d ""e""","f\r\ng"\r\n')).toEqual([['a', 'b,c', 'd "e"', 'f\r\ng']])
  })

  it('takes LF, CRLF and a last line without an end', () => {
    expect(rows('a,b\r\nc,d\ne,f')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ])
  })

  it('leaves out a byte order mark and empty lines', () => {
    expect(rows('\uFEFFa,b\n\n1,2\r\n\r\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  })

  it('keeps empty fields', () => {
    expect(rows(',,"",\n')).toEqual([['', '', '', '']])
  })

  it('does not depend on where the text is cut', () => {
    const text = '\uFEFFname,note\r\n"bucket0$1,:3,:6000","says ""P"", late"\r\nplain,"two\nlines"\r\n'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), text.length]
        const chunks = bounds.slice(1).map((bound, index) => text.slice(bounds[index], bound))
        expect(rows(...chunks)).toEqual(rows(text))
      }),
    )
  })
})
