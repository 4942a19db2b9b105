/** What the other scripts share: say what happens, run it, stop clearly when it fails. */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

export function say(text) {
  process.stdout.write(`${text}\n`)
}

export function fail(text) {
  process.stderr.write(`\n${text}\n`)
  process.exit(1)
}

/** Runs a command in the project folder; its output goes straight to the terminal. */
export function run(command, args, { env = {}, quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
    encoding: 'utf8',
  })
  return {
    ok: result.status === 0,
    status: result.status ?? 1,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`,
  }
}

/** Runs a named step and prints how long it took; ends the process when it fails. */
export function step(title, command, args, options) {
  const begin = Date.now()
  say(`→ ${title}`)
  const { ok, status, output } = run(command, args, options)
  if (!ok) fail(`${output}✗ ${title}: \`${[command, ...args].join(' ')}\` ended with exit code ${status}`)
  say(`  done in ${((Date.now() - begin) / 1000).toFixed(1)} s`)
}

/** Path of a package's executable, so that no global tool and no npx download is ever used. */
export function bin(name) {
  return resolve(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
}
