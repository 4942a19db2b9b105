/** A real SeedLink server on 127.0.0.1 that does what its script says, however bad, and remembers what it was told. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { infoV3, packetV3, packetV4, text } from './seedlink-records.ts'

export interface ScriptedPacket {
  /** `NET_STA`. */
  readonly station: string
  readonly sequence: number
  readonly record: Uint8Array
}

/** One connection of the server. */
export interface ConnectionScript {
  readonly protocol?: 3 | 4
  /** First line of the greeting; by default that of a server that counts per station. */
  readonly greeting?: string
  /** Answered with an ERROR to STATION. */
  readonly unknownStations?: readonly string[]
  /** Overrides the reply to a command; `null`: no reply. */
  readonly reply?: (command: string) => string | null | undefined
  /** Sent after END, from the requested sequence number on. */
  readonly packets?: readonly ScriptedPacket[]
  /** Any bytes, sent after the packets. */
  readonly trailer?: Uint8Array
  /** Length of the pieces the packets are sent in; default: all at once. */
  readonly pieceLength?: number
  /** Stops after so many bytes of the packets. */
  readonly dropAfterBytes?: number
  /** What comes after the packets (or after `dropAfterBytes`). Default `stay`. */
  readonly afterwards?: 'stay' | 'close' | 'reset' | 'end'
  /** Closes the connection before anything is said. */
  readonly isRefused?: boolean
  /** INFO gets no answer. */
  readonly isDeaf?: boolean
  /** Text of the INFO answer: XML for v3, JSON for v4. */
  readonly info?: string
}

export interface ScriptedServerOptions {
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly requestCert?: boolean }
  /** Default 127.0.0.1. */
  readonly host?: string
}

const UNKNOWN = 'unknown'
const GREETING_V4 = 'SeedLink v4.0 (scripted/1) :: SLPROTO:4.0 SLPROTO:3.1 CAP'
const GREETING_V3 = 'SeedLink v3.3 (scripted)'

export class ScriptedServer {
  readonly #server: Server
  readonly #commands: string[][] = []
  readonly #sockets: Socket[] = []
  readonly #host: string
  readonly #isTls: boolean
  #longestQueue = 0

  private constructor(scripts: readonly ConnectionScript[], { tls, host = '127.0.0.1' }: ScriptedServerOptions) {
    this.#host = host
    this.#isTls = tls !== undefined
    const accept = (socket: Socket): void => {
      const number = this.#sockets.push(socket) - 1
      const script = scripts[Math.min(number, scripts.length - 1)] ?? {}
      this.#commands.push([])
      this.#serve(socket, script, this.#commands[number] ?? [])
    }
    this.#server = tls ? createTlsServer(tls, accept) : createServer(accept)
  }

  /** Connection 0 follows the first script and so on; the last script is for all that come after. */
  static async listen(scripts: readonly ConnectionScript[], options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(scripts, options)
    server.#server.listen(0, server.#host)
    await once(server.#server, 'listening')
    return server
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host
    return `${this.#isTls ? 'seedlinks' : 'seedlink'}://${host}:${this.port}`
  }

  get connections(): number {
    return this.#sockets.length
  }

  /** What the client said on a connection, line by line. */
  commands(connection: number): readonly string[] {
    return this.#commands[connection] ?? []
  }

  /** Most commands that ever waited for their reply at once: 1 for a client that never runs ahead. */
  get longestQueue(): number {
    return this.#longestQueue
  }

  /** Resets a connection now. */
  reset(connection: number): void {
    this.#sockets[connection]?.resetAndDestroy()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket, script: ConnectionScript, commands: string[]): void {
    socket.on('error', () => {})
    socket.setNoDelay(true)
    if (script.isRefused) {
      socket.destroy()
      return
    }
    const conversation = new Conversation(socket, script)
    let rest = ''
    let waiting: string[] = []
    const answer = (): void => {
      for (const command of waiting) conversation.answer(command)
      waiting = []
    }
    socket.on('data', (bytes: Uint8Array) => {
      const lines = (rest + new TextDecoder('latin1').decode(bytes)).split(/\r\n|\r|\n/)
      rest = lines.pop() ?? ''
      const heard = lines.filter((line) => line !== '')
      commands.push(...heard)
      if (waiting.length === 0) setImmediate(answer)
      waiting.push(...heard)
      this.#longestQueue = Math.max(this.#longestQueue, waiting.length)
    })
  }
}

/** The server's half of one connection. */
class Conversation {
  readonly #socket: Socket
  readonly #script: ConnectionScript
  readonly #from = new Map<string, number>()
  #station = ''
  #isV4 = false
  #isBatch = false

  constructor(socket: Socket, script: ConnectionScript) {
    this.#socket = socket
    this.#script = script
  }

  answer(command: string): void {
    if (command === 'BATCH' && this.#script.reply?.(command) === undefined) {
      this.#say('OK')
      this.#isBatch = true
      return
    }
    const scripted = this.#script.reply?.(command)
    if (scripted === null) return
    if (scripted !== undefined) this.#say(scripted)
    else this.#answerUsually(command)
  }

  #answerUsually(command: string): void {
    const [verb = '', ...rest] = command.split(' ')
    switch (verb.toUpperCase()) {
      case 'HELLO':
        this.#say(this.#script.greeting ?? ((this.#script.protocol ?? 4) === 4 ? GREETING_V4 : GREETING_V3))
        this.#say('scripted server')
        break
      case 'SLPROTO':
        this.#isV4 = true
        this.#say('OK')
        break
      case 'STATION': {
        const station = this.#isV4 ? (rest[0] ?? '') : `${rest[1]}_${rest[0]}`
        const isKnown = !this.#script.unknownStations?.includes(station)
        if (isKnown) this.#station = station
        else if (!this.#isV4) this.#station = UNKNOWN
        this.#say(isKnown ? 'OK' : `ERROR${this.#isV4 ? ` ARGUMENTS no such station ${station}` : ''}`)
        break
      }
      case 'TIME':
        this.#request(0)
        break
      case 'DATA':
      case 'FETCH':
        this.#request(rest[0] === undefined || rest[0] === 'ALL' ? 0 : Number.parseInt(rest[0], this.#isV4 ? 10 : 16))
        break
      case 'END':
      case 'ENDFETCH':
        this.#isBatch = false
        this.#stream()
        break
      case 'INFO':
        if (!this.#script.isDeaf) this.#socket.write(this.#infoAnswer())
        break
      default:
        this.#say('OK')
    }
  }

  /** Without a STATION it is uni-station mode of v3: the stream begins, without a reply. */
  #request(from: number): void {
    this.#from.set(this.#station, from)
    if (this.#station === '' && !this.#isV4) this.#stream()
    else this.#say('OK')
  }

  #infoAnswer(): Uint8Array {
    if (!this.#isV4) return infoV3(this.#script.info ?? '<?xml version="1.0"?>\n<seedlink software="scripted" organization="x"/>')
    return packetV4(0n, '', text(this.#script.info ?? '{"software":"scripted"}'), 'JI')
  }

  #stream(): void {
    const { packets = [], trailer, dropAfterBytes, pieceLength, afterwards = 'stay' } = this.#script
    const parts = packets.filter((packet) => this.#isWanted(packet)).map((packet) => this.#framed(packet))
    const all = Buffer.concat(trailer ? [...parts, trailer] : parts)
    const bytes = dropAfterBytes === undefined ? all : all.subarray(0, dropAfterBytes)
    this.#writePieces(bytes, pieceLength ?? bytes.length, () => {
      if (afterwards === 'close') this.#socket.end()
      else if (afterwards === 'reset') this.#socket.resetAndDestroy()
      else if (afterwards === 'end') this.#socket.write('END')
    })
  }

  /** Each piece in a segment of its own, as far as the loopback allows. */
  #writePieces(bytes: Uint8Array, length: number, onDone: () => void): void {
    const step = (at: number): void => {
      if (at >= bytes.length) onDone()
      else this.#socket.write(bytes.subarray(at, at + length), () => step(at + length))
    }
    step(0)
  }

  #isWanted({ station, sequence }: ScriptedPacket): boolean {
    const from = this.#from.get(station) ?? this.#from.get('')
    return from !== undefined && sequence >= from
  }

  #framed({ station, sequence, record }: ScriptedPacket): Uint8Array {
    return this.#isV4 ? packetV4(BigInt(sequence), station, record) : packetV3(sequence, record)
  }

  #say(line: string): void {
    if (this.#isBatch) return
    this.#socket.write(`${line}\r\n`)
  }
}
