import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import type { Drill, DrillStep } from '../contract/drill.ts'
import type { ErrorAnswer } from '../contract/http.ts'
import { AlertDeliveryError, SeedlinkConnectionError, UsageError } from '../domain/errors.ts'
import { loadConfig } from '../io/config-file.ts'

interface DrillCommandOptions {
  readonly config: string
  readonly url?: string
  readonly hook?: string[]
  readonly json?: true
}

interface Monitor {
  readonly url: string
  readonly token: string | undefined
}

const LOOK_MILLIS = 100

export function drillCommand(): Command {
  return new Command('drill')
    .description('a made-up earthquake through the whole chain of the running monitor, kept out of the catalogue')
    .option('--config <file>', 'configuration of the running monitor', 'stations.yaml')
    .option('--url <url>', 'the monitor itself, such as http://127.0.0.1:8080')
    .option('--hook <name...>', 'tell these hooks only; default: those of `drills` in the configuration')
    .option('--json', 'the drill as one object')
    .addHelpText('after', '\nThe exit code is 3 when a step fails, and when no monitor answers.')
    .action(async (options: DrillCommandOptions) => {
      const monitor = monitorOf(options)
      const begun = await ask<Drill>(monitor, '/api/drills', options.hook === undefined ? {} : { hooks: options.hook })
      const drill = await follow(monitor, begun, options.json ? () => {} : printStep)
      if (options.json) process.stdout.write(`${JSON.stringify(drill)}\n`)
      const failed = drill.steps.filter(({ state }) => state === 'failed').map(({ name }) => name)
      if (failed.length === 0) return
      throw new AlertDeliveryError(`drill: expected every step to be passed, got ${failed.join(', ')} failed`, {
        drill: drill.id,
      })
    })
}

/** Until it has ended. @param onStep each step once it is decided, in their order */
async function follow(monitor: Monitor, begun: Drill, onStep: (step: DrillStep) => void): Promise<Drill> {
  let told = 0
  for (let drill = begun; ; drill = await ask<Drill>(monitor, `/api/drills/${begun.id}`)) {
    for (let step = drill.steps[told]; step && step.state !== 'waiting'; step = drill.steps[told]) {
      onStep(step)
      told++
    }
    if (drill.state !== 'running') return drill
    await pause(LOOK_MILLIS)
  }
}

function printStep({ name, state, seconds, text }: DrillStep): void {
  const time = seconds === null ? '' : ` ${seconds.toFixed(3)} s`
  process.stdout.write(`${state === 'passed' ? 'PASS' : 'FAIL'} ${name}${time}: ${text}\n`)
}

function monitorOf({ config: file, url }: DrillCommandOptions): Monitor {
  if (url !== undefined) {
    if (!URL.canParse(url))
      throw new UsageError(`drill: expected a url such as http://127.0.0.1:8080, got ${url}`, { option: 'url' })
    return { url: url.replace(/\/+$/, ''), token: process.env.QUAKEWIRE_TOKEN }
  }
  const { http } = loadConfig(file)
  const { host, port } = http.listen
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return { url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`, token: http.token }
}

/** @param body absent: GET. @throws {SeedlinkConnectionError} when nobody answers; {UsageError} for what the monitor refuses */
async function ask<T>({ url, token }: Monitor, path: string, body?: object): Promise<T> {
  let response: Response
  try {
    response = await fetch(`${url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    })
  } catch (cause) {
    throw new SeedlinkConnectionError(
      `drill: expected a running monitor at ${url}, got no answer; start it with \`quakewire run\``,
      { url },
      cause,
    )
  }
  const answer = (await response.json()) as T | ErrorAnswer
  if (response.ok) return answer as T
  throw new UsageError(`drill: expected the monitor at ${url} to begin, got: ${(answer as ErrorAnswer).error.message}`, { url })
}
