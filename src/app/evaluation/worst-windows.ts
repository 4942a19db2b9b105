import type { ScoredProtocolWindow } from './score-traces.ts'

/** A window that was called wrong, with what the network saw. */
export interface WorstWindow extends ScoredProtocolWindow {
  /** Row-major [windowLength, 3], preprocessed. */
  readonly input: Float32Array
}

/** Keeps the worst mistakes of either kind: bounded, however many there are. */
export class WorstWindows {
  readonly #most: number
  readonly #threshold: number
  readonly #falsePositives: WorstWindow[] = []
  readonly #falseNegatives: WorstWindow[] = []

  constructor(threshold: number, most = 12) {
    this.#threshold = threshold
    this.#most = most
  }

  /** @param inputOf makes the window's input, only when it is kept */
  add(window: ScoredProtocolWindow, inputOf: () => Float32Array): void {
    const isCalledEarthquake = window.score >= this.#threshold
    if (isCalledEarthquake === window.isEarthquake) return
    const list = window.isEarthquake ? this.#falseNegatives : this.#falsePositives
    const isWorse = (a: ScoredProtocolWindow, b: ScoredProtocolWindow) =>
      window.isEarthquake ? a.score < b.score : a.score > b.score
    const last = list.at(-1)
    if (list.length === this.#most && last !== undefined && !isWorse(window, last)) return
    const place = list.findIndex((other) => isWorse(window, other))
    list.splice(place < 0 ? list.length : place, 0, { ...window, input: inputOf() })
    if (list.length > this.#most) list.pop()
  }

  /** Worst first. */
  get falsePositives(): readonly WorstWindow[] {
    return this.#falsePositives
  }

  get falseNegatives(): readonly WorstWindow[] {
    return this.#falseNegatives
  }
}
