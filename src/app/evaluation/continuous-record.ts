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

  addDetection({ id, instrument, onset, on, off, peak }: Detection): void {
    this.#instrument(instrument).detections.set(id, { onset: onset.time, on, off: off ?? peak.time, score: peak.score })
  }

  /** In the order of their ids. */
  instruments(): InstrumentDetections[] {
    return [...this.byInstrument().values()]
  }

  /** In the order of their ids. */
  byInstrument(): Map<InstrumentId, InstrumentDetections> {
    const ids = [...this.#instruments.keys()].sort()
    return new Map(
      ids.map((id) => {
        const { scoredWindows, scoredSpans, detections } = this.#instrument(id)
        return [id, { station: stationOfInstrument(id), scoredWindows, scoredSpans, detections: [...detections.values()] }]
      }),
    )
  }

  #instrument(id: InstrumentId): Instrument {
    const known = this.#instruments.get(id)
    if (known) return known
    const instrument: Instrument = { scoredWindows: 0, scoredSpans: [], detections: new Map() }
    this.#instruments.set(id, instrument)
    return instrument
  }
}

/**
 * What lies between two times. Windows are counted in proportion to what is left of their spans.
 *
 * @param span either end may be open
 */
export function clipToSpan(
  instruments: ReadonlyMap<InstrumentId, InstrumentDetections>,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: { from?: Micros; to?: Micros },
): Map<InstrumentId, InstrumentDetections> {
  return new Map(
    [...instruments].map(([id, given]) => {
      const scoredSpans = given.scoredSpans
        .map(({ start, end }) => ({ start: Math.max(start, from), end: Math.min(end, to) }))
        .filter(({ start, end }) => start < end)
      const share = lengthOf(scoredSpans) / Math.max(1, lengthOf(given.scoredSpans))
      const detections = given.detections.filter(({ onset }) => onset >= from && onset <= to)
      return [id, { ...given, scoredSpans, scoredWindows: given.scoredWindows * share, detections }]
    }),
  )
}

function lengthOf(spans: readonly TimeSpan[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0)
}
