import { WebSocket } from 'ws'
import type { Clock } from '../../domain/ports.ts'
import type { Micros } from '../../domain/time.ts'

export interface FeedAddress {
  readonly host: string
  readonly port: number
  readonly token?: string | undefined
}

/** Listens at the monitor's own feed for one drill, over a socket as everybody else does. */
export class FeedEar {
  readonly #socket: WebSocket
  readonly #ready: Promise<unknown>
  readonly #heard: Promise<Micros | undefined>

  constructor({ host, port, token }: FeedAddress, id: string, clock: Clock) {
    // Whoever listens everywhere listens here, too.
    const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
    const url = `ws://${name.includes(':') ? `[${name}]` : name}:${port}/feed?topics=drills`
    const socket = new WebSocket(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
    this.#socket = socket
    const gone = new Promise<undefined>((resolve) => {
      socket.on('error', () => resolve(undefined))
      socket.on('close', () => resolve(undefined))
    })
    const message = (isWanted: (message: { type: string; drill?: { id: string } }) => boolean) =>
      new Promise<Micros>((resolve) => {
        socket.on('message', (data) => {
          if (isWanted(JSON.parse(String(data)))) resolve(clock.now())
        })
      })
    this.#ready = Promise.race([message(({ type }) => type === 'hello'), gone])
    this.#heard = Promise.race([message(({ type, drill }) => type === 'drill' && drill?.id === id), gone])
  }

  /** Resolves when it listens, or cannot. */
  async isListening(late: AbortSignal): Promise<void> {
    await Promise.race([this.#ready, whenAborted(late)])
  }

  /** @returns when the drill came; undefined when it did not before it was too late */
  async heard(late: AbortSignal): Promise<Micros | undefined> {
    const time = await Promise.race([this.#heard, whenAborted(late)])
    this.#socket.terminate()
    return time
  }
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
