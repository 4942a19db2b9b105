/** Chromium for screenshots and end-to-end tests: CHROMIUM, or where Debian and others put it. */
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** No sandbox: containers and CI run as root. Nothing that asks the network by itself. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws {Error} that says how to get it */
export function findChromium() {
  const own = process.env.CHROMIUM
  const found = own === undefined ? PLACES.find((place) => existsSync(place)) : own
  if (found !== undefined && existsSync(found)) return found
  throw new Error(
    `Chromium: expected it at ${own ?? PLACES.join(' or ')}, got none; install it (Debian: apt-get install chromium) or set CHROMIUM`,
  )
}
