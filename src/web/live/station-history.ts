import type { ScoreRunWire } from '../../contract/http.ts'
import type { WaveformsAnswer } from '../../contract/waveforms-answer.ts'
import type { LiveTraces } from '../feed/live-traces.ts'

/** Where old data come from; seconds since 1970. */
export interface HistorySource {
  waveforms(from: number, to: number): Promise<WaveformsAnswer | undefined>
  scores(from: number, to: number): Promise<readonly ScoreRunWire[]>
}

/** What is asked for at once, and what is remembered as asked for, s. */
export const PART_SECONDS = 300
/** Beyond, what is not in view is forgotten: about 20 MB. */
const MOST_PARTS = 250

/** `begun`: loaded when it was not over yet; asked for once more when it is. */
type PartState = 'loading' | 'begun' | 'loaded' | 'failed'

/** The newest seconds are on their way to the store for so long, at most. */
const STORED_SECONDS = 30

/** Brings what the store has of one instrument into its traces, part by part, each once. */
export class StationHistory {
  readonly #source: HistorySource
  readonly #traces: LiveTraces
  readonly #onChange: (failure: unknown) => void
  readonly #parts = new Map<number, PartState>()

  /** @param onChange something came, or failed: then with what was thrown */
  constructor(source: HistorySource, traces: LiveTraces, onChange: (failure: unknown) => void) {
    this.#source = source
    this.#traces = traces
    this.#onChange = onChange
  }

  /** Asks for what is missing of [from, to], the latest first. @param liveEnd newest data, seconds since 1970 */
  ensure(from: number, to: number, liveEnd: number): void {
    if (this.#parts.size > MOST_PARTS) this.#forgetOutside(from, to)
    const first = Math.floor(from / PART_SECONDS)
    for (let part = Math.floor(Math.min(to, liveEnd) / PART_SECONDS); part >= first; part--) {
      const isOver = (part + 1) * PART_SECONDS + STORED_SECONDS < liveEnd
      const state = this.#parts.get(part)
      if (state === undefined || (state === 'begun' && isOver)) void this.#load(part, isOver)
    }
  }

  /** Nothing more is known to be on its way for this moment. */
  isSettled(seconds: number): boolean {
    const state = this.#parts.get(Math.floor(seconds / PART_SECONDS))
    return state === 'loaded' || state === 'begun'
  }

  get isLoading(): boolean {
    return [...this.#parts.values()].includes('loading')
  }

  /** After a loss of the link: what came meanwhile is only in the store, and what failed may work now. */
  forget(): void {
    this.#parts.clear()
  }

  async #load(part: number, isOver: boolean): Promise<void> {
    this.#parts.set(part, 'loading')
    const from = part * PART_SECONDS
    try {
      const [waveforms, runs] = await Promise.all([
        this.#source.waveforms(from, from + PART_SECONDS),
        this.#source.scores(from, from + PART_SECONDS),
      ])
      this.#write(waveforms, runs)
      this.#parts.set(part, isOver ? 'loaded' : 'begun')
      this.#onChange(undefined)
    } catch (failure) {
      this.#parts.set(part, 'failed')
      this.#onChange(failure)
    }
  }

  #write(waveforms: WaveformsAnswer | undefined, runs: readonly ScoreRunWire[]): void {
    const { samples, scores, stride } = this.#traces
    if (waveforms?.kind === 'samples') {
      for (const run of waveforms.runs) samples.write(Math.round((run.startTime * run.rate) / 1e6), run.samples)
    }
    for (const run of runs) scores.write(Math.round(Date.parse(run.endTime) / 1000 / stride), run.scores)
  }

  #forgetOutside(from: number, to: number): void {
    const { samples, scores, rate, stride } = this.#traces
    samples.keep(from * rate, to * rate)
    scores.keep(from / stride, to / stride)
    for (const part of this.#parts.keys()) {
      if ((part + 1) * PART_SECONDS <= from || part * PART_SECONDS >= to) this.#parts.delete(part)
    }
  }
}
