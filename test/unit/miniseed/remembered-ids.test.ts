import { describe, expect, it } from 'vitest'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { RememberedIds } from '../../../src/miniseed/remembered-ids.ts'

/** A header with these characters as its codes: station, location, channel, network. */
function headerWith(codes: string): DataView {
  const bytes = new Uint8Array(48)
  for (let index = 0; index < 12; index++) bytes[8 + index] = codes.charCodeAt(index)
  return new DataView(bytes.buffer)
}

describe('RememberedIds', () => {
  it('knows what it was told, and nothing that differs in any byte', () => {
    const ids = new RememberedIds()
    const codes = 'ABCDE00HHZXX'
    ids.add(headerWith(codes), 'FDSN:XX_ABCDE_00_H_H_Z' as SourceId)
    expect(ids.find(headerWith(codes))).toBe('FDSN:XX_ABCDE_00_H_H_Z')
    for (let index = 0; index < 12; index++) {
      for (const other of ['\0', ' ', '1', 'a', '\xff']) {
        const changed = codes.slice(0, index) + other + codes.slice(index + 1)
        expect(ids.find(headerWith(changed))).toBeUndefined()
      }
    }
  })

  it('tells codes apart whose hashes are equal', () => {
    const ids = new RememberedIds()
    // 31 less in the last byte of one word and one more in that of the word before: the hash adds words up with a factor of 31.
    const alike = ['AAAAAAAAAAAz', 'AAAAAAABAAA[', 'AAAAAAACAAA<']
    for (const codes of alike) expect(ids.find(headerWith(codes))).toBeUndefined()
    for (const codes of alike) ids.add(headerWith(codes), `FDSN:${codes}` as SourceId)
    for (const codes of alike) expect(ids.find(headerWith(codes))).toBe(`FDSN:${codes}`)
  })

  it('starts afresh when junk has filled it', () => {
    const ids = new RememberedIds()
    const junk = (number: number) => headerWith(String(number).padStart(12, '0'))
    for (let number = 0; number <= 20_000; number++) ids.add(junk(number), `FDSN:${number}` as SourceId)
    expect(ids.find(junk(0))).toBeUndefined()
    expect(ids.find(junk(20_000))).toBe('FDSN:20000')
  })
})
