import { Fourier, nextPowerOfTwo } from '../../signal/fourier.ts'

/** Amplitude spectra of the three components. */
export interface ComponentSpectra {
  /** Hz, without 0. */
  readonly frequencies: Float64Array
  /** |X| / rate: amplitude seconds. One array per component. */
  readonly amplitudes: readonly [Float64Array, Float64Array, Float64Array]
}

/**
 * Amplitude spectra of a window, zero-padded to a power of two, averaged over third-octave-wide neighbourhoods so that a logarithmic
 * axis can be read.
 *
 * @param samples row-major [rows, 3]
 */
export function componentSpectra(samples: ArrayLike<number>, sampleRate: number): ComponentSpectra {
  const rows = samples.length / 3
  const fourier = new Fourier(nextPowerOfTwo(rows))
  const { size } = fourier
  const count = size / 2
  const frequencies = Float64Array.from({ length: count }, (_, i) => ((i + 1) * sampleRate) / size)
  const spectrum = (column: number) => {
    const real = new Float64Array(size)
    const imaginary = new Float64Array(size)
    for (let row = 0; row < rows; row++) real[row] = samples[row * 3 + column]!
    fourier.transform(real, imaginary)
    return smoothed(Float64Array.from({ length: count }, (_, i) => Math.hypot(real[i + 1]!, imaginary[i + 1]!) / sampleRate))
  }
  return { frequencies, amplitudes: [spectrum(0), spectrum(1), spectrum(2)] }
}

/** Mean over the windows. */
export function meanSpectra(windows: readonly ArrayLike<number>[], sampleRate: number): ComponentSpectra | undefined {
  const all = windows.map((window) => componentSpectra(window, sampleRate))
  const [first] = all
  if (first === undefined) return undefined
  const mean = (column: 0 | 1 | 2) =>
    first.amplitudes[column].map((_, i) => all.reduce((sum, { amplitudes }) => sum + amplitudes[column][i]!, 0) / all.length)
  return { frequencies: first.frequencies, amplitudes: [mean(0), mean(1), mean(2)] }
}

/** Root mean square from a sixth of an octave below to one above. */
function smoothed(amplitudes: Float64Array): Float64Array {
  const width = 2 ** (1 / 6)
  return amplitudes.map((_, i) => {
    const from = Math.max(0, Math.round((i + 1) / width) - 1)
    const to = Math.min(amplitudes.length - 1, Math.round((i + 1) * width) - 1)
    let power = 0
    for (let k = from; k <= to; k++) power += amplitudes[k]! ** 2
    return Math.sqrt(power / (to - from + 1))
  })
}
