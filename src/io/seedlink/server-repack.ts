import { MonitorError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { Samples } from '../../domain/trace.ts'
import { decodeRecord, ENCODING, type EncodeOptions, encodeRecords, textBytesOf } from '../../miniseed/index.ts'
import { V3_RECORD_BYTES } from '../../seedlink/server-packet.ts'
import type { PlayedRecord } from './server-played-record.ts'

/**
 * Records as v3 clients know them: miniSEED 2 of 512 bytes. Such records pass unchanged; others are decoded and written anew, each
 * by itself, so that the pieces of a record are the same whoever asks, whenever. Samples and times stay (times to the microsecond,
 * which is what miniSEED 2 can say).
 *
 * @returns no piece for a record without samples, and for one that miniSEED 2 cannot hold, which is a Problem
 */
export function repackForV3({ bytes, sourceId, isV3Ready }: PlayedRecord, onProblem: OnProblem): Uint8Array[] {
  if (isV3Ready) return [bytes]
  try {
    return rewrite(bytes, () => ({ formatVersion: 2, recordLength: V3_RECORD_BYTES }))
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    onProblem({ code: 'SERVER_REPACK', message: `record left out for v3 clients: ${error.message}`, sourceId })
    return []
  }
}

/**
 * The filter `3` of SeedLink 4.0: a miniSEED 2 record as one record of miniSEED 3, with the same samples.
 *
 * @returns undefined where that is not possible: no samples, undecodable
 */
export function convertToMiniseed3(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const records = rewrite(bytes, (sampleCount) => ({
      formatVersion: 3,
      recordLength: HEADER_ROOM + sampleCount * BYTES_PER_SAMPLE,
    }))
    return records.length === 1 ? records[0] : undefined
  } catch (error) {
    if (error instanceof MonitorError) return undefined
    throw error
  }
}

/** More than any header and any half-filled Steim frame. */
const HEADER_ROOM = 1024
/** Of float64; Steim needs five at most, headers of its frames included. */
const BYTES_PER_SAMPLE = 8

function rewrite(
  bytes: Uint8Array,
  shapeFor: (sampleCount: number) => Required<Pick<EncodeOptions, 'formatVersion' | 'recordLength'>>,
): Uint8Array[] {
  const { header, samples, text } = decodeRecord(bytes)
  const { sourceId, startTime, sampleRate, timingQuality, publicationVersion } = header
  const options = {
    ...shapeFor(header.sampleCount),
    ...(timingQuality === undefined ? {} : { timingQuality }),
    ...(header.formatVersion === 2 ? { publicationVersion } : {}),
  }
  if (text !== undefined) {
    return encodeRecords(sourceId, startTime, 0, textBytesOf(bytes, header), { ...options, encoding: ENCODING.text })
  }
  if (samples.length === 0 || sampleRate <= 0) return []
  return encodeRecords(sourceId, startTime, sampleRate, samples, { ...options, encoding: encodingFor(samples) })
}

function encodingFor(samples: Samples): number {
  if (samples instanceof Float64Array) return ENCODING.float64
  if (samples instanceof Float32Array) return ENCODING.float32
  // A Steim2 record ends before a difference beyond 30 bits; with plain integers the number of pieces stays bounded.
  return hasSteim2Differences(samples) ? ENCODING.steim2 : ENCODING.int32
}

const STEIM2_DIFFERENCE_LIMIT = 2 ** 29

function hasSteim2Differences(samples: Int32Array): boolean {
  for (let index = 1; index < samples.length; index += 1) {
    const difference = samples[index]! - samples[index - 1]!
    if (difference < -STEIM2_DIFFERENCE_LIMIT || difference >= STEIM2_DIFFERENCE_LIMIT) return false
  }
  return true
}
