import { type Micros, nanosToMicros } from '../../domain/time.ts'
import type { TracePiece } from '../../domain/trace.ts'

interface Stretch {
  readonly startTime: Micros
  readonly sampleRate: number
  readonly parts: Float32Array[]
  length: number
}

/** The last seconds of a channel, as long as somebody may still cut from them. */
export class ChannelHistory {
  #stretches: Stretch[] = []

  add(piece: TracePiece): void {
    if (piece.kind === 'gap') {
      // Whatever comes next begins anew.
      this.#stretches.push({ startTime: Number.NaN, sampleRate: 0, parts: [], length: 0 })
      return
    }
    const samples = Float32Array.from(piece.samples)
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.length > 0) {
      last.parts.push(samples)
      last.length += samples.length
      return
    }
    if (last !== undefined) this.#stretches.pop()
    const { sampleRate } = piece
    this.#stretches.push({ startTime: nanosToMicros(piece.startTime), sampleRate, parts: [samples], length: samples.length })
  }

  /** Time of the newest sample. */
  get endTime(): Micros {
    const last = this.#stretches.findLast(({ length }) => length > 0)
    return last === undefined ? Number.NEGATIVE_INFINITY : last.startTime + ((last.length - 1) / last.sampleRate) * 1e6
  }

  /** Hz at a time; undefined where there are no data. */
  rateAt(time: Micros): number | undefined {
    return this.#at(time)?.sampleRate
  }

  /**
   * @param from the sample nearest to it is the first
   * @returns undefined unless all of them are there without a gap
   */
  cut(from: Micros, count: number): Float32Array | undefined {
    const stretch = this.#at(from)
    if (stretch === undefined) return undefined
    const first = Math.round(((from - stretch.startTime) / 1e6) * stretch.sampleRate)
    if (first < 0 || first + count > stretch.length) return undefined
    const cut = new Float32Array(count)
    let position = 0
    for (const part of stretch.parts) {
      const start = Math.max(0, first - position)
      const end = Math.min(part.length, first + count - position)
      if (start < end) cut.set(part.subarray(start, end), position + start - first)
      position += part.length
    }
    return cut
  }

  /** Lets go of what lies before a time. */
  forgetBefore(time: Micros): void {
    this.#stretches = this.#stretches.flatMap((stretch) => {
      const { startTime, sampleRate } = stretch
      let dropped = 0
      while (stretch.parts.length > 0) {
        const { length } = stretch.parts[0] as Float32Array
        if (startTime + ((dropped + length) / sampleRate) * 1e6 >= time) break
        dropped += length
        stretch.parts.shift()
      }
      if (stretch.parts.length === 0 && stretch.length > 0) return []
      return [{ ...stretch, startTime: startTime + (dropped / sampleRate) * 1e6, length: stretch.length - dropped }]
    })
  }

  #at(time: Micros): Stretch | undefined {
    return this.#stretches.find(({ startTime, sampleRate, length }) => {
      const half = 0.5e6 / sampleRate
      return length > 0 && time >= startTime - half && time <= startTime + (length / sampleRate) * 1e6
    })
  }
}
