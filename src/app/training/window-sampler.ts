import type { TrainingConfig } from '../../contract/training-config.ts'
import type { Random } from '../../nn/random.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import type { WindowShape } from '../evaluation/window-protocol.ts'
import { augment } from './augmentations.ts'
import { disturb } from './disturbances.ts'
import { copyWindow } from './grid-trace.ts'
import { fillMadeEarthquake } from './made-earthquake.ts'
import { fillNoiseSource, type Ground } from './noise-sources.ts'
import { chance, integerBetween, logBetween, type WeightedChoice } from './random-draws.ts'
import { realGround } from './real-ground.ts'
import { fillSyntheticNoise } from './synthetic-noise.ts'
import type { Stretch, TracePool } from './trace-pool.ts'
import { addScaled, CHANNELS, peakOf, removeMean } from './window-buffer.ts'

/** Noise on top of an earthquake has at least this share of its largest amplitude. */
const QUIETEST_NOISE = 0.03
/** Two noises are mixed at up to this ratio, either way. */
const NOISE_MIX = 10
/** Peak of a source made by code, in peaks of the noise around it: what stands out by more is too like a strong earthquake. */
const SOURCE_PEAK = { least: 0.5, most: 30 }
/** Peak of an earthquake on one component alone, in peaks of the noise around it. */
const SINGLE_COMPONENT_PEAK = { least: 3, most: 30 }
/** Peak of an earthquake made by code, in peaks of the noise around it: fainter ones teach to take noise for earthquakes. */
const MADE_PEAK = { least: 3, most: 100 }
/** Peak of a second earthquake on top of the first, in peaks of the first. */
const SECOND_PEAK = { least: 0.03, most: 3 }
/** Peak of a disturbance of the electronics on top of an earthquake, at most, in peaks of the earthquake. */
const DISTURBANCE_PEAK = { least: 0.02, most: 0.8 }
/** Factor of time, either way. */
const MOST_SPEED = 1.4

/**
 * Draws training windows: a random stretch of a random trace, changed as no live window is spared, then preprocessed as live.
 * Same seed, same pool, same windows.
 */
export class WindowSampler {
  pool: TracePool
  /** Noise that the network takes for earthquakes, when there is some. */
  hardNoise: WeightedChoice<Stretch> | undefined
  readonly #config: TrainingConfig
  readonly #shape: WindowShape
  readonly #preprocess: Preprocessor
  readonly #random: Random
  readonly #raw: Float64Array
  readonly #other: Float64Array
  readonly #ground: Ground

  constructor(pool: TracePool, config: TrainingConfig, shape: WindowShape, preprocess: Preprocessor, random: Random) {
    this.pool = pool
    this.#config = config
    this.#shape = shape
    this.#preprocess = preprocess
    this.#random = random
    this.#raw = new Float64Array(shape.windowLength * CHANNELS)
    this.#other = new Float64Array(shape.windowLength * CHANNELS)
    const fillNoise = (window: Float64Array) => this.#drawPlainNoise(window)
    this.#ground = realGround(() => this.pool, fillNoise, shape.sampleRate, random)
  }

  /**
   * Fills a batch, earthquakes and noise in turn.
   *
   * @param inputs row-major [count, windowLength, 3]
   * @param targets [count]: 1 earthquake, 0 noise; nearer to each other by the label smoothing
   */
  fillBatch(inputs: Float32Array, targets: Float32Array): void {
    const size = this.#raw.length
    const { labelSmoothing } = this.#config
    for (let slot = 0; slot < targets.length; slot++) {
      const isEarthquake = slot % 2 === 0
      const input = inputs.subarray(slot * size, (slot + 1) * size)
      // A window that augmentation left without signal teaches nothing: another one is drawn.
      do {
        if (isEarthquake) this.#drawEarthquake()
        else this.#drawNoise()
      } while (!this.#preprocess(this.#raw, input))
      targets[slot] = isEarthquake ? 1 - labelSmoothing : labelSmoothing
    }
  }

  #drawEarthquake(): void {
    const random = this.#random
    const { augmentation } = this.#config
    if (chance(random, augmentation.made)) this.#drawMadeEarthquake()
    else this.#drawRealEarthquake()
    augment(this.#raw, this.#shape.sampleRate, augmentation, random)
  }

  #drawMadeEarthquake(): void {
    const { windowLength, sampleRate } = this.#shape
    const latestP = windowLength - Math.round(this.#config.windows.minimumPSeconds * sampleRate)
    fillMadeEarthquake(this.#other, latestP, sampleRate, this.#random, this.#ground)
    this.#drawPlainNoise(this.#raw)
    this.#mixIn(logBetween(this.#random, MADE_PEAK.least, MADE_PEAK.most))
  }

  #drawRealEarthquake(): void {
    const random = this.#random
    const { augmentation } = this.#config
    this.#cut(this.pool.earthquakes, this.#raw)
    if (chance(random, augmentation.superposition)) {
      this.#cut(this.pool.earthquakes, this.#other)
      this.#mixIn(logBetween(random, SECOND_PEAK.least, SECOND_PEAK.most))
    }
    if (chance(random, augmentation.noise)) {
      if (chance(random, augmentation.source)) this.#drawSource()
      else this.#drawPlainNoise(this.#other)
      this.#mixIn(logBetween(random, QUIETEST_NOISE, augmentation.loudestNoise))
    }
    if (chance(random, augmentation.disturbance)) {
      this.#other.fill(0)
      disturb(this.#other, this.#shape.sampleRate, random)
      this.#mixIn(logBetween(random, DISTURBANCE_PEAK.least, DISTURBANCE_PEAK.most))
    }
  }

  #drawNoise(): void {
    const random = this.#random
    const { sampleRate } = this.#shape
    const { noise, augmentation } = this.#config
    if (this.hardNoise && this.hardNoise.size > 0 && chance(random, noise.mined)) this.#cut(this.hardNoise, this.#raw)
    else this.#drawMixedNoise()
    if (chance(random, noise.disturbance)) disturb(this.#raw, sampleRate, random)
    augment(this.#raw, sampleRate, augmentation, random)
  }

  #drawMixedNoise(): void {
    const random = this.#random
    const { noise, augmentation } = this.#config
    if (this.pool.coda.size > 0 && chance(random, noise.coda)) this.#cut(this.pool.coda, this.#raw)
    else this.#drawPlainNoise(this.#raw)
    if (chance(random, noise.reversal)) reverse(this.#raw)
    if (chance(random, noise.reversed)) {
      this.#cut(this.pool.earthquakes, this.#raw)
      reverse(this.#raw)
    }
    if (chance(random, augmentation.noise)) {
      this.#drawPlainNoise(this.#other)
      this.#mixIn(logBetween(random, 1 / NOISE_MIX, NOISE_MIX))
    }
    if (chance(random, noise.source)) {
      this.#drawSource()
      this.#mixIn(logBetween(random, SOURCE_PEAK.least, SOURCE_PEAK.most))
    }
    if (chance(random, noise.singleComponent)) {
      this.#drawSingleComponent()
      this.#mixIn(logBetween(random, SINGLE_COMPONENT_PEAK.least, SINGLE_COMPONENT_PEAK.most))
    }
  }

  #drawSource(): void {
    const ground = chance(this.#random, this.#config.noise.ground) ? this.#ground : undefined
    fillNoiseSource(this.#other, this.#shape.sampleRate, this.#random, ground)
  }

  /** The ground moves in three dimensions: what looks like an earthquake on one component alone is the electronics. */
  #drawSingleComponent(): void {
    this.#cut(this.pool.earthquakes, this.#other)
    const alone = integerBetween(this.#random, 0, CHANNELS - 1)
    for (let i = 0; i < this.#other.length; i++) if (i % CHANNELS !== alone) this.#other[i] = 0
  }

  #drawPlainNoise(window: Float64Array): void {
    const { preEvent, synthetic } = this.#config.noise
    const draw = this.#random.uniform()
    if (draw < synthetic) fillSyntheticNoise(window, this.#shape.sampleRate, this.#random)
    else if (draw < synthetic + preEvent && this.pool.preEvent.size > 0) this.#cut(this.pool.preEvent, window)
    else this.#cut(this.pool.noise, window)
  }

  #cut(stretches: WeightedChoice<Stretch>, window: Float64Array): void {
    const { trace, firstStart, lastStart } = stretches.draw(this.#random)
    const start = integerBetween(this.#random, firstStart, lastStart)
    const speed = chance(this.#random, this.#config.augmentation.speed) ? logBetween(this.#random, 1 / MOST_SPEED, MOST_SPEED) : 1
    copyWindow(trace, start, speed, window)
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
