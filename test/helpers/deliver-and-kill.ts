import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sqlite } from '../../src/io/store/sqlite-binding.ts'
import { AlertReceiver, type Behaviour } from './alert-receiver.ts'

export interface KilledDelivery {
  readonly folder: string
  readonly alerts: number
  readonly stations: number
  readonly kills: number
  /** 0 ≤ x < 1 */
  readonly random: () => number
}

/** Half of the requests fail, so that about two are needed for each alert: kills are over before that. */
const KILLED_WITHIN_REQUESTS = 1.5
/** From the request at which a process is to die until it does, at most. */
const LONGEST_AFTER_MILLIS = 20

export interface KilledOutcome {
  /** Keys in the order they were taken, with repetitions, by station. */
  readonly taken: ReadonlyMap<string, readonly string[]>
  readonly requests: number
  readonly kills: number
}

/** Processes that store detections and deliver alerts to a receiver that fails half of the time, killed at random moments; the last one may finish. */
export async function deliverAndKill({ folder, alerts, stations, kills, random }: KilledDelivery): Promise<KilledOutcome> {
  const taken = new Map<string, string[]>()
  const half: Behaviour = (response, { json }) => {
    const fate = random()
    // An eighth has taken the alert and does not get to say so.
    if (fate < 0.125) note(json)
    if (fate < 0.25) return void response.writeHead(500).end()
    if (fate < 0.375) return void response.writeHead(503).end()
    if (fate < 0.5) return void response.socket?.destroy()
    note(json)
    response.writeHead(200).end()
  }
  const note = ({ key, stations: [station = ''] }: { key: string; stations: string[] }) => {
    const keys = taken.get(station) ?? []
    taken.set(station, keys)
    keys.push(key)
  }
  const receiver = await AlertReceiver.listen(half)
  mkdirSync(folder, { recursive: true })
  const retry = 'retry: { firstSeconds: 0.005, maximumSeconds: 0.1 }, breaker: { failures: 30, seconds: 0.05 }'
  writeFileSync(
    join(folder, 'hooks.yaml'),
    `hooks: { web: { kind: webhook, url: "${receiver.url}", allowPrivate: true, concurrency: 16, ${retry} } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`,
  )
  const moments = Array.from({ length: kills }, () => Math.floor(random() * alerts * KILLED_WITHIN_REQUESTS)).sort(
    (a, b) => a - b,
  )
  for (const moment of [...moments, undefined]) {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'alert-writer.ts'), folder, `${alerts}`, `${stations}`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const before = receiver.received.length
    const exited = once(child, 'exit')
    if (moment === undefined) await untilAllDelivered(folder, alerts)
    else {
      // From its first delivery on, else processes would die while they start.
      await receiver.requests(Math.max(moment, before + 1))
      await pause(random() * LONGEST_AFTER_MILLIS)
    }
    child.kill('SIGKILL')
    await exited
  }
  await receiver.close()
  return { taken, requests: receiver.received.length, kills }
}

/** Looks from outside, as `quakewire alerts` does. */
async function untilAllDelivered(folder: string, alerts: number): Promise<void> {
  const Database = sqlite()
  const database = new Database(join(folder, 'quakewire.db'), { readonly: true })
  const count = database.prepare("SELECT count(*) FROM outbox WHERE state = 'delivered'").pluck()
  while ((count.get() as number) < alerts) await pause(50)
  database.close()
}

/** Without repetitions, the first of each. */
export function deduplicated(keys: readonly string[]): string[] {
  return [...new Set(keys)]
}
