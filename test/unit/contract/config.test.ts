import { describe, expect, it } from 'vitest'
import { isLoopback, parseListen, parseServerUrl } from '../../../src/contract/config.ts'

describe('parseServerUrl', () => {
  it('fills in the registered ports', () => {
    expect(parseServerUrl('seedlink://example.org')).toEqual({
      url: 'seedlink://example.org:18000',
      host: 'example.org',
      port: 18_000,
      tls: false,
    })
    expect(parseServerUrl('seedlinks://[::1]')).toEqual({ url: 'seedlinks://[::1]:18500', host: '::1', port: 18_500, tls: true })
  })

  it.each([
    'http://example.org',
    'seedlink://',
    'seedlink://u:p@example.org',
    'seedlink://a:0',
    'seedlink://a:70000',
    'seedlink://a/b',
  ])('refuses %s', (text) => expect(parseServerUrl(text)).toBeUndefined())
})

describe('parseListen', () => {
  it('takes names, IPv4 and IPv6', () => {
    expect(parseListen('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 })
    expect(parseListen('[::]:80')).toEqual({ host: '::', port: 80 })
  })

  it('refuses an address without port', () => {
    expect(parseListen('127.0.0.1')).toBeUndefined()
    expect(parseListen('8080')).toBeUndefined()
  })

  it('knows loopback', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].every(isLoopback)).toBe(true)
    expect(['0.0.0.0', '::', '128.0.0.1', 'localhost.evil.org'].some(isLoopback)).toBe(false)
  })
})
