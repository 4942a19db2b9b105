import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface ProxyFaults {
  /** Bytes from the server are handed on in pieces of this size. */
  readonly pieceBytes: number
  /** Connections that are reset after so many bytes, one entry per connection; later ones stay whole. */
  readonly resetsAfterBytes?: readonly number[]
  /** Awaited with all those bytes written: a reset takes with it what the client has not read yet. */
  readonly beforeReset?: () => Promise<void>
}

/** A link between client and server that cuts packets at every odd place and breaks in the middle of one. */
export class CuttingProxy {
  readonly #server: Server
  connections = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(targetPort: number, faults: ProxyFaults): Promise<CuttingProxy> {
    const server = createServer({ noDelay: true }, (client) => proxy.#serve(client, targetPort, faults))
    const proxy = new CuttingProxy(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(
    client: Socket,
    targetPort: number,
    { pieceBytes, resetsAfterBytes = [], beforeReset = async () => {} }: ProxyFaults,
  ): void {
    const limit = resetsAfterBytes[this.connections++] ?? Number.POSITIVE_INFINITY
    const upstream = connect(targetPort, '127.0.0.1')
    let passed = 0
    upstream.on('data', (data) => {
      for (let from = 0; from < data.length; from += pieceBytes) {
        const piece = data.subarray(from, from + pieceBytes)
        if (passed + piece.length > limit) {
          client.write(piece.subarray(0, limit - passed))
          upstream.pause()
          void beforeReset().then(() => {
            client.resetAndDestroy()
            upstream.destroy()
          })
          return
        }
        passed += piece.length
        client.write(piece)
      }
    })
    client.on('data', (data) => upstream.write(data))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('end', () => other.end())
      one.on('close', () => other.destroy())
    }
  }
}
