import { MonitorError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { decodeRecord, ENCODING, encodeRecords, type MiniseedRecord, textBytesOf } from '../../miniseed/index.ts'
import { V3_RECORD_BYTES } from '../../seedlink/server-packet.ts'
import type { PlayedRecord } from './server-playback.ts'

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
    const record = decodeRecord(bytes)
    return record.text === undefined ? repackSamples(record) : repackText(record, bytes)
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    onProblem({ code: 'SERVER_REPACK', message: `record left out for v3 clients: ${error.message}`, sourceId })
    return []
  }
}

function repackSamples(record: MiniseedRecord): Uint8Array[] {
  const { sampleRate } = record.header
  if (record.samples.length === 0 || sampleRate <= 0) return []
  // A Steim2 record ends before a difference beyond 30 bits; with plain integers the number of pieces stays bounded.
  const isSteim = record.samples instanceof Int32Array && hasSteim2Differences(record.samples)
  const encoding = record.samples instanceof Int32Array && !isSteim ? { encoding: ENCODING.int32 } : {}
  return write(record, sampleRate, record.samples, encoding)
}

function repackText(record: MiniseedRecord, bytes: Uint8Array): Uint8Array[] {
  return write(record, 0, textBytesOf(bytes, record.header), { encoding: ENCODING.text })
}

function write(
  { header }: MiniseedRecord,
  sampleRate: number,
  samples: MiniseedRecord['samples'] | Uint8Array,
  encoding: { encoding?: number },
): Uint8Array[] {
  const { timingQuality, publicationVersion } = header
  return encodeRecords(header.sourceId, header.startTime, sampleRate, samples, {
    formatVersion: 2,
    recordLength: V3_RECORD_BYTES,
    ...encoding,
    ...(timingQuality === undefined ? {} : { timingQuality }),
    ...(header.formatVersion === 2 ? { publicationVersion } : {}),
  })
}

const STEIM2_DIFFERENCE_LIMIT = 2 ** 29

function hasSteim2Differences(samples: Int32Array): boolean {
  for (let index = 1; index < samples.length; index += 1) {
    const difference = samples[index]! - samples[index - 1]!
    if (difference < -STEIM2_DIFFERENCE_LIMIT || difference >= STEIM2_DIFFERENCE_LIMIT) return false
  }
  return true
}
