import type { InstrumentId, SourceId } from '../domain/source-id.ts'
import { channelPrefixOf, parseSourceId } from '../domain/source-id.ts'
import { formatMicros, microsToNanos } from '../domain/time.ts'
import { COMPONENTS } from '../domain/window.ts'
import type { WaveformSnippet } from '../io/store/snippet-table.ts'
import { encodeRecords } from '../miniseed/encode.ts'
import type { Download } from '../server/monitor-view.ts'

/**
 * A stored waveform as miniSEED: the grid data that the network saw, resampled, source units, float32, under the codes of the channels
 * it was made from (1 and 2, U, V and W become N and E as they do for the network). miniSEED 2, or 3 where a code is too long for it.
 */
export function snippetMiniseed(instrument: InstrumentId, { startTime, rate, samples }: WaveformSnippet): Download {
  const records = COMPONENTS.flatMap((component, column) => {
    const sourceId = `FDSN:${channelPrefixOf(instrument)}${component}` as SourceId
    const values = Float32Array.from(
      { length: samples.length / COMPONENTS.length },
      (_, row) => samples[3 * row + column] as number,
    )
    return encodeRecords(sourceId, microsToNanos(startTime), rate, values, { formatVersion: formatVersionFor(sourceId) })
  })
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const record of records) {
    bytes.set(record, at)
    at += record.length
  }
  return { fileName: `${instrument}-${compactTime(startTime)}.mseed`, contentType: 'application/vnd.fdsn.mseed', bytes }
}

/** miniSEED 2 has five characters for a station, two for network and location, three for a channel. */
function formatVersionFor(sourceId: SourceId): 2 | 3 {
  const codes = parseSourceId(sourceId)
  const fits =
    codes !== undefined &&
    codes.network.length <= 2 &&
    codes.station.length <= 5 &&
    codes.location.length <= 2 &&
    codes.band.length + codes.source.length === 2
  return fits ? 2 : 3
}

/** `20190704T173349Z`: no colons, some file systems refuse them. */
function compactTime(micros: number): string {
  return `${formatMicros(micros).slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}
