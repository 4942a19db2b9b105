import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/domain/errors.ts'
import { parseServerAddress } from '../../../src/io/seedlink/client-address.ts'

describe('a server address', () => {
  it.each([
    ['seedlink://rtserve.iris.washington.edu:18000', { host: 'rtserve.iris.washington.edu', port: 18_000, isTls: false }],
    ['seedlink://example.org', { host: 'example.org', port: 18_000, isTls: false, url: 'seedlink://example.org:18000' }],
    ['seedlinks://example.org/', { host: 'example.org', port: 18_500, isTls: true, url: 'seedlinks://example.org:18500' }],
    ['seedlink://[::1]:18001', { host: '::1', port: 18_001, isTls: false, url: 'seedlink://[::1]:18001' }],
    ['localhost:1234', { host: 'localhost', port: 1234, isTls: false }],
  ])('is read from %s', (text, expected) => {
    expect(parseServerAddress(text)).toMatchObject(expected)
  })

  it.each(['http://example.org', 'seedlink://', 'seedlink://h:99999', 'seedlink://h:0', 'seedlink://h/path', ''])(
    'is refused as %j',
    (text) => {
      expect(() => parseServerAddress(text)).toThrow(ConfigError)
    },
  )

  it('does not hold a password, and does not repeat one', () => {
    expect(() => parseServerAddress('seedlink://alice:secret@h')).toThrow(ConfigError)
    expect(() => parseServerAddress('seedlink://alice:secret@h')).not.toThrow(/secret/)
  })
})
