import type { SourceId } from '../../src/domain/source-id.ts'
import type { TracePiece, TraceRecord } from '../../src/domain/trace.ts'

/** Records and segments of one channel, for tests of what follows from their times. */
export const SOURCE = 'FDSN:XX_TEST__H_H_Z' as SourceId
/** Times are milliseconds after this. */
const ORIGIN = 1_562_261_629_003_000_000n
const MILLI = 1_000_000n

/** At 100 Hz, starting so many milliseconds after the origin. */
export function record(millis: number, samples: readonly number[]): TraceRecord {
  return { kind: 'record', sourceId: SOURCE, startTime: at(millis), sampleRate: 100, samples: Int32Array.from(samples) }
}

export function segment(millis: number, samples: readonly number[]): TracePiece {
  return { kind: 'segment', sourceId: SOURCE, startTime: at(millis), sampleRate: 100, samples: Int32Array.from(samples) }
}

export function at(millis: number): bigint {
  return ORIGIN + (BigInt(Math.round(millis * 1000)) * MILLI) / 1000n
}

export function millisOf(time: bigint): number {
  return Number((time - ORIGIN) / MILLI)
}

export function kindOf(piece: TracePiece): string {
  return piece.kind === 'gap' ? `${piece.cause} ${millisOf(piece.startTime)}→${millisOf(piece.endTime)}` : piece.kind
}

export function counted(length: number): number[] {
  return Array.from({ length }, (_, i) => i + 1)
}
