import { closeSync, openSync, readSync } from 'node:fs'
import type { Nanos } from '../../src/domain/time.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { shiftRecordTime } from '../../src/miniseed/index.ts'
import type { Delivery } from './truth-file.ts'

/** Finds the bytes of what was delivered: the archive's record, with the time and the flipped bits that the truth file tells. */
export class DeliveredRecords {
  readonly #places: ReadonlyMap<string, Place>
  readonly #files = new Map<string, number>()
  /** Samples in the whole archive. */
  readonly sampleCount: number

  private constructor(places: ReadonlyMap<string, Place>, sampleCount: number) {
    this.#places = places
    this.sampleCount = sampleCount
  }

  static async of(archive: string): Promise<DeliveredRecords> {
    const opened = await openArchive([archive], { onProblem() {} })
    const places = new Map<string, Place>()
    let samples = 0
    for (const { sourceId, startTime, path, offset, bytes, header } of opened.records()) {
      places.set(keyOf(sourceId, startTime), { path, offset, length: bytes.length })
      samples += header.sampleCount
    }
    opened.close()
    return new DeliveredRecords(places, samples)
  }

  get recordCount(): number {
    return this.#places.size
  }

  /** The record as it left the server. */
  bytesOf({ sourceId, startTime, clockShift, flips, sequence }: Delivery): Uint8Array {
    const place = this.#places.get(keyOf(sourceId, startTime - clockShift))
    if (place === undefined) throw new Error(`truth file: record ${sequence} (${sourceId}) is not in the archive`)
    const bytes = new Uint8Array(place.length)
    readSync(this.#open(place.path), bytes, 0, place.length, place.offset)
    const sent = clockShift === 0n ? bytes : shiftRecordTime(bytes, clockShift)
    for (const [byte, bit] of flips) sent[byte]! ^= 1 << bit
    return sent
  }

  close(): void {
    for (const descriptor of this.#files.values()) closeSync(descriptor)
    this.#files.clear()
  }

  #open(path: string): number {
    const open = this.#files.get(path) ?? openSync(path, 'r')
    this.#files.set(path, open)
    return open
  }
}

interface Place {
  readonly path: string
  readonly offset: number
  readonly length: number
}

function keyOf(sourceId: string, startTime: Nanos): string {
  return `${sourceId} ${startTime}`
}
