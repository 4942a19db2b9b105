import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  readonly json: any
}

/** Answers a request, or does not. */
export type Behaviour = (response: ServerResponse, received: Received) => void

export const accept: Behaviour = (response) => response.writeHead(200).end('ok')
export const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(body)
export const hang: Behaviour = () => {}
export const hangUp: Behaviour = (response) => response.socket?.destroy()

/** A real HTTP server that behaves as the test says: one behaviour per request, the last one for ever. */
export class AlertReceiver {
  readonly received: Received[] = []
  readonly #server: Server
  readonly #scheme: string
  behaviour: Behaviour
  #script: Behaviour[]
  #waiting: (() => void)[] = []

  private constructor(server: Server, scheme: string, script: readonly Behaviour[]) {
    this.#server = server
    this.#scheme = scheme
    this.#script = [...script]
    this.behaviour = this.#script.at(-1) ?? accept
    server.on('request', (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        const { method = '', url: path = '', headers } = request
        const received = { method, path, headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
        this.received.push(received)
        const behaviour = this.#script.shift() ?? this.behaviour
        behaviour(response, received)
        for (const wake of this.#waiting.splice(0)) wake()
      })
    })
  }

  static async listen(...script: Behaviour[]): Promise<AlertReceiver> {
    return AlertReceiver.#started(createServer(), 'http', script)
  }

  static async listenTls(options: ServerOptions, ...script: Behaviour[]): Promise<AlertReceiver> {
    return AlertReceiver.#started(createTlsServer(options), 'https', script)
  }

  static async #started(server: Server, scheme: string, script: readonly Behaviour[]): Promise<AlertReceiver> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new AlertReceiver(server, scheme, script)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/hook`
  }

  /** Resolves when so many requests have come. */
  async requests(count: number): Promise<Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.received
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
