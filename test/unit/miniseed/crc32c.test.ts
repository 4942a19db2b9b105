import { describe, expect, it } from 'vitest'
import { crc32c, recordCrc, sealCrc, storedCrc } from '../../../src/miniseed/crc32c.ts'

describe('crc32c', () => {
  it.each([
    ['the check value of the standard', new TextEncoder().encode('123456789'), 0xe3069283],
    ['32 zeros (RFC 3720)', new Uint8Array(32), 0x8a9136aa],
    ['32 ones (RFC 3720)', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['nothing', new Uint8Array(0), 0],
  ])('gives %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('takes its own field in a record as zero', () => {
    const record = Uint8Array.from({ length: 60 }, (_, index) => index)
    const zeroed = record.slice().fill(0, 28, 32)
    sealCrc(record)
    expect(recordCrc(record)).toBe(crc32c(zeroed))
    expect(storedCrc(record)).toBe(crc32c(zeroed))
  })
})
