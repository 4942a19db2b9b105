import type { Socket } from 'node:net'
import type { CutKind } from '../../contract/faults.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { MICROS_PER_SECOND } from '../../domain/time.ts'
import type { ConnectionFacts } from '../../seedlink/server-holdings.ts'
import { END_TOKEN } from '../../seedlink/server-packet.ts'
import { ServerSession, type SessionHost, type SessionOutput } from '../../seedlink/server-session.ts'
import type { StreamRequest } from '../../seedlink/server-subscription.ts'
import type { AlarmClock } from './server-clock.ts'
import type { Cut } from './server-drill.ts'
import type { DrillRun } from './server-drill-run.ts'
import type { Playback } from './server-playback.ts'
import { PacketStream } from './server-stream.ts'

export interface ConnectionContext {
  readonly host: SessionHost
  readonly playback: Playback
  readonly clock: AlarmClock
  /** A client that takes nothing for so long while data wait for it is cut. */
  readonly stallSeconds: number
  /** A client that has asked for nothing yet, or has got everything, and says nothing for so long is cut. */
  readonly idleSeconds: number
  readonly drill?: DrillRun
  readonly onProblem: OnProblem
}

/** Records looked at before other clients get their turn. */
const RECORDS_PER_TURN = 256

/** Replies that a client does not read may pile up to here; then nothing more is read from it. */
const MAX_UNREAD_REPLY_BYTES = 1024 * 1024

/**
 * One client's socket. Packets are read from the archive only while the socket takes them, so a client that does not read holds
 * one packet in memory and delays nobody.
 */
export class ServerConnection {
  readonly #socket: Socket
  readonly #context: ConnectionContext
  readonly #session: ServerSession
  readonly #connectedAt: number
  readonly #where: string
  #stream: PacketStream | undefined
  #cancelAlarm: () => void = () => {}
  #cancelStall: () => void = () => {}
  #cancelIdle: () => void = () => {}
  #cut: CutKind | undefined
  #immediate: NodeJS.Immediate | undefined
  #isPeerDone = false
  #sentPackets = 0
  #sentBytes = 0

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket
    this.#context = context
    this.#session = new ServerSession(context.host)
    this.#connectedAt = context.clock.now()
    this.#where = `${socket.remoteAddress}:${socket.remotePort}`
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('drain', () => this.#onDrain())
    socket.on('end', () => this.#onPeerDone())
    // A client may vanish at any moment; 'close' follows and cleans up.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#cancelIdle()
      this.#release()
    })
    this.#watchIdle()
  }

  facts(): ConnectionFacts {
    return {
      host: this.#socket.remoteAddress ?? '',
      port: this.#socket.remotePort ?? 0,
      connectedAt: this.#connectedAt,
      protocol: this.#session.protocol,
      userAgent: this.#session.userAgent,
      isStreaming: this.#session.isStreaming,
      sentPackets: this.#sentPackets,
      sentBytes: this.#sentBytes,
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Sends nothing more and closes once what was sent has left. */
  closeSoon(): void {
    this.#release()
    this.#socket.destroySoon()
    this.#watchStall()
  }

  #receive(chunk: Uint8Array): void {
    for (const output of this.#session.receive(chunk)) this.#perform(output)
    this.#proceed()
    this.#watchIdle()
  }

  /** Answers what is waiting as far as the client reads; nothing more is read from it before. */
  #proceed(): void {
    while (this.#session.isWaiting && !this.#socket.writableNeedDrain) {
      for (const output of this.#session.proceed()) this.#perform(output)
    }
    if (!this.#session.isWaiting && this.#socket.writableLength < MAX_UNREAD_REPLY_BYTES) return
    this.#socket.pause()
    this.#watchStall()
  }

  #perform(output: SessionOutput): void {
    switch (output.kind) {
      case 'send':
        this.#socket.write(output.bytes)
        break
      case 'stream':
        this.#startStream(output.request)
        break
      case 'close':
        this.#release()
        this.#socket.destroySoon()
        break
    }
  }

  #startStream(request: StreamRequest): void {
    this.#stream = new PacketStream(this.#context.playback, request, this.#context.onProblem)
    this.#pump()
  }

  /** Sends until the socket is full, nothing is available, or it is the others' turn. */
  readonly #pump = (): void => {
    clearImmediate(this.#immediate)
    this.#socket.cork()
    try {
      this.#sendTurn()
      // What is about to leave is on record first: a truth file tells of every byte, whenever the server is killed.
      this.#context.drill?.flush()
    } catch (error) {
      const message = `archive cannot be read on: ${error instanceof Error ? error.message : String(error)}`
      this.#context.onProblem({ code: 'SERVER_ARCHIVE', message, where: this.#where })
      this.close()
    } finally {
      this.#socket.uncork()
    }
    if (this.#cut) this.#perish(this.#cut)
    else if (this.#socket.writableNeedDrain) this.#watchStall()
  }

  #sendTurn(): void {
    for (let looked = 0; looked < RECORDS_PER_TURN; looked += 1) {
      if (!this.#stream || this.#socket.writableNeedDrain) return
      const step = this.#stream.next()
      if (step.kind === 'wait') {
        this.#cancelAlarm()
        this.#cancelAlarm = this.#context.clock.wakeAt(step.until, this.#pump)
        return
      }
      if (step.kind === 'end') {
        this.#finish()
        return
      }
      if (step.cut && this.#isCutAt(step.cut, step.position, step.packets[0])) return
      if (step.record) this.#context.drill?.passed(step.record)
      for (const packet of step.packets) this.#sendPacket(packet)
    }
    this.#immediate = setImmediate(this.#pump)
  }

  /** A client that goes on where it was is never cut at its first packet, and so always gets on. */
  #isCutAt(cut: Cut, position: number, next: Uint8Array | undefined): boolean {
    const { drill } = this.#context
    if (!drill || (cut.kind === 'cut' && this.#sentPackets === 0)) return false
    if (!drill.isCut(cut, position, `${this.#socket.remoteAddress} ${this.#session.userAgent}`)) return false
    this.#release()
    if (cut.kind === 'cut') this.#cut = cut.how
    if (this.#cut === 'mid-packet' && next) this.#socket.write(next.subarray(0, next.length >> 1))
    return true
  }

  #perish(how: CutKind): void {
    if (how === 'reset') this.#socket.resetAndDestroy()
    else this.#socket.destroySoon()
  }

  #sendPacket(packet: Uint8Array): void {
    this.#sentPackets += 1
    this.#sentBytes += packet.length
    this.#socket.write(packet)
  }

  /** Everything asked for was sent; the socket stays open for INFO and BYE, unless the client has already hung up. */
  #finish(): void {
    this.#release()
    this.#socket.write(END_TOKEN)
    if (this.#isPeerDone) this.#socket.end()
  }

  #onDrain(): void {
    this.#cancelStall()
    this.#socket.resume()
    this.#proceed()
    if (this.#stream) this.#pump()
  }

  #watchStall(): void {
    const { clock, stallSeconds, onProblem } = this.#context
    this.#cancelStall()
    this.#cancelStall = clock.wakeAt(clock.now() + stallSeconds * MICROS_PER_SECOND, () => {
      onProblem({
        code: 'SERVER_SLOW_CLIENT',
        message: `client took no data for ${stallSeconds} s and was cut`,
        where: this.#where,
      })
      this.close()
    })
  }

  /** Half-open sockets and forgotten sessions do not pile up. */
  #watchIdle(): void {
    const { clock, idleSeconds } = this.#context
    this.#cancelIdle()
    this.#cancelIdle = clock.wakeAt(clock.now() + idleSeconds * MICROS_PER_SECOND, () => {
      if (this.#stream) this.#watchIdle()
      else this.close()
    })
  }

  /** `printf … | nc` closes its side at once and still wants its answer; a vanished client shows at the next packet. */
  #onPeerDone(): void {
    this.#isPeerDone = true
    if (!this.#stream) this.#socket.end()
  }

  #release(): void {
    this.#cancelAlarm()
    this.#cancelStall()
    clearImmediate(this.#immediate)
    this.#stream?.close()
    this.#stream = undefined
  }
}
