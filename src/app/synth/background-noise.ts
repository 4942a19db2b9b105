import { Fourier, nextPowerOfTwo } from '../../signal/fourier.ts'
import { antiAliasGain } from './digitiser.ts'
import { highNoiseModel, lowNoiseModel } from './noise-models.ts'
import type { Random } from './random.ts'
import type { SyntheticStation } from './scenario.ts'

/** Power spectral density of ground velocity, one-sided, (m/s)²/Hz, in its two parts. */
export interface NoiseSpectrum {
  /** The sea's microseism and all that never sleeps. */
  natural(frequency: number): number
  /** People, at midday. */
  cultural(frequency: number): number
}

/** Long-period corner of the sensor, Hz. */
const SENSOR_CORNER = 1 / 120
/** Share of the range between the noise models that wind, tilt and microseism fill in addition, by frequency band. */
const MICROSEISM_SHARE = 0.12
const TILT_SHARE = 0.15

/** Noise of one component between Peterson's low and high noise models, by the station's levels. */
export function noiseSpectrum(station: SyntheticStation, component: 'Z' | 'N' | 'E'): NoiseSpectrum {
  const isHorizontal = component !== 'Z'
  return {
    natural: (frequency) => {
      const microseism = MICROSEISM_SHARE * Math.exp(-(Math.log2(frequency / 0.2) ** 2) / 4)
      const tilt = isHorizontal ? TILT_SHARE / (1 + (frequency / 0.05) ** 2) : 0
      return velocityPower(frequency, station.noiseLevel + microseism + tilt)
    },
    cultural: (frequency) => {
      const onset = frequency ** 6 / (1 + frequency ** 6)
      return velocityPower(frequency, station.culturalLevel) * onset * (isHorizontal ? 1.3 : 1)
    },
  }
}

/** rms of the noise on Z between two frequencies, by day. @returns m/s */
export function noiseLevelIn(station: SyntheticStation, fromHz: number, toHz: number): number {
  const spectrum = noiseSpectrum(station, 'Z')
  const steps = 200
  const width = (toHz - fromHz) / steps
  let power = 0
  for (let n = 0; n < steps; n++) {
    const frequency = fromHz + (n + 0.5) * width
    power += (spectrum.natural(frequency) + spectrum.cultural(frequency)) * width
  }
  return Math.sqrt(power)
}

function velocityPower(frequency: number, level: number): number {
  const low = lowNoiseModel(frequency)
  const decibel = low + Math.min(0.95, Math.max(0.05, level)) * (highNoiseModel(frequency) - low)
  return 10 ** (decibel / 10) / (2 * Math.PI * frequency) ** 2
}

/** One block of noise lasts about this long; the spectrum is as fine as its inverse. */
const BLOCK_SECONDS = 160

/**
 * An endless stream of Gaussian noise with a given spectrum, in memory of one block: blocks of random phases and amplitudes are
 * shaped in the frequency domain and cross-faded by half, with squared fades that add up to one, so that the power never dips.
 */
export class NoiseStream {
  readonly #half: number
  readonly #sampleRate: number
  readonly #fourier: Fourier
  readonly #natural: Float64Array
  readonly #cultural: Float64Array
  readonly #fade: Float64Array
  readonly #random: Random
  readonly #culturalGainAt: (seconds: number) => number
  /** A transform gives two independent blocks: its real and its imaginary part. */
  readonly #blocks: [Float64Array, Float64Array]
  #blockNumber = 0
  /** Finished noise, of which so much is used; and the fading half of the last block. */
  readonly #ready: Float64Array
  #used: number
  readonly #tail: Float64Array

  /**
   * @param culturalGainAt power of the cultural part relative to midday, at seconds after the first sample
   */
  constructor(spectrum: NoiseSpectrum, sampleRate: number, random: Random, culturalGainAt: (seconds: number) => number) {
    const size = nextPowerOfTwo(BLOCK_SECONDS * sampleRate)
    this.#half = size / 2
    this.#sampleRate = sampleRate
    this.#fourier = new Fourier(size)
    this.#random = random
    this.#culturalGainAt = culturalGainAt
    const binWidth = sampleRate / size
    const perBin = (power: (frequency: number) => number) => {
      const tabulated = tabulate(power, binWidth, sampleRate / 2)
      return Float64Array.from({ length: this.#half + 1 }, (_, k) => {
        const frequency = k * binWidth
        const sensor = frequency ** 4 / (frequency ** 4 + SENSOR_CORNER ** 4)
        return k === 0 ? 0 : (tabulated(frequency) * sensor * antiAliasGain(frequency, sampleRate) ** 2 * binWidth) / 2
      })
    }
    this.#natural = perBin((f) => spectrum.natural(f))
    this.#cultural = perBin((f) => spectrum.cultural(f))
    this.#fade = Float64Array.from({ length: size }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / size))
    this.#blocks = [new Float64Array(size), new Float64Array(size)]
    this.#tail = new Float64Array(this.#half)
    this.#ready = new Float64Array(this.#half)
    this.#advance()
    // What comes first only fades in: nothing of it is given away.
    this.#used = this.#half
  }

  /** Adds the next samples, m/s times `scale`, to `out`. */
  addTo(out: Float64Array, scale: number): void {
    for (let n = 0; n < out.length; n++) {
      if (this.#used === this.#half) this.#advance()
      out[n] = out[n]! + scale * this.#ready[this.#used++]!
    }
  }

  /** Half a block of finished noise: the end of the last block over the beginning of the next. */
  #advance(): void {
    if (this.#blockNumber % 2 === 0) this.#makeBlocks()
    const block = this.#blocks[this.#blockNumber % 2]!
    this.#blockNumber++
    for (let n = 0; n < this.#half; n++) {
      this.#ready[n] = this.#tail[n]! + block[n]! * this.#fade[n]!
      this.#tail[n] = block[this.#half + n]! * this.#fade[this.#half + n]!
    }
    this.#used = 0
  }

  #makeBlocks(): void {
    const [re, im] = this.#blocks
    const { size } = this.#fourier
    const gain = this.#culturalGainAt((this.#blockNumber * this.#half) / this.#sampleRate)
    const random = this.#random
    // Uniform parts of variance one: the sum of thousands is Gaussian whatever each one is.
    const spread = 2 * Math.sqrt(3)
    for (let k = 0; k <= this.#half; k++) {
      const amplitude = Math.sqrt(this.#natural[k]! + gain * this.#cultural[k]!) * spread
      re[k] = amplitude * (random.uniform() - 0.5)
      im[k] = amplitude * (random.uniform() - 0.5)
      if (k > 0 && k < this.#half) {
        re[size - k] = amplitude * (random.uniform() - 0.5)
        im[size - k] = amplitude * (random.uniform() - 0.5)
      }
    }
    this.#fourier.transform(re, im)
  }
}

/** The same function from a table of 24 points per octave, logarithmic both ways: far quicker for thousands of frequencies. */
function tabulate(power: (frequency: number) => number, lowest: number, highest: number): (frequency: number) => number {
  const perOctave = 24
  const count = Math.ceil(Math.log2(highest / lowest) * perOctave) + 2
  const logarithms = Float64Array.from({ length: count }, (_, n) => Math.log(power(lowest * 2 ** (n / perOctave))))
  return (frequency) => {
    const position = Math.log2(frequency / lowest) * perOctave
    const index = Math.min(count - 2, Math.max(0, Math.floor(position)))
    const below = logarithms[index]!
    return Math.exp(below + (position - index) * (logarithms[index + 1]! - below))
  }
}

/** How busy people are at an hour of the day (0–24, local): power relative to midday, a tenth at night. */
export function culturalActivity(hour: number): number {
  const day = 0.5 - 0.5 * Math.cos((2 * Math.PI * (hour - 2)) / 24)
  return 0.08 + 0.92 * day ** 1.5
}
