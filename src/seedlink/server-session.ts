import { type Micros, microsToNanos } from '../domain/time.ts'
import { type Command, type CommandLine, CommandReader, MAX_LINE_BYTES } from './server-command.ts'
import type { Handshake, HandshakeStep, KnowsStation } from './server-handshake.ts'
import { HandshakeV3 } from './server-handshake-v3.ts'
import { HandshakeV4 } from './server-handshake-v4.ts'
import { infoJson, infoXml, type ServerFacts } from './server-info.ts'
import { ascii, END_TOKEN, frameV3Info, frameV4 } from './server-packet.ts'
import { type ErrorReply, type ErrorStyle, error, formatError } from './server-reply.ts'
import type { StreamRequest } from './server-subscription.ts'

/** What the socket has to do, in this order. Each `send` is one reply and wants one write (ObsPy compares one recv() with `OK`). */
export type SessionOutput =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly request: StreamRequest }
  | { readonly kind: 'close' }

/** What a session asks the server that holds it. */
export interface SessionHost {
  facts(): ServerFacts
  knowsStation: KnowsStation
  now(): Micros
  /** Whether the two belong together; absent when the server is open to all. */
  authenticate?(user: string, password: string): boolean
}

/** Answers to one read of the socket; the commands behind them wait, so that a flood of INFO does not fill the memory. */
const MAX_ANSWER_BYTES = 256 * 1024

/** Guesses at a password before the connection is closed. */
const MAX_WRONG_PASSWORDS = 3

/** An unended line of this length is no client's; the connection is closed. */
const MAX_PENDING_BYTES = 64 * 1024

/**
 * One client's conversation, without its socket: bytes in, replies and a stream request out. It starts in v3; `SLPROTO 4.0` makes it v4.
 *
 * handshake ── END, ENDFETCH, or DATA, FETCH, TIME without STATION ──► streaming (only INFO and BYE are heard) ── BYE ──► closed
 */
export class ServerSession {
  readonly #host: SessionHost
  readonly #reader = new CommandReader()
  #handshake: Handshake
  #protocol: 3 | 4 = 3
  #userAgent = ''
  #isStreaming = false
  #isClosed = false
  #isBatch = false
  #isAuthenticated: boolean
  #wrongPasswords = 0
  #hasExtendedReplies = false
  #hasStepped = false
  /** Not yet heard. */
  #lines: CommandLine[] = []
  #outputs: SessionOutput[] = []
  #answerBytes = 0

  constructor(host: SessionHost) {
    this.#host = host
    this.#isAuthenticated = host.authenticate === undefined
    this.#handshake = new HandshakeV3(host.knowsStation)
  }

  get protocol(): 3 | 4 {
    return this.#protocol
  }

  get userAgent(): string {
    return this.#userAgent
  }

  get isStreaming(): boolean {
    return this.#isStreaming
  }

  /** Commands wait for the answers before them to leave; call `proceed` then. */
  get isWaiting(): boolean {
    return this.#lines.length > 0
  }

  /** @param chunk whatever one read of the socket gave; lines may be cut anywhere */
  receive(chunk: Uint8Array): SessionOutput[] {
    this.#lines.push(...this.#reader.push(chunk))
    return this.proceed()
  }

  /** Hears commands up to a limit of answers. */
  proceed(): SessionOutput[] {
    this.#outputs = []
    this.#answerBytes = 0
    let heard = 0
    while (heard < this.#lines.length && !this.#isClosed && this.#answerBytes < MAX_ANSWER_BYTES) {
      const line = this.#lines[heard] as CommandLine
      heard += 1
      if (line === 'overlong') this.#refuse(error('LIMIT', `a command line has at most ${MAX_LINE_BYTES} bytes`))
      else this.#execute(line)
    }
    this.#lines = this.#isClosed ? [] : this.#lines.slice(heard)
    if (this.#reader.pendingBytes > MAX_PENDING_BYTES) this.#close()
    return this.#outputs
  }

  #execute(command: Command): void {
    const { verb, args } = command
    if (verb === 'BYE') this.#close()
    else if (verb === 'INFO') this.#info(args)
    // Once packets flow anything else is ignored: text in the middle of packets would confuse a client more than silence.
    else if (!this.#isStreaming) this.#negotiate(command)
  }

  #negotiate(command: Command): void {
    const { verb, args } = command
    switch (verb) {
      case 'HELLO':
        this.#hello()
        break
      case 'SLPROTO':
        this.#chooseProtocol(args)
        break
      case 'USERAGENT':
        this.#userAgent = args.join(' ')
        this.#ok()
        break
      case 'AUTH':
        this.#authenticate(args)
        break
      case 'CAPABILITIES':
        this.#hasExtendedReplies = args.some((arg) => arg.toUpperCase() === 'EXTREPLY')
        this.#ok()
        break
      case 'BATCH':
        this.#ok()
        this.#isBatch = this.#protocol === 3
        break
      case 'CAT':
        this.#catalogue()
        break
      default:
        // END ends BATCH: were it refused in silence, the client would wait for ever.
        if (verb === 'END') this.#isBatch = false
        this.#apply(this.#handshake.step(command) ?? error('UNSUPPORTED', `unknown command ${verb}`))
    }
  }

  #apply(step: HandshakeStep): void {
    if (step.kind === 'ok') {
      this.#hasStepped = true
      this.#ok()
    } else if (step.kind === 'stream' && !this.#isAuthenticated) {
      // As late as this, because ringserver is, and its clients expect no refusal before.
      this.#refuse(error('AUTH', 'authentication is required for streaming'))
    } else if (step.kind === 'stream') {
      this.#isStreaming = true
      this.#outputs.push({ kind: 'stream', request: step.request })
    } else {
      this.#refuse(step)
    }
  }

  /** AUTH USERPASS user password; what was typed is never repeated, not even in a refusal. */
  #authenticate([method = '', user, password, ...more]: readonly string[]): void {
    if (!this.#host.authenticate) this.#refuse(error('UNSUPPORTED', 'this server needs no authentication'))
    else if (method === '') this.#refuse(error('ARGUMENTS', 'AUTH takes a method: USERPASS'))
    else if (method.toUpperCase() !== 'USERPASS') this.#refuse(error('UNSUPPORTED', 'only AUTH USERPASS is offered here'))
    else if (user === undefined || password === undefined || more.length > 0) {
      this.#refuse(error('ARGUMENTS', 'AUTH USERPASS takes a user and a password'))
    } else if (this.#host.authenticate(user, password)) {
      this.#isAuthenticated = true
      this.#ok()
    } else {
      this.#wrongPasswords += 1
      this.#refuse(error('AUTH', 'user or password is wrong'))
      if (this.#wrongPasswords >= MAX_WRONG_PASSWORDS) this.#close()
    }
  }

  #hello(): void {
    const { software, organisation } = this.#host.facts()
    this.#sendText(`${software}\r\n${organisation}\r\n`)
  }

  /** Refusals are spelt as in v4, which the client hopes to speak. */
  #chooseProtocol([version = '']: readonly string[]): void {
    if (version !== '4.0' && version !== '3.1') {
      this.#refuse(error('UNSUPPORTED', `protocol ${version} is not offered here, only 3.1 and 4.0`), 'coded')
    } else if (this.#hasStepped) {
      this.#refuse(error('UNEXPECTED', 'SLPROTO comes before STATION, SELECT and DATA'), 'coded')
    } else {
      this.#protocol = version === '4.0' ? 4 : 3
      this.#handshake = version === '4.0' ? new HandshakeV4() : new HandshakeV3(this.#host.knowsStation)
      this.#ok()
    }
  }

  #info(args: readonly string[]): void {
    const [level] = args
    const access = { needsPassword: this.#host.authenticate !== undefined, isTrusted: this.#isAuthenticated }
    if (this.#protocol === 4) {
      const { text, isError } = infoJson(args, this.#host.facts(), access)
      this.#send(frameV4(isError ? 'JE' : 'JI', 0, '', new TextEncoder().encode(text)))
    } else if (level === undefined) {
      this.#refuse(error('ARGUMENTS', 'INFO takes a level'))
    } else {
      const { text, isError } = infoXml(level.toUpperCase(), this.#host.facts(), access)
      this.#send(frameV3Info(text, isError, microsToNanos(this.#host.now())))
    }
  }

  /** CAT of SeisComP: a line per station, then END. */
  #catalogue(): void {
    const lines = this.#host.facts().stations.map(({ stationId }) => {
      const [network = '', station = ''] = stationId.split('_')
      return `${network.padEnd(2)} ${station.padEnd(5)} Station ${stationId}\r\n`
    })
    this.#sendText(lines.join(''))
    this.#send(END_TOKEN)
  }

  #ok(): void {
    if (!this.#isBatch) this.#sendText('OK\r\n')
  }

  #refuse(reply: ErrorReply, style: ErrorStyle = this.#errorStyle()): void {
    if (!this.#isBatch && !this.#isStreaming) this.#sendText(formatError(reply, style))
  }

  #errorStyle(): ErrorStyle {
    if (this.#protocol === 4) return 'coded'
    return this.#hasExtendedReplies ? 'extended' : 'bare'
  }

  #close(): void {
    this.#isClosed = true
    this.#outputs.push({ kind: 'close' })
  }

  #sendText(text: string): void {
    if (text !== '') this.#send(ascii(text))
  }

  #send(bytes: Uint8Array): void {
    this.#answerBytes += bytes.length
    this.#outputs.push({ kind: 'send', bytes })
  }
}
