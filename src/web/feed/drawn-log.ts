import type { ClientMessage } from '../../contract/feed.ts'
import { ClockOffset } from './clock-offset.ts'

/** An element, as far as it is looked at. */
export interface Place {
  getBoundingClientRect(): { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number }
}

/** What of the browser it needs. */
export interface Painting {
  /** ms since 1970, as finely as the browser tells. */
  now(): number
  isHidden(): boolean
  /** Calls back when the next frame has been drawn. */
  afterFrame(done: () => void): void
  /** Whether an element is where somebody could see it. */
  isInView(element: Place): boolean
}

/** What was never drawn is not waited for any longer. */
const MOST_WAITING = 200

/**
 * Tells the monitor when detections that came over the feed were drawn: at the end of the first frame in which one is in view, in the
 * monitor's time. What came while the page was hidden is not told: nobody looked.
 */
export class DrawnLog {
  readonly #clock = new ClockOffset()
  readonly #waiting = new Set<number>()
  readonly #painting: Painting
  readonly #say: (message: ClientMessage) => void

  constructor(painting: Painting, say: (message: ClientMessage) => void) {
    this.#painting = painting
    this.#say = say
  }

  /** Asks for the monitor's time. */
  ask(): void {
    this.#say({ type: 'ping', sent: this.#painting.now() })
  }

  /** @param iso the monitor's time */
  answered(sent: number, iso: string): void {
    this.#clock.add(sent, millisOf(iso), this.#painting.now())
  }

  /** A new connection: perhaps another monitor. */
  connected(): void {
    this.#clock.clear()
    this.#waiting.clear()
    this.ask()
  }

  received(seq: number): void {
    if (this.#painting.isHidden()) return
    this.#waiting.add(seq)
    const [oldest] = this.#waiting
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest)
  }

  /** An element that shows it is in the document. */
  drawn(seq: number, element: Place): void {
    if (!this.#waiting.has(seq)) return
    this.#painting.afterFrame(() => {
      const drawn = this.#painting.now()
      const { best } = this.#clock
      if (!best || !this.#waiting.has(seq) || this.#painting.isHidden() || !this.#painting.isInView(element)) return
      this.#waiting.delete(seq)
      const time = isoOf(drawn + best.offsetMillis)
      this.#say({ type: 'shown', seq, time, uncertaintySeconds: best.uncertaintyMillis / 1000 })
    })
  }
}

/** With microseconds, which `Date` does not know. */
export function isoOf(millis: number): string {
  const micros = Math.round((millis % 1000) * 1000)
  return `${new Date(millis - (millis % 1000) + Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19)}.${String(micros % 1e6).padStart(6, '0')}Z`
}

/** @returns ms since 1970, with their fraction */
export function millisOf(iso: string): number {
  const whole = Date.parse(`${iso.slice(0, 19)}Z`)
  return whole + Number(`0${iso.slice(19, -1)}`) * 1000
}
