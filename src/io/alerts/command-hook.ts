import { spawn } from 'node:child_process'
import type { HookMessage } from '../../contract/alert.ts'
import type { CommandHookConfig } from '../../contract/alert-config.ts'
import type { AlertDeliveryError } from '../../domain/errors.ts'
import { deliveryError, type Hook } from './hook.ts'

/** So much of what a command says on stderr is kept for the message; the rest is read and thrown away. */
const MOST_OUTPUT_BYTES = 2000

/**
 * Runs a program with the message as JSON on stdin. No shell is involved: nothing in a message can become a command. Exit code 0 is a
 * delivery. A program that does not end in time is killed with all its children.
 */
export class CommandHook implements Hook {
  readonly kind = 'command'
  readonly name: string
  readonly #config: CommandHookConfig

  constructor(name: string, config: CommandHookConfig) {
    this.name = name
    this.#config = config
  }

  send(message: HookMessage, signal: AbortSignal): Promise<void> {
    const [program = '', ...args] = this.#config.command
    return new Promise((resolve, reject) => {
      const fail = (error: AlertDeliveryError) => reject(error)
      // A group of its own, so that children are killed, too.
      const child = spawn(program, args, { shell: false, detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
      let said = Buffer.alloc(0)
      child.stderr.on('data', (part: Buffer) => {
        if (said.length < MOST_OUTPUT_BYTES) said = Buffer.concat([said, part.subarray(0, MOST_OUTPUT_BYTES - said.length)])
      })
      const kill = () => killGroup(child.pid)
      signal.addEventListener('abort', kill, { once: true })
      child.on('error', (error) => fail(deliveryError(this.name, `expected a program to run, got ${error.message}`, {}, error)))
      // `exit`, not `close`: a child of it that keeps stderr open must not keep the alert.
      child.on('exit', (code, killedBy) => {
        signal.removeEventListener('abort', kill)
        child.stderr.destroy()
        if (code === 0) return resolve()
        if (signal.aborted)
          return fail(deliveryError(this.name, `expected an end within ${this.#config.timeoutSeconds} s, got none; killed`))
        const words = said.toString('utf8').trim().split('\n').at(-1) ?? ''
        const got = `${code === null ? `signal ${killedBy}` : code}${words && ` "${words}"`}`
        fail(deliveryError(this.name, `expected exit code 0, got ${got}`, code === null ? {} : { status: code }))
      })
      // A program that does not read its input is free to do so.
      child.stdin.on('error', () => {})
      child.stdin.end(`${JSON.stringify(message)}\n`)
    })
  }

  async close(): Promise<void> {}
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
