import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceId } from '../../src/domain/source-id.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import type { AcceptedPiece } from './accepted-samples.ts'
import type { PieceOrigin } from './check-channel.ts'

/**
 * Writes what a channel delivered and the monitor accepted, for `replay`: each record with its time as sent. A record of which more
 * than one sample had been covered already is cut to what was new: in data-time order it might come before those that covered it.
 */
export function writeAccepted(
  folder: string,
  sourceId: SourceId,
  pieces: readonly AcceptedPiece[],
  origins: readonly (PieceOrigin | undefined)[],
  samples: Int32Array,
): void {
  mkdirSync(folder, { recursive: true })
  const descriptor = openSync(join(folder, `${sourceId.slice(5)}.mseed`), 'w')
  for (const [index, piece] of pieces.entries()) {
    const origin = origins[index]
    const isWhole = origin?.delivery.samples !== undefined && origin.trimmed <= 1
    const { startTime, sampleRate } = isWhole ? origin.delivery : piece
    const values = isWhole ? origin.delivery.samples : samples.slice(piece.first, piece.first + piece.count)
    for (const record of encodeRecords(sourceId, startTime, sampleRate, values ?? new Int32Array(0), OPTIONS)) {
      writeSync(descriptor, record)
    }
  }
  closeSync(descriptor)
}

/** Exact to the nanosecond, and one record for each. */
const OPTIONS = { formatVersion: 3, recordLength: 65_536 } as const
