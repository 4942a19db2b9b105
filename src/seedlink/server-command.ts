/** One line of a client: the verb in upper case, the rest as it was written. */
export interface Command {
  readonly verb: string
  readonly args: readonly string[]
}

/** Longest command line in bytes (SeedLink 4.0 § Commands, which counts the terminator, too; nobody is cut for two bytes). */
export const MAX_LINE_BYTES = 255

/** What a reader may do with the bytes of one chunk: a command, or a line too long to be one. */
export type CommandLine = Command | 'overlong'

const CR = 0x0d
const LF = 0x0a

/**
 * Cuts a client's bytes into commands. Lines end with CR, LF or CRLF (libslink and ObsPy really send a bare CR); empty lines are
 * skipped; of an endless line nothing is kept but the fact that it was too long.
 */
export class CommandReader {
  readonly #line = new Uint8Array(MAX_LINE_BYTES)
  #length = 0

  /** Bytes of the line that has not ended yet; more than `MAX_LINE_BYTES` when it is already too long. */
  get pendingBytes(): number {
    return this.#length
  }

  push(chunk: Uint8Array): CommandLine[] {
    const lines: CommandLine[] = []
    for (const byte of chunk) {
      if (byte !== CR && byte !== LF) {
        if (this.#length < MAX_LINE_BYTES) this.#line[this.#length] = byte
        this.#length += 1
        continue
      }
      const line = this.#take()
      if (line) lines.push(line)
    }
    return lines
  }

  #take(): CommandLine | undefined {
    const length = this.#length
    this.#length = 0
    if (length > MAX_LINE_BYTES) return 'overlong'
    return parseCommand(String.fromCharCode(...this.#line.subarray(0, length)))
  }
}

/** @returns undefined for a blank line */
export function parseCommand(line: string): Command | undefined {
  const [verb, ...args] = line.split(/\s+/).filter((word) => word !== '')
  return verb === undefined ? undefined : { verb: verb.toUpperCase(), args }
}
