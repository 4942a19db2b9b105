import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { TruthLine } from '../../contract/drill-truth.ts'
import type { Faults } from '../../contract/faults.ts'
import { UsageError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import { formatMicros, formatNanos } from '../../domain/time.ts'
import type { DrillLog } from '../../io/seedlink/server-drill-run.ts'
import type { PlayedRecord } from '../../io/seedlink/server-played-record.ts'

export interface TruthLogOptions {
  readonly file: string
  readonly clock: Clock
  /** Records of the archive and faults, for the line that begins a run. */
  readonly records: number
  readonly faults: Faults
}

/**
 * Writes the truth file, JSON lines as `contract/drill-truth.ts` describes them. Lines are appended: a server that is started again
 * goes on in the same file. Every line is handed to the operating system before the bytes it speaks of are; a line that `kill -9` tore
 * in two goes at the next start, for nothing it speaks of had left.
 */
export class TruthLog implements DrillLog {
  readonly #descriptor: number
  readonly #clock: Clock
  #pending: string[] = []

  /** @throws {UsageError} when the file cannot be written */
  constructor({ file, clock, records, faults }: TruthLogOptions) {
    this.#clock = clock
    try {
      this.#descriptor = openSync(file, 'a+')
    } catch (error) {
      throw new UsageError(`serve: expected a truth file that can be written, got ${reasonOf(error)} (${file})`, {}, error)
    }
    cutTornLine(this.#descriptor)
    this.#add({ kind: 'start', version: 1, wallTime: this.#now(), records, faults })
    this.flush()
  }

  record({ sourceId, startTime, endTime, samples, drill }: PlayedRecord, sequence: number): void {
    const faults = drill?.faults ?? []
    const isCorrupt = faults.some(({ kind }) => kind === 'corrupt')
    const fate = drill?.isWithheld ? 'withheld' : isCorrupt ? 'corrupt' : 'sent'
    const times = { startTime: formatNanos(startTime), endTime: formatNanos(endTime) }
    this.#add({ kind: 'record', fate, sequence, sourceId, ...times, samples, faults: [...faults] })
  }

  cut({ how, dataTime, sequence, client }: Parameters<DrillLog['cut']>[0]): void {
    this.#add({ kind: 'cut', how, wallTime: this.#now(), dataTime: formatNanos(dataTime), sequence, client })
  }

  restart({ dataTime, downSeconds, firstSequence, nextSequence }: Parameters<DrillLog['restart']>[0]): void {
    const numbers = { downSeconds, firstSequence, nextSequence }
    this.#add({ kind: 'restart', wallTime: this.#now(), dataTime: formatNanos(dataTime), ...numbers })
    this.flush()
  }

  flush(): void {
    if (this.#pending.length === 0) return
    const bytes = Buffer.from(this.#pending.join(''))
    this.#pending = []
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written)
  }

  close(): void {
    this.flush()
    closeSync(this.#descriptor)
  }

  #add(line: TruthLine): void {
    this.#pending.push(`${JSON.stringify(line)}\n`)
  }

  #now(): string {
    return formatMicros(this.#clock.now())
  }
}

const NEWLINE = 10
/** More than the longest line. */
const TAIL_BYTES = 65_536

function cutTornLine(descriptor: number): void {
  const file = fstatSync(descriptor)
  // A pipe or a device keeps nothing.
  if (!file.isFile()) return
  const tail = Buffer.alloc(Math.min(file.size, TAIL_BYTES))
  readSync(descriptor, tail, 0, tail.length, file.size - tail.length)
  const torn = tail.length - 1 - tail.lastIndexOf(NEWLINE)
  if (torn > 0) ftruncateSync(descriptor, file.size - torn)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
