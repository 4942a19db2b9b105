import type { NetworkEvent } from '../../src/domain/network-event.ts'
import { stationOfInstrument } from '../../src/domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import { EXAMPLE_TIME, exampleDetection } from './example-detection.ts'

/** A located event of the example detection alone; `seconds` after the beginning of all example data. */
export function exampleEvent(seconds: number, changes: Partial<NetworkEvent> = {}): NetworkEvent {
  const { id, instrument, onset, peak } = exampleDetection(seconds)
  const time = EXAMPLE_TIME + (seconds - 4) * MICROS_PER_SECOND
  const station = stationOfInstrument(instrument)
  return {
    id: `event-${seconds}`,
    state: 'open',
    revision: 1,
    time,
    firstOnset: onset.time,
    stations: 4,
    rule: 'network',
    nearest: station,
    location: {
      status: 'preliminary',
      latitude: 35.7053,
      longitude: -117.5058,
      time,
      depthKm: { value: 11, from: 2, to: 24 },
      ellipse: { majorKm: 3.5, minorKm: 1.2, azimuth: 45 },
      timeUncertaintySeconds: 0.31,
      rmsSeconds: 0.12,
      onsets: 4,
      azimuthalGap: 120,
      model: 'ak135',
    },
    members: [
      {
        detection: id,
        station,
        instrument,
        onset: onset.time,
        score: peak.score,
        phase: 'P',
        residualSeconds: -0.05,
        distanceKm: 14.7,
      },
    ],
    ...changes,
  }
}
