import { setTimeout } from 'node:timers/promises'
import { SeedlinkTestClient, type ServerItem } from './seedlink-test-client.ts'

export type ReceivedPacket = Extract<ServerItem, { kind: 'packet' }>

export interface ResumingClientOptions {
  readonly protocol: 3 | 4
  /** As STATION wants them; default all. */
  readonly station?: string
  /** Where to begin; default the first packet. */
  readonly from?: number
  /** Looked at before every connection; the server may have moved. */
  readonly port: () => number
}

/** A client that goes on behind its last packet whenever the link breaks, up to END. Slow and plain, as it is the oracle. */
export class ResumingClient {
  readonly packets: ReceivedPacket[] = []
  readonly #options: ResumingClientOptions
  connections = 0

  constructor(options: ResumingClientOptions) {
    this.#options = options
  }

  async runToEnd(): Promise<void> {
    while (!(await this.#session())) {
      if (this.connections > 500) throw new Error('expected END, got 500 broken links')
      await setTimeout(20)
    }
  }

  /** @returns true after END */
  async #session(): Promise<boolean> {
    const client = await this.#connect()
    if (!client) return false
    this.connections += 1
    try {
      await this.#ask(client)
      await client.untilEnd()
      return true
    } catch {
      return false
    } finally {
      this.packets.push(...client.packets)
      await client.close()
    }
  }

  async #connect(): Promise<SeedlinkTestClient | undefined> {
    try {
      return await SeedlinkTestClient.connect(this.#options.port())
    } catch {
      return undefined
    }
  }

  async #ask(client: SeedlinkTestClient): Promise<void> {
    const { protocol, station, from = 1 } = this.#options
    const last = this.packets.at(-1)?.sequence
    const next = last === undefined ? from : last + 1
    if (protocol === 4) {
      await client.ask('SLPROTO 4.0')
      await client.ask(`STATION ${station ?? '*'}`)
      await client.ask(`DATA ${next}`)
    } else {
      await client.ask(`STATION ${station ?? '* *'}`)
      await client.ask(`DATA ${next.toString(16).padStart(6, '0')}`)
    }
    client.write('END\r\n')
  }
}
