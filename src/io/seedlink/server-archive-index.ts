import { NANOS_PER_SECOND, type Nanos } from '../../domain/time.ts'
import { parseHeader, type RecordHeader } from '../../miniseed/index.ts'
import type { HoldingGap, StationHolding, StreamHolding } from '../../seedlink/server-holdings.ts'
import { isSelected, streamNameOf } from '../../seedlink/server-selector.ts'
import type { Subscription } from '../../seedlink/server-subscription.ts'
import { sequencesFor, Timeline } from '../../seedlink/server-timeline.ts'
import { formatOf, isV3Ready } from './server-record-format.ts'
import type { RecordSource, SourceRecord } from './server-source.ts'

/** What one look at all record headers tells. */
export interface ArchiveIndex {
  readonly timeline: Timeline
  readonly stations: readonly StationHolding[]
  /** Of the first sample; 0 when there is none. */
  readonly startTime: Nanos
  /** Release of the last record: of its last sample, unless it is late. */
  readonly endTime: Nanos
  /** From one pass of a loop to the next: the archive's length in whole seconds, rounded up, and one more. */
  readonly period: Nanos
  /** Whether there is anything that a subscription selects. */
  holds(subscription: Subscription): boolean
  /** From first sample to release, of the streams that a subscription selects. */
  longestRecord(subscription: Subscription): Nanos
}

export function indexArchive(source: RecordSource): ArchiveIndex {
  const timeline = new Timeline(source.recordCount)
  const stations = new Map<string, IndexedStation>()
  let lastRelease = 0n
  for (const record of source.recordsFrom(0)) {
    const header = record.header ?? parseHeader(record.bytes)
    const sequences = sequencesFor(isV3Ready(header), header.sampleCount)
    hold(stations, record, header, timeline.sequenceCount + 1, sequences)
    const releaseTime = record.releaseTime ?? record.endTime
    if (releaseTime > lastRelease) lastRelease = releaseTime
    timeline.add(releaseTime, sequences)
  }
  const held = [...stations.values()].map((station) => ({ ...station, streams: [...station.streams.values()] }))
  const streams = held.flatMap((station) => station.streams)
  const startTime = streams.reduce(
    (first, stream) => (stream.startTime < first ? stream.startTime : first),
    streams[0]?.startTime ?? 0n,
  )
  const endTime = lastRelease > startTime ? lastRelease : startTime
  return {
    timeline,
    stations: held,
    startTime,
    endTime,
    period: ((endTime - startTime + NANOS_PER_SECOND - 1n) / NANOS_PER_SECOND + 1n) * NANOS_PER_SECOND,
    holds: (subscription) => held.some((station) => selectedStreams(station, subscription).length > 0),
    longestRecord: (subscription) =>
      held
        .flatMap((station) => selectedStreams(station, subscription))
        .reduce((longest, { longestRecord }) => (longestRecord > longest ? longestRecord : longest), 0n),
  }
}

function selectedStreams(
  { stationId, streams }: { readonly stationId: string; readonly streams: readonly IndexedStream[] },
  { stations, selectors }: Subscription,
): IndexedStream[] {
  if (!stations.test(stationId)) return []
  return streams.filter(({ sourceId, format }) => isSelected(streamNameOf(sourceId, format), selectors))
}

/** Per stream, for INFO GAPS. */
const MAX_GAPS = 1000

interface IndexedStation extends Omit<StationHolding, 'streams'> {
  lastSequence: number
  /** By source id and format. */
  readonly streams: Map<string, IndexedStream>
}

interface IndexedStream extends Omit<StreamHolding, 'gaps'> {
  readonly gaps: HoldingGap[]
  startTime: Nanos
  endTime: Nanos
  longestRecord: Nanos
}

function hold(
  stations: Map<string, IndexedStation>,
  { sourceId, startTime, endTime, releaseTime = endTime }: SourceRecord,
  header: RecordHeader,
  sequence: number,
  sequences: number,
): void {
  const format = formatOf(header)
  const { stationId } = streamNameOf(sourceId, format)
  const station = stations.get(stationId) ?? { stationId, firstSequence: sequence, lastSequence: 0, streams: new Map() }
  stations.set(stationId, station)
  station.lastSequence = sequence + sequences - 1
  const key = `${sourceId} ${format}`
  const stream = station.streams.get(key) ?? { sourceId, format, startTime, endTime, gaps: [], longestRecord: 0n }
  station.streams.set(key, stream)
  // A sample of tolerance: what is half a sample off belongs together, and late records only ever make a gap look wider.
  const isGap = header.sampleRate > 0 && Number(startTime - stream.endTime) * header.sampleRate > 2e9
  if (isGap && stream.gaps.length < MAX_GAPS) stream.gaps.push({ startTime: stream.endTime, endTime: startTime })
  if (startTime < stream.startTime) stream.startTime = startTime
  if (endTime > stream.endTime) stream.endTime = endTime
  if (releaseTime - startTime > stream.longestRecord) stream.longestRecord = releaseTime - startTime
}
