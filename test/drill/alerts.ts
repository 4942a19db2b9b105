import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deduplicated, deliverAndKill } from '../helpers/deliver-and-kill.ts'
import { seededRandom } from '../helpers/signals.ts'

/**
 * Many alerts, a receiver that fails half of the time, and processes killed at random moments; prints what arrived. Too long for every
 * test run: `node --import tsx test/drill/alerts.ts [alerts] [kills] [seed]`. Exit code 1 when an alert is lost or out of order.
 */
const [alerts = 10_000, kills = 20, seed = 1] = process.argv.slice(2).map(Number)
const stations = 50
const folder = mkdtempSync(join(tmpdir(), 'quakewire-alerts-'))
const began = Date.now()
const { taken, requests } = await deliverAndKill({
  folder,
  alerts,
  stations,
  kills,
  random: seededRandom(seed),
})
const all = [...taken.values()].flat()
const once = deduplicated(all)
let disordered = 0
for (const keys of taken.values()) {
  const numbers = deduplicated(keys).map((key) => Number(key.split('-')[1]))
  disordered += numbers.filter((number, i) => i > 0 && number < (numbers[i - 1] as number)).length
}
process.stdout.write(
  `${JSON.stringify({ alerts, kills, seed, seconds: (Date.now() - began) / 1000, requests, taken: all.length, once: once.length, lost: alerts - once.length, disordered })}\n`,
)
rmSync(folder, { recursive: true })
process.exitCode = once.length === alerts && disordered === 0 ? 0 : 1
