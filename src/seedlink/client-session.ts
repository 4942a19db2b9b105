import { SeedlinkProtocolError } from '../domain/errors.ts'
import type { PacketFilter, RequestMode, TimeSpan } from './commands.ts'
import {
  type Conversation,
  type Credentials,
  type HandshakeV3,
  type Negotiated,
  negotiate,
  type Reply,
  type Requested,
  requestStations,
  type StationOutcome,
  type Turn,
} from './handshake.ts'
import type { InfoLevel } from './info.ts'
import { type InfoPiece, type PacketPiece, PacketSplitter, type Piece } from './packet-splitter.ts'
import type { RecordLength } from './record-length.ts'
import type { ResumePositions } from './resume-positions.ts'
import { type SelectedChannel, SelectedChannels } from './selected-channels.ts'
import { hasWildcard, type StationSelection } from './selection.ts'

/** Largest INFO answer taken, bytes: that of a data centre with all streams has some ten MiB. */
const MAX_INFO_BYTES = 64 * 1024 * 1024
/** What each packet of an INFO answer costs besides its text, bytes: an answer of empty packets must not grow for ever. */
const INFO_PACKET_BYTES = 128

export interface SessionOptions {
  readonly selections: readonly StationSelection[]
  readonly positions: ResumePositions
  readonly recordLength: RecordLength
  readonly userAgent: string
  readonly credentials?: Credentials
  /** 3: never negotiate v4. Default 4. */
  readonly highestProtocol?: 3 | 4
  /** A past time span instead of the live stream. */
  readonly span?: TimeSpan
  /** Default `stream`. */
  readonly mode?: RequestMode
  /** Default `auto`. */
  readonly handshakeV3?: HandshakeV3
  /** v4 only. Default `native`. */
  readonly filter?: PacketFilter
  /** Asks only this and goes; no stations then. */
  readonly infoLevel?: InfoLevel
  /** v4: asks about these stations only. */
  readonly infoStation?: string
}

/** Why a connection is of no further use, although the socket is fine. */
export type SessionFailure =
  /** The credentials were refused. */
  | 'authentication'
  /** No station is left to stream. */
  | 'all-rejected'
  /** The server knows no wildcards in stations: ask what it has, and connect again with their names. */
  | 'wildcards'
  /** Something was refused in the middle of a block sent in one go; connect again without it, at once. */
  | 'start-again'
  /** An ERROR instead of data. */
  | 'refused'

export type SessionOutput =
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'negotiated'; readonly negotiated: Negotiated }
  | StationOutcome
  | { readonly kind: 'streaming' }
  | { readonly kind: 'packet'; readonly piece: PacketPiece; readonly channel: SelectedChannel }
  /** A packet that nobody asked for: another channel (v3 selectors cannot say everything), or no record at all. */
  | { readonly kind: 'unselected'; readonly piece: PacketPiece }
  | { readonly kind: 'info'; readonly format: 'xml' | 'json'; readonly isError: boolean; readonly text: string }
  /** So many bytes behind a packet belonged to none: its record gave a wrong length. */
  | { readonly kind: 'skipped'; readonly length: number }
  /** The server says that nothing more will come. */
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: SessionFailure; readonly text: string }

/**
 * One connection's protocol, without the socket: bytes in, outputs out, among them the commands to send.
 *
 * Order of calls: `start` once, `receive` for whatever arrives. The outputs end with `failed` or `end`; what is received
 * after that is ignored.
 */
export class ClientSession {
  readonly #options: SessionOptions
  readonly #emit: (output: SessionOutput) => void
  readonly #splitter: PacketSplitter
  readonly #channels: SelectedChannels
  readonly #conversation: Conversation<void>
  readonly #replies: Reply[] = []
  #turn: Turn = { commands: [], replies: 0 }
  #info: Uint8Array[] = []
  #infoBytes = 0
  #phase: 'handshake' | 'streaming' | 'over' = 'handshake'
  /** Nothing is left to say; only an INFO answer may be due. */
  #isSettled = false

  /** Pieces received so far; a connection whose count stands still is silent, however its bytes drip. */
  pieces = 0

  constructor(options: SessionOptions, emit: (output: SessionOutput) => void) {
    this.#options = options
    this.#emit = emit
    this.#splitter = new PacketSplitter(options.recordLength)
    this.#channels = new SelectedChannels(options.selections)
    this.#conversation = this.#converse()
  }

  start(): void {
    this.#advance([])
  }

  /** Ends the session from our side; nothing is emitted any more. */
  stop(): void {
    this.#phase = 'over'
  }

  /**
   * @throws {SeedlinkProtocolError} when the bytes cannot be SeedLink; close the connection then
   */
  receive(bytes: Uint8Array): void {
    if (this.#isOver) return
    try {
      this.#splitter.push(bytes, this.#onPiece)
    } catch (error) {
      // Whether bytes behind the end came in its chunk or in the next must not matter.
      if (!this.#isOver) throw error
    }
  }

  get #isOver(): boolean {
    return this.#phase === 'over'
  }

  /** Says goodbye, where it is legal to say anything. */
  bye(): void {
    if (this.#phase === 'streaming' || this.#isSettled) this.#send(['BYE'])
    this.stop()
  }

  /** Asks the server for a sign of life. Only `INFO` is legal while streaming. */
  keepAlive(): void {
    if (this.#phase === 'streaming') this.#send(['INFO ID'])
  }

  *#converse(): Conversation<void> {
    const { userAgent, credentials, highestProtocol = 4, infoLevel, infoStation = '' } = this.#options
    const negotiated = yield* negotiate({ userAgent, highestProtocol, ...(credentials && { credentials }) })
    this.#emit({ kind: 'negotiated', negotiated })
    if (negotiated.authenticationError !== undefined && negotiated.protocol === 4) {
      this.#fail('authentication', negotiated.authenticationError)
    } else if (infoLevel !== undefined) {
      this.#send([`INFO ${infoLevel} ${negotiated.protocol === 4 ? infoStation : ''}`.trimEnd()])
    } else if (this.#isBeyond(negotiated)) {
      this.#fail('wildcards', 'the server knows no wildcards')
    } else {
      this.#begin(yield* requestStations(this.#options, negotiated), negotiated)
    }
  }

  /** SeisComP and other v3 servers refuse `*` and `?` in a station. */
  #isBeyond({ protocol, serverKind }: Negotiated): boolean {
    const { selections, handshakeV3 } = this.#options
    if (protocol === 4 || serverKind === 'ringserver' || handshakeV3 === 'uni-station') return false
    return selections.some(({ station }) => hasWildcard(station))
  }

  /** END, unless what was refused leaves nothing to stream or makes the requests doubtful. */
  #begin({ outcomes, start }: Requested, { protocol }: Negotiated): void {
    for (const outcome of outcomes) this.#emit(outcome)
    const refused = outcomes.filter((outcome) => 'text' in outcome)
    const text = refused.map((outcome) => `${outcome.station}: ${'text' in outcome ? outcome.text : ''}`).join('; ')
    const isNoneLeft = outcomes.every((outcome) => outcome.kind === 'rejected')
    if (isNoneLeft || (protocol === 4 && refused.length > 0)) {
      this.#fail(isNoneLeft ? 'all-rejected' : 'start-again', text)
      return
    }
    this.#phase = 'streaming'
    this.#splitter.isStreaming = true
    this.#send([start])
    this.#emit({ kind: 'streaming' })
  }

  readonly #onPiece = (piece: Piece): void => {
    if (this.#isOver) return
    this.pieces += 1
    switch (piece.kind) {
      case 'packet':
        this.#onPacket(piece)
        break
      case 'info':
        this.#onInfo(piece)
        break
      case 'end':
        this.#phase = 'over'
        this.#emit({ kind: 'end' })
        break
      case 'error':
        if (this.#phase === 'streaming') this.#fail('refused', piece.text)
        else this.#onReply({ isError: true, text: piece.text })
        break
      case 'line':
        this.#onReply({ isError: false, text: piece.text })
        break
      case 'skipped':
        this.#emit(piece)
    }
  }

  #onReply(reply: Reply): void {
    if (this.#isSettled) {
      this.#fail('refused', reply.text)
      return
    }
    this.#replies.push(reply)
    // A refused HELLO has one line instead of two.
    const isComplete = this.#replies.length >= this.#turn.replies || (reply.isError && this.#turn.commands[0] === 'HELLO')
    if (isComplete) this.#advance(this.#replies.splice(0))
  }

  #advance(replies: readonly Reply[]): void {
    const { done, value } = this.#conversation.next(replies)
    if (done) {
      this.#isSettled = true
      return
    }
    this.#turn = value
    this.#send(value.commands)
    // Nothing to ask (no stations): the replies are complete.
    if (value.replies === 0) this.#advance([])
  }

  #onPacket(piece: PacketPiece): void {
    if (this.#phase !== 'streaming') {
      throw new SeedlinkProtocolError('SeedLink handshake: expected a reply, got a packet; reconnecting starts afresh', {
        expected: 'a reply',
        got: 'a packet',
      })
    }
    const isRecord = piece.protocol === 3 || piece.format[0] === '2' || piece.format[0] === '3'
    const channel = isRecord ? this.#channels.of(piece.bytes, piece.station) : null
    this.#emit(channel === null ? { kind: 'unselected', piece } : { kind: 'packet', piece, channel })
  }

  #onInfo(piece: InfoPiece): void {
    this.#infoBytes += piece.bytes.length + INFO_PACKET_BYTES
    if (this.#infoBytes > MAX_INFO_BYTES) {
      throw new SeedlinkProtocolError(`SeedLink INFO: expected at most ${MAX_INFO_BYTES} bytes, got more; ask for one station`, {
        expected: MAX_INFO_BYTES,
        got: this.#infoBytes,
      })
    }
    this.#info.push(piece.bytes.slice())
    if (!piece.isLast) return
    const text = joinText(this.#info)
    this.#info = []
    this.#infoBytes = 0
    this.#emit({ kind: 'info', format: piece.format, isError: piece.isError, text })
  }

  #fail(failure: SessionFailure, text: string): void {
    this.#phase = 'over'
    this.#emit({ kind: 'failed', failure, text })
  }

  #send(commands: readonly string[]): void {
    if (commands.length > 0) this.#emit({ kind: 'send', text: commands.map((command) => `${command}\r\n`).join('') })
  }
}

function joinText(parts: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return new TextDecoder().decode(bytes)
}
