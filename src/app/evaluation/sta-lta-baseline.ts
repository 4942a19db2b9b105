import type { InstrumentDetections, TimedDetection } from '../../detection/catalogue-matching.ts'
import { gridIndexToMicros } from '../../domain/grid.ts'
import { type InstrumentId, stationOfInstrument } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { FramePiece } from '../../domain/window.ts'
import { StaLta, type StaLtaOptions } from '../../signal/sta-lta.ts'

/** The baseline's detector and its trigger. */
export interface StaLtaSettings extends Omit<StaLtaOptions, 'sampleRate'> {
  /** A ratio at or above it starts a detection. */
  readonly on: number
}

/** The ratio must fall below this share of `on` before the next detection: the half that operators use. */
export const OFF_SHARE = 0.5

interface Instrument {
  readonly detector: StaLta
  /** Next index expected. */
  nextIndex: number | undefined
  readonly triggers: { isUp: boolean; deadUntil: Micros; detections: TimedDetection[] }[]
}

/**
 * Recursive STA/LTA on the frames that the network's windows are cut from, with the network's dead time, at several thresholds at
 * once. The onset is where the ratio crosses the threshold, which is also when it is known.
 */
export class StaLtaBaseline {
  readonly #settings: StaLtaSettings
  readonly #thresholds: readonly number[]
  readonly #gridRate: number
  readonly #deadMicros: number
  readonly #instruments = new Map<InstrumentId, Instrument>()

  constructor(settings: StaLtaSettings, given: { thresholds: readonly number[]; gridRate: number; deadSeconds: number }) {
    this.#settings = settings
    this.#thresholds = given.thresholds
    this.#gridRate = given.gridRate
    this.#deadMicros = given.deadSeconds * MICROS_PER_SECOND
  }

  push(piece: FramePiece): void {
    const instrument = this.#instrument(piece.instrument)
    if (piece.kind === 'gap' || (instrument.nextIndex !== undefined && piece.firstIndex !== instrument.nextIndex)) {
      instrument.detector.reset()
      for (const trigger of instrument.triggers) trigger.isUp = false
      instrument.nextIndex = undefined
    }
    if (piece.kind === 'gap') return
    const ratios = instrument.detector.push(piece.samples)
    instrument.nextIndex = piece.firstIndex + ratios.length
    for (const [index, trigger] of instrument.triggers.entries()) {
      const on = this.#thresholds[index] as number
      for (let row = 0; row < ratios.length; row++) {
        const ratio = ratios[row] as number
        if (trigger.isUp) trigger.isUp = ratio >= on * OFF_SHARE
        else if (ratio >= on) {
          const time = gridIndexToMicros(piece.firstIndex + row, this.#gridRate)
          if (time < trigger.deadUntil) continue
          trigger.isUp = true
          trigger.deadUntil = time + this.#deadMicros
          trigger.detections.push({ onset: time, on: time })
        }
      }
    }
  }

  /**
   * @param network what the network scored: station-days and spans are those, so that both are judged on the same hours
   * @param index of the threshold
   */
  instruments(network: ReadonlyMap<InstrumentId, InstrumentDetections>, index: number): InstrumentDetections[] {
    return [...network].map(([id, { scoredSpans, scoredWindows }]) => {
      const detections = this.#instruments.get(id)?.triggers[index]?.detections ?? []
      const isScored = ({ onset }: TimedDetection) => scoredSpans.some(({ start, end }) => onset >= start && onset <= end)
      return { station: stationOfInstrument(id), scoredSpans, scoredWindows, detections: detections.filter(isScored) }
    })
  }

  #instrument(id: InstrumentId): Instrument {
    const known = this.#instruments.get(id)
    if (known) return known
    const instrument: Instrument = {
      detector: new StaLta({ ...this.#settings, sampleRate: this.#gridRate }),
      nextIndex: undefined,
      triggers: this.#thresholds.map(() => ({ isUp: false, deadUntil: Number.NEGATIVE_INFINITY, detections: [] })),
    }
    this.#instruments.set(id, instrument)
    return instrument
  }
}
