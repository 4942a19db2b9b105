import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTime } from './until-done.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
/** Of stderr, for the message when it ends too early. */
const KEPT_LETTERS = 4000
/** Limits for a busy machine: nothing of the kind takes a tenth of it. */
const [START_SECONDS, STOP_SECONDS, RUN_SECONDS] = [600, 600, 4 * 3600]

const running = new Set<ChildProcess>()
let isWatching = false

/** A drill that fails or is interrupted leaves no processes behind. */
function endWithUs(): void {
  if (isWatching) return
  isWatching = true
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL')
  })
}

/** `quakewire …` as a process of its own, from the sources. */
export class Program {
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  readonly #name: string
  #stdout = ''
  #stderr = ''

  constructor(args: readonly string[]) {
    endWithUs()
    this.#name = `quakewire ${args[0]}`
    this.#child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-KEPT_LETTERS)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_LETTERS)
    })
    running.add(this.#child)
    this.#child.once('close', () => running.delete(this.#child))
    this.#exited = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Resolves with the match when stdout or stderr shows it; rejects when the process ends before, or time passes. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return inTime(`${pattern} from ${this.#name}`, START_SECONDS, this.#shown(pattern))
  }

  async #shown(pattern: RegExp): Promise<RegExpExecArray> {
    const { stdout, stderr } = this.#child
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr)
      if (match) return match
      const more = [stdout, stderr].map((stream) => once(stream as NodeJS.EventEmitter, 'data').then(() => false))
      if (await Promise.race([...more, this.#exited.then(() => true)])) {
        throw new Error(`expected ${pattern}, got the end of the program\n${this.#stdout}\n${this.#stderr}`)
      }
    }
  }

  /** Resolves with the exit code when it is gone; null when the signal ended it. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal)
    return inTime(`the end of ${this.#name} after ${signal}`, STOP_SECONDS, this.#exited)
  }

  /** Resolves with the exit code when it has ended by itself. */
  exitCode(): Promise<number | null> {
    return inTime(`the end of ${this.#name}`, RUN_SECONDS, this.#exited)
  }

  /** Most memory it ever had, megabytes; 0 where the system does not tell. */
  get peakMegabytes(): number {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      return Math.round(Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      return 0
    }
  }
}
