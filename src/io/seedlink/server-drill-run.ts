import type { CutKind } from '../../contract/faults.ts'
import type { Nanos } from '../../domain/time.ts'
import type { Cut, Restart } from './server-drill.ts'
import type { Playback } from './server-playback.ts'
import type { PlayedRecord } from './server-played-record.ts'

/** Is told what really left, before it leaves. */
export interface DrillLog {
  /** A record passes for the first time; `sequence` as clients see it. */
  record(record: PlayedRecord, sequence: number): void
  cut(cut: { readonly how: CutKind; readonly dataTime: Nanos; readonly sequence: number; readonly client: string }): void
  restart(restart: {
    readonly dataTime: Nanos
    readonly downSeconds: number
    readonly firstSequence: number
    readonly nextSequence: number
  }): void
  /** Everything said so far must be safe when this returns. */
  flush(): void
}

export interface DrillRunOptions {
  readonly log: DrillLog
  readonly playback: Playback
  /** Closes the port, cuts everybody, and opens again. */
  readonly restart: (downSeconds: number) => void
}

/**
 * One run of the server with fault injection: makes the cuts and says what really left. A cut is made once per client and place, and
 * never at the first packet of a connection, so that a client that goes on where it was always gets on; a restart is made once.
 */
export class DrillRun {
  readonly #options: DrillRunOptions
  readonly #passed = new PositionSet()
  readonly #made = new Set<string>()

  constructor(options: DrillRunOptions) {
    this.#options = options
  }

  /** A record that a client asked for is about to be sent, or withheld. */
  passed(record: PlayedRecord): void {
    const { log, playback } = this.#options
    if (this.#passed.add(record.position)) log.record(record, playback.numberOf(record.sequence))
  }

  /**
   * Whether the connection ends here.
   *
   * @param client names it beyond this connection
   */
  isCut(cut: Cut, position: number, client: string): boolean {
    const { log, playback } = this.#options
    const key = `${position} ${cut.kind === 'restart' ? 'restart' : client}`
    if (this.#made.has(key)) return false
    this.#made.add(key)
    // Not before the connection has sent what it has on record.
    if (cut.kind === 'restart') setImmediate(() => this.#restart(cut, position))
    else log.cut({ how: cut.how, dataTime: playback.releaseTimeOf(position), sequence: playback.numberAt(position), client })
    return true
  }

  /** What has left is on record when this returns. */
  flush(): void {
    this.#options.log.flush()
  }

  #restart({ downSeconds, isWiped, firstNumber }: Restart, position: number): void {
    const { log, playback, restart } = this.#options
    if (firstNumber !== undefined) playback.renumber(position, firstNumber)
    if (isWiped) playback.wipeBefore(position)
    const dataTime = playback.releaseTimeOf(position)
    log.restart({ dataTime, downSeconds, firstSequence: playback.firstHeldNumber, nextSequence: playback.numberAt(position) })
    restart(downSeconds)
  }
}

const CHUNK_BITS = 32_768

/** A set of positions at one bit each, in chunks that exist once they are needed. */
class PositionSet {
  readonly #chunks = new Map<number, Uint8Array>()

  /** @returns false when it was there already */
  add(position: number): boolean {
    const number = Math.floor(position / CHUNK_BITS)
    const chunk = this.#chunks.get(number) ?? new Uint8Array(CHUNK_BITS / 8)
    this.#chunks.set(number, chunk)
    const index = position - number * CHUNK_BITS
    const mask = 1 << (index & 7)
    const isThere = (chunk[index >> 3]! & mask) !== 0
    chunk[index >> 3]! |= mask
    return !isThere
  }
}
