import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll } from 'vitest'
import { isBuilt } from '../../scripts/build.mjs'

const ROOT = resolve(import.meta.dirname, '../..')
/** The built program, as users run it, when it is up to date (`npm test` sees to that); otherwise the sources, which start slower. */
const PROGRAM = isBuilt() ? [resolve(ROOT, 'dist/main.js')] : ['--import', 'tsx', resolve(ROOT, 'src/main.ts')]

/** A test that fails must not leave processes behind. */
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** `quakewire …` as a process of its own. */
export class CommandLine {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #exited: Promise<number | null>

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [...PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    running.add(this.child)
    this.child.once('close', () => running.delete(this.child))
    this.#exited = once(this.child, 'close').then(([code]) => code as number | null)
  }

  /** Resolves with the match when stdout or stderr shows it; rejects when the process ends before. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (match) return match
      const ended = await Promise.race([this.#exited.then(() => true), this.#more().then(() => false)])
      const last = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (last) return last
      if (ended) throw new Error(`expected ${pattern} before the end, got\n${this.stdout}\n${this.stderr}`)
    }
  }

  /** Waits for the end; null when it was killed. */
  exitCode(): Promise<number | null> {
    return this.#exited
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal)
    return this.#exited
  }

  #more(): Promise<unknown> {
    return Promise.race([
      once(this.child.stdout as NodeJS.EventEmitter, 'data'),
      once(this.child.stderr as NodeJS.EventEmitter, 'data'),
    ])
  }
}

/** Runs a command to its end. */
export async function quakewire(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = new CommandLine(args)
  const code = await command.exitCode()
  return { code, stdout: command.stdout, stderr: command.stderr }
}
