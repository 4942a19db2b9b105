import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Loopback, private and shared networks: services that were never meant to be called from outside. */
const PRIVATE = blockList(
  ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15', '240.0.0.0/4'],
  ['::/128', '::1/128', 'fc00::/7'],
)
/** Link-local: among them the metadata services of clouds, which give secrets to whoever asks. Never allowed. */
const LINK_LOCAL = blockList(['169.254.0.0/16'], ['fe80::/10'])

export class RefusedAddressError extends Error {
  readonly address: string

  constructor(address: string, expected: string) {
    super(`expected ${expected}, got ${address}`)
    this.address = address
  }
}

/** @throws {RefusedAddressError} when nothing of ours should connect to this IP address */
export function checkAddress(address: string, allowPrivate: boolean): void {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
  if (LINK_LOCAL.check(plain, family)) throw new RefusedAddressError(address, 'an address that is not link-local')
  if (!allowPrivate && PRIVATE.check(plain, family)) {
    throw new RefusedAddressError(address, 'a public address (allowPrivate: true allows others)')
  }
}

/**
 * Resolves names for a socket and refuses addresses as `checkAddress` does: at the moment of connecting, so that a name cannot point
 * elsewhere after it was checked.
 */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      try {
        for (const { address } of addresses) checkAddress(address, allowPrivate)
      } catch (refused) {
        return callback(refused as Error, '', 0)
      }
      const [first] = addresses
      if (options.all) return callback(null, addresses)
      return callback(null, first?.address ?? '', first?.family)
    })
  }
}

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList()
  for (const [subnets, family] of [
    [ipv4, 'ipv4'],
    [ipv6, 'ipv6'],
  ] as const) {
    for (const subnet of subnets) {
      const [address = '', bits = ''] = subnet.split('/')
      list.addSubnet(address, Number(bits), family)
    }
  }
  return list
}
