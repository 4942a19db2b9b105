import { InvalidArgumentError } from 'commander'
import { type ListenAddress, parseListen } from '../contract/config.ts'

/** `max` or a number > 0. */
export function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const speed = Number(text)
  if (!(speed > 0 && Number.isFinite(speed))) throw new InvalidArgumentError(`expected max or a number above 0, got ${text}`)
  return speed
}

export function parseAddress(text: string): ListenAddress {
  const address = parseListen(text)
  if (!address) throw new InvalidArgumentError(`expected address:port such as 127.0.0.1:8080, got ${text}`)
  return address
}

/** A number > 0. */
export function parseFiniteSpeed(text: string): number {
  const speed = parseSpeed(text)
  if (speed === 'max') throw new InvalidArgumentError('expected a number above 0, got max')
  return speed
}
