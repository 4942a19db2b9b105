import type { InstrumentDetections, TimedDetection, TimeSpan } from '../../detection/catalogue-matching.ts'
import type { Detection } from '../../domain/detection.ts'
import { type InstrumentId, stationOfInstrument } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { ScoredPiece } from '../../domain/window.ts'

interface Instrument {
  scoredWindows: number
  readonly scoredSpans: TimeSpan[]
  /** By id: a detection is published twice. */
  readonly detections: Map<string, TimedDetection>
}

/** Keeps what a replay scored and detected, as far as it is compared with a catalogue: bounded by detections and gaps, not by windows. */
export class ContinuousRecord {
  readonly #instruments = new Map<InstrumentId, Instrument>()
  readonly #windowMicros: Micros

  /** @param windowSeconds from a window's first sample to its last */
  constructor(windowSeconds: number) {
    this.#windowMicros = windowSeconds * 1e6
  }

  addScore(piece: ScoredPiece): void {
    if (piece.kind === 'gap') return
    const { startTime } = piece.window
    const instrument = this.#instrument(piece.instrument)
    instrument.scoredWindows++
    const end = startTime + this.#windowMicros
    const last = instrument.scoredSpans.at(-1)
    if (last !== undefined && startTime <= last.end)
      instrument.scoredSpans[instrument.scoredSpans.length - 1] = { start: last.start, end }
    else instrument.scoredSpans.push({ start: startTime, end })
  }

  addDetection({ id, instrument, onset, on }: Detection): void {
    this.#instrument(instrument).detections.set(id, { onset: onset.time, on })
  }

  /** In the order of their ids. */
  instruments(): InstrumentDetections[] {
    const ids = [...this.#instruments.keys()].sort()
    return ids.map((id) => {
      const { scoredWindows, scoredSpans, detections } = this.#instrument(id)
      return { station: stationOfInstrument(id), scoredWindows, scoredSpans, detections: [...detections.values()] }
    })
  }

  #instrument(id: InstrumentId): Instrument {
    const known = this.#instruments.get(id)
    if (known) return known
    const instrument: Instrument = { scoredWindows: 0, scoredSpans: [], detections: new Map() }
    this.#instruments.set(id, instrument)
    return instrument
  }
}
