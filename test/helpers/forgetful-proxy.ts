import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A link to a server that seems to have forgotten all sequence numbers: from the second connection on, `DATA` with a number becomes
 * `DATA`, and the server goes on live without a word, as ringserver does. Requests by time pass.
 */
export class ForgetfulProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Requests for a number that were changed. */
  forgotten = 0
  /** Requests by time. */
  windows = 0
  connections = 0
  isForgetting = true

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(targetPort: number): Promise<ForgetfulProxy> {
    const server = createServer({ noDelay: true }, (client) => proxy.#serve(client, targetPort))
    const proxy = new ForgetfulProxy(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts all connections; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(client: Socket, targetPort: number): void {
    const isFirst = this.connections++ === 0
    this.#sockets.add(client)
    const upstream = connect(targetPort, '127.0.0.1')
    client.on('data', (data) => upstream.write(isFirst || !this.isForgetting ? data : this.#changed(data.toString('latin1'))))
    upstream.on('data', (data) => client.write(data))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('end', () => other.end())
      one.on('close', () => {
        this.#sockets.delete(client)
        other.destroy()
      })
    }
  }

  #changed(text: string): string {
    if (/^(DATA ALL \S|TIME )/m.test(text)) {
      this.windows++
      return text
    }
    // A number with a window of two times is the rest of a request by time.
    return text.replaceAll(/^(DATA) [0-9A-Fa-f]+(?: \S+)?(?=\r|\n|$)/gm, (_all, verb: string) => {
      this.forgotten++
      return verb
    })
  }
}
