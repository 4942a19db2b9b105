import type { TrainingConfig } from '../../contract/training-config.ts'
import type { Random } from '../../nn/random.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import type { WindowShape } from '../evaluation/window-protocol.ts'
import { augment } from './augmentations.ts'
import { disturb } from './disturbances.ts'
import { windowOf } from './grid-trace.ts'
import { chance, integerBetween, logBetween, type WeightedChoice } from './random-draws.ts'
import { fillSyntheticNoise } from './synthetic-noise.ts'
import type { Stretch, TracePool } from './trace-pool.ts'
import { addScaled, CHANNELS, peakOf, removeMean } from './window-buffer.ts'

/** Noise on top has between 1 / 30 and 1 / 2 of the largest amplitude of the event: down to signals that barely stand out. */
const ADDED_NOISE = { least: 0.03, most: 0.5 }
/** Two noises are mixed at up to this ratio, either way. */
const NOISE_MIX = 10

/**
 * Draws training windows: a random stretch of a random trace, changed as no live window is spared, then preprocessed as live.
 * Same seed, same pool, same windows.
 */
export class WindowSampler {
  readonly #pool: TracePool
  readonly #config: TrainingConfig
  readonly #shape: WindowShape
  readonly #preprocess: Preprocessor
  readonly #random: Random
  readonly #raw: Float64Array
  readonly #other: Float64Array

  constructor(pool: TracePool, config: TrainingConfig, shape: WindowShape, preprocess: Preprocessor, random: Random) {
    this.#pool = pool
    this.#config = config
    this.#shape = shape
    this.#preprocess = preprocess
    this.#random = random
    this.#raw = new Float64Array(shape.windowLength * CHANNELS)
    this.#other = new Float64Array(shape.windowLength * CHANNELS)
  }

  /**
   * Fills a batch, earthquakes and noise in turn.
   *
   * @param inputs row-major [count, windowLength, 3]
   * @param targets [count]: 1 earthquake, 0 noise
   */
  fillBatch(inputs: Float32Array, targets: Float32Array): void {
    const size = this.#raw.length
    for (let slot = 0; slot < targets.length; slot++) {
      const isEarthquake = slot % 2 === 0
      const input = inputs.subarray(slot * size, (slot + 1) * size)
      // A window that augmentation left without signal teaches nothing: another one is drawn.
      do {
        if (isEarthquake) this.#drawEarthquake()
        else this.#drawNoise()
      } while (!this.#preprocess(this.#raw, input))
      targets[slot] = isEarthquake ? 1 : 0
    }
  }

  #drawEarthquake(): void {
    const random = this.#random
    this.#cut(this.#pool.earthquakes, this.#raw)
    if (chance(random, this.#config.augmentation.noise)) {
      this.#drawPlainNoise(this.#other)
      this.#mixIn(logBetween(random, ADDED_NOISE.least, ADDED_NOISE.most))
    }
    augment(this.#raw, this.#shape.sampleRate, this.#config.augmentation, random)
  }

  #drawNoise(): void {
    const random = this.#random
    const { sampleRate } = this.#shape
    this.#drawPlainNoise(this.#raw)
    if (chance(random, this.#config.augmentation.noise)) {
      this.#drawPlainNoise(this.#other)
      this.#mixIn(logBetween(random, 1 / NOISE_MIX, NOISE_MIX))
    }
    if (chance(random, this.#config.noise.disturbance)) disturb(this.#raw, sampleRate, random)
    if (chance(random, this.#config.noise.reversal)) reverse(this.#raw)
    augment(this.#raw, sampleRate, this.#config.augmentation, random)
  }

  #drawPlainNoise(window: Float64Array): void {
    const { preEvent, synthetic } = this.#config.noise
    const draw = this.#random.uniform()
    if (draw < synthetic) fillSyntheticNoise(window, this.#shape.sampleRate, this.#random)
    else if (draw < synthetic + preEvent && this.#pool.preEvent.size > 0) this.#cut(this.#pool.preEvent, window)
    else this.#cut(this.#pool.noise, window)
  }

  #cut(stretches: WeightedChoice<Stretch>, window: Float64Array): void {
    const { trace, firstStart, lastStart } = stretches.draw(this.#random)
    window.set(windowOf(trace, integerBetween(this.#random, firstStart, lastStart), this.#shape.windowLength))
    removeMean(window)
  }

  /** Adds the other window so that its peak is `ratio` of this one's. */
  #mixIn(ratio: number): void {
    const peak = peakOf(this.#other)
    if (peak > 0) addScaled(this.#raw, this.#other, (ratio * peakOf(this.#raw)) / peak)
  }
}

function reverse(window: Float64Array): void {
  for (let i = 0, k = window.length - CHANNELS; i < k; i += CHANNELS, k -= CHANNELS) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = window[i + channel]!
      window[i + channel] = window[k + channel]!
      window[k + channel] = value
    }
  }
}
