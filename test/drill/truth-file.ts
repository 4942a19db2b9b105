import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { type TruthRecord, truthLineSchema } from '../../src/contract/drill-truth.ts'
import { type Nanos, parseIsoNanos } from '../../src/domain/time.ts'

/** A record on its way from the server: what the truth file says of it. */
export interface Delivery {
  readonly sequence: number
  readonly sourceId: string
  readonly fate: TruthRecord['fate']
  /** Of the first and last sample, as sent. */
  readonly startTime: Nanos
  readonly endTime: Nanos
  readonly samples: number
  /** The time that was sent is so much later than the archive's. */
  readonly clockShift: Nanos
  readonly isSecondCopy: boolean
  readonly flips: readonly (readonly [byte: number, bit: number])[]
}

export interface Truth {
  /** Each once, in the order in which they went out. */
  readonly deliveries: readonly Delivery[]
  /** How often the server was started. */
  readonly starts: number
  readonly cuts: number
  readonly restarts: number
  /** Records that the server sent again after a start, and said something else of. */
  readonly contradictions: readonly string[]
}

/** Reads a truth file of any length, line by line. */
export async function readTruth(file: string): Promise<Truth> {
  const bySequence = new Map<number, Delivery>()
  const contradictions: string[] = []
  const counts = { start: 0, cut: 0, restart: 0 }
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = truthLineSchema.parse(JSON.parse(text))
    if (line.kind !== 'record') {
      counts[line.kind]++
      continue
    }
    const delivery = deliveryOf(line)
    const known = bySequence.get(line.sequence)
    if (known === undefined) bySequence.set(line.sequence, delivery)
    else if (!isDeepStrictEqual(known, delivery)) contradictions.push(text)
  }
  const deliveries = [...bySequence.values()].sort((a, b) => a.sequence - b.sequence)
  return { deliveries, starts: counts.start, cuts: counts.cut, restarts: counts.restart, contradictions }
}

/** How far the server has come: number of the last record in the file. */
export function lastSequence(file: string): number {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const tail = Buffer.alloc(Math.min(size, 16_384))
    readSync(descriptor, tail, 0, tail.length, size - tail.length)
    const numbers = [...tail.toString().matchAll(/"kind":"record".*?"sequence":(\d+)/g)]
    return Number(numbers.at(-1)?.[1] ?? 0)
  } finally {
    closeSync(descriptor)
  }
}

function deliveryOf({ sequence, sourceId, fate, startTime, endTime, samples, faults }: TruthRecord): Delivery {
  const clock = faults.find((fault) => fault.kind === 'clock')
  const corrupt = faults.find((fault) => fault.kind === 'corrupt')
  return {
    sequence,
    sourceId,
    fate,
    startTime: nanosOf(startTime),
    endTime: nanosOf(endTime),
    samples,
    // Shifts are whole tenths of milliseconds; as seconds they carry less than that of rounding.
    clockShift: BigInt(Math.round((clock?.shiftSeconds ?? 0) * 1e4)) * 100_000n,
    isSecondCopy: faults.some(({ kind }) => kind === 'duplicate'),
    flips: corrupt?.flips ?? [],
  }
}

function nanosOf(text: string): Nanos {
  const time = parseIsoNanos(text)
  if (time === undefined) throw new Error(`truth file: expected an ISO 8601 time, got ${text}`)
  return time
}
