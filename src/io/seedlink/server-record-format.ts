import type { RecordHeader } from '../../miniseed/index.ts'
import { V3_RECORD_BYTES } from '../../seedlink/server-packet.ts'

/** True when a v3 client can take the record as it is. */
export function isV3Ready({ formatVersion, byteLength }: RecordHeader): boolean {
  return formatVersion === 2 && byteLength === V3_RECORD_BYTES
}

/** v4 format and subformat: `2D`, `3D`, and `L` (log) for records without a rate. */
export function formatOf({ formatVersion, sampleRate }: RecordHeader): string {
  return `${formatVersion}${sampleRate > 0 ? 'D' : 'L'}`
}
