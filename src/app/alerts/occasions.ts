import type { DetectionWire } from '../../contract/detection.ts'
import type { EventWire } from '../../contract/event.ts'
import type { DurableMessage, LabelMessage } from '../../contract/feed.ts'
import type { StationStatus } from '../../contract/health.ts'
import type { AlertKind, AlertOccasion } from '../../domain/alert.ts'
import { scoreText } from '../../domain/score-text.ts'
import { type InstrumentId, type StationId, stationOfInstrument } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros, parseIsoMicros } from '../../domain/time.ts'

/** Labels that say it was no earthquake: who was told hears that it is taken back. */
const NO_EARTHQUAKE: ReadonlySet<string> = new Set(['noise', 'blast'])

/** Events are told one after the other, whatever their stations. */
const NETWORK_LANE = 'network'

/** What a message of the feed means to those who want to be alerted. @param detection the labelled one */
export function occasionOfMessage(message: DurableMessage, detection: DetectionWire | undefined): AlertOccasion | undefined {
  switch (message.type) {
    case 'detection':
      return ofDetection(message)
    case 'event':
      return ofEvent(message)
    case 'label':
      return detection && ofLabel(message, detection)
  }
}

/** An instrument is in trouble, or well again. */
export function stationOccasion(
  instrument: InstrumentId,
  state: StationStatus['state'],
  { subject, time, phase, reason }: { subject: string; time: Micros; phase: 'begin' | 'end'; reason?: string | undefined },
): AlertOccasion {
  const station = stationOfInstrument(instrument)
  return {
    kind: state === 'latent' ? 'latency' : 'station',
    subject,
    phase,
    state: phase === 'begin' ? state : 'recovered',
    time,
    lane: station,
    stations: [station],
    instruments: [instrument],
    title: phase === 'begin' ? `${instrument} is ${state}` : `${instrument} is well again`,
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The monitor itself, or what it depends on, is in trouble or well again. */
export function systemOccasion(
  kind: Extract<AlertKind, 'server' | 'inference' | 'disk' | 'drift'>,
  {
    subject,
    time,
    phase,
    lane = kind,
    title,
    reason,
  }: { subject: string; time: Micros; phase: 'begin' | 'end'; lane?: string; title: string; reason?: string | undefined },
): AlertOccasion {
  const state = phase === 'begin' ? 'lost' : 'recovered'
  return {
    kind,
    subject,
    phase,
    state,
    time,
    lane,
    stations: [],
    instruments: [],
    title,
    ...(reason === undefined ? {} : { reason }),
  }
}

function ofDetection(detection: DetectionWire): AlertOccasion {
  const { id, state, onset, off, station, instrument, peak, reason, label } = detection
  const time = parseIsoMicros(onset.time) as Micros
  const durationSeconds = off === null ? undefined : ((parseIsoMicros(off) as Micros) - time) / MICROS_PER_SECOND
  const lasted = durationSeconds === undefined ? '' : `, lasted ${Math.round(durationSeconds)} s`
  return {
    kind: 'detection',
    subject: id,
    phase: state === 'open' ? 'begin' : 'end',
    state,
    time,
    lane: station,
    stations: [station as StationId],
    instruments: [instrument as InstrumentId],
    score: peak.score,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(reason === undefined ? {} : { reason }),
    ...(label === undefined ? {} : { label: label.value }),
    title: `Earthquake at ${station}, ${shortTime(onset.time)}, score ${scoreText(peak.score, 2)}${lasted}`,
    details: detection,
  }
}

function ofEvent(event: EventWire): AlertOccasion {
  const { id, state, revision, time, nearest, location, members, reason } = event
  const stations = [...new Set(members.filter(({ phase }) => phase === 'P').map(({ station }) => station as StationId))]
  const where = location
    ? `at ${location.latitude.toFixed(2)}, ${location.longitude.toFixed(2)} ± ${Math.round(location.ellipse.majorKm)} km (preliminary)`
    : `near ${nearest}`
  const began = revision === 1 ? 'begin' : 'update'
  return {
    kind: 'event',
    subject: id,
    phase: state === 'vetoed' ? 'cancel' : state === 'closed' ? 'end' : began,
    state: `${state}-${revision}`,
    time: parseIsoMicros(time) as Micros,
    lane: NETWORK_LANE,
    stations,
    instruments: members.map(({ instrument }) => instrument as InstrumentId),
    score: Math.max(0, ...members.map(({ score }) => score)),
    ...(reason === undefined ? {} : { reason }),
    title: `Earthquake ${where}, ${shortTime(time)}, ${stations.length} stations`,
    details: event,
  }
}

function ofLabel({ seq, label }: LabelMessage, detection: DetectionWire): AlertOccasion {
  const value = label?.value ?? 'none'
  const isCancelled = NO_EARTHQUAKE.has(value)
  const said = label === null ? 'label taken back' : `${label.value}, says ${label.by}`
  const { title, ...rest } = ofDetection(detection)
  return {
    ...rest,
    phase: isCancelled ? 'cancel' : 'update',
    // A person may change their mind: each time is a step of its own.
    state: `${isCancelled ? 'cancelled' : 'labelled'}-${seq}`,
    label: value,
    title: `${title}: ${said}`,
  }
}

/** `2019-07-04 17:33:49 UTC` */
function shortTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
}
