import type { WaveformFrame } from '../contract/waveform-frame.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/** As much as a page shows at first. */
const KEPT_SECONDS = 120

interface RecentScore {
  readonly instrument: string
  /** End of the scored window, µs since 1970. */
  readonly endTime: number
  readonly score: number
}

/**
 * The last two minutes of waveforms and scores, so that a page that opens shows them at once. Costs about 30 kB per instrument.
 */
export class RecentData<Score extends RecentScore> {
  readonly #frames = new Map<string, WaveformFrame[]>()
  readonly #scores = new Map<string, Score[]>()

  /** The samples are copied. */
  addFrame(frame: WaveformFrame): void {
    const frames = this.#frames.get(frame.instrument) ?? []
    this.#frames.set(frame.instrument, frames)
    frames.push({ ...frame, samples: new Float32Array(frame.samples) })
    while (frames[0] && frames[0].startTime < frame.startTime - KEPT_SECONDS * MICROS_PER_SECOND) frames.shift()
  }

  addScore(score: Score): void {
    const scores = this.#scores.get(score.instrument) ?? []
    this.#scores.set(score.instrument, scores)
    scores.push(score)
    while (scores[0] && scores[0].endTime < score.endTime - KEPT_SECONDS * MICROS_PER_SECOND) scores.shift()
  }

  /** Frames of the wanted instruments, contiguous ones joined, oldest first. */
  frames(isWanted: (instrument: string) => boolean): WaveformFrame[] {
    return [...this.#frames].flatMap(([instrument, frames]) => (isWanted(instrument) ? joined(frames) : []))
  }

  scores(isWanted: (instrument: string) => boolean): Score[] {
    return [...this.#scores].flatMap(([instrument, scores]) => (isWanted(instrument) ? scores : []))
  }
}

function joined(frames: readonly WaveformFrame[]): WaveformFrame[] {
  const runs: WaveformFrame[][] = []
  for (const frame of frames) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    const expected = last && last.startTime + (last.samples.length / 3) * (MICROS_PER_SECOND / last.rate)
    if (run && frame.startTime === expected) run.push(frame)
    else runs.push([frame])
  }
  return runs.map((run) => {
    const samples = new Float32Array(run.reduce((sum, frame) => sum + frame.samples.length, 0))
    let at = 0
    for (const frame of run) {
      samples.set(frame.samples, at)
      at += frame.samples.length
    }
    return { ...(run[0] as WaveformFrame), samples }
  })
}
