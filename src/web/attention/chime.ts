/** Two tones, the second higher: heard across a room, and no voice. */
const TONES_HZ = [587, 880]
const TONE_SECONDS = 0.28
/** Many detections at once are one sound. */
const SHORTEST_PAUSE_SECONDS = 3

/** The audible alarm. */
export class Chime {
  #context: AudioContext | undefined
  #last = Number.NEGATIVE_INFINITY

  /** Call it in a click: browsers let nothing sound before. */
  async wake(): Promise<void> {
    this.#context ??= new AudioContext()
    await this.#context.resume()
  }

  /**
   * @param volume 0 to 1
   * @param isTest sounds whatever has just sounded
   */
  play(volume: number, isTest = false): void {
    const context = this.#context
    if (!context) return
    const now = context.currentTime
    if (!isTest && now - this.#last < SHORTEST_PAUSE_SECONDS) return
    this.#last = now
    for (const [i, frequency] of TONES_HZ.entries()) this.#tone(context, frequency, now + i * TONE_SECONDS, volume)
  }

  #tone(context: AudioContext, frequency: number, start: number, volume: number): void {
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    oscillator.frequency.value = frequency
    // Loudness is heard by ratios: the square makes the slider even. Ramps, because a step clicks.
    gain.gain.setValueAtTime(0, start)
    gain.gain.linearRampToValueAtTime(volume ** 2, start + 0.02)
    gain.gain.linearRampToValueAtTime(0, start + TONE_SECONDS * 1.5)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(start)
    oscillator.stop(start + TONE_SECONDS * 1.5)
  }
}
