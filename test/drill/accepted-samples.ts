import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Nanos } from '../../src/domain/time.ts'
import type { TracePiece } from '../../src/domain/trace.ts'

/** What the merger passed on of one record. */
export interface AcceptedPiece {
  readonly startTime: Nanos
  readonly sampleRate: number
  /** Place of its first sample in the channel's file. */
  readonly first: number
  readonly count: number
  /** The merger declared a gap before it. */
  readonly isAfterGap: boolean
}

/** Keeps all accepted samples of a run, by channel: times in memory, samples in files. */
export class AcceptedSamples {
  readonly #folder: string
  readonly #channels = new Map<string, Channel>()

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  add(piece: TracePiece): void {
    const channel = this.#channel(piece.sourceId)
    if (piece.kind === 'gap') {
      channel.isAfterGap = true
      return
    }
    const samples = Int32Array.from(piece.samples)
    const { startTime, sampleRate } = piece
    channel.pieces.push({
      startTime,
      sampleRate,
      first: channel.count,
      count: samples.length,
      isAfterGap: channel.isAfterGap || channel.pieces.length === 0,
    })
    channel.isAfterGap = false
    channel.count += samples.length
    writeSync(channel.descriptor, new Uint8Array(samples.buffer))
  }

  piecesOf(sourceId: string): readonly AcceptedPiece[] {
    return this.#channels.get(sourceId)?.pieces ?? []
  }

  /** Of all pieces, one behind the other. */
  samplesOf(sourceId: string): Int32Array {
    const channel = this.#channels.get(sourceId)
    const samples = new Int32Array(channel?.count ?? 0)
    if (channel) readSync(channel.descriptor, new Uint8Array(samples.buffer), 0, samples.byteLength, 0)
    return samples
  }

  close(): void {
    for (const { descriptor } of this.#channels.values()) closeSync(descriptor)
    this.#channels.clear()
  }

  #channel(sourceId: string): Channel {
    const known = this.#channels.get(sourceId)
    if (known) return known
    const descriptor = openSync(join(this.#folder, `${sourceId.slice(5)}.int32`), 'w+')
    const channel = { descriptor, pieces: [], count: 0, isAfterGap: false }
    this.#channels.set(sourceId, channel)
    return channel
  }
}

interface Channel {
  readonly descriptor: number
  readonly pieces: AcceptedPiece[]
  count: number
  isAfterGap: boolean
}
