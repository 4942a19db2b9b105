import { describe, expect, it } from 'vitest'
import { convolutionKernels, frequencyResponses, similarFilters } from '../../../src/nn/convolution-kernels.ts'
import { conv1d, detector, randomNetwork } from '../../helpers/networks.ts'

/** One convolution whose kernel is given as rows [tap][input][filter]. */
function kernelsOf(taps: readonly (readonly (readonly number[])[])[]) {
  const [first = []] = taps
  const inputs = first.length
  const filters = first[0]?.length ?? 0
  const network = randomNetwork(detector(16, inputs, conv1d('conv', { kernelSize: taps.length, filters })), 1)
  const weights = [[Float32Array.from(taps.flat(2)), new Float32Array(filters)], ...network.weights.slice(1)]
  return convolutionKernels({ ...network, weights }, 20)[0]!
}

describe('convolution kernels', () => {
  it('are those of the convolutions alone, with the rate of the rows they read', () => {
    const layers = [
      conv1d('a', { strides: 2, filters: 4 }),
      { kind: 'maxPooling1d', name: 'pool', poolSize: 2, strides: 5, padding: 'same' } as const,
      conv1d('b', { strides: 3, filters: 5, useBias: false }),
    ]
    const network = randomNetwork(detector(200, 3, ...layers), 3)
    const kernels = convolutionKernels(network, 20)
    expect(kernels.map(({ layer, inputs, filters, inputRate }) => [layer, inputs, filters, inputRate])).toEqual([
      ['a', 3, 4, 20],
      ['b', 4, 5, 2],
    ])
    expect(kernels[0]!.weights).toEqual(network.weights[0]![0])
    expect(kernels[1]!.biases).toEqual(new Float32Array(5))
    expect(kernels[0]!.largest).toBe(Math.max(...kernels[0]!.weights.map(Math.abs)))
  })
})

describe('frequency responses', () => {
  it('of a difference are 2 sin(πf/rate): nothing at 0 Hz, 2 at half the rate', () => {
    const { frequencies, gains } = frequencyResponses(kernelsOf([[[1]], [[-1]]]), 5)
    expect([...frequencies]).toEqual([0, 2.5, 5, 7.5, 10])
    const expected = [...frequencies].map((hertz) => 2 * Math.sin((Math.PI * hertz) / 20))
    for (const [i, gain] of gains.entries()) expect(gain).toBeCloseTo(expected[i]!, 12)
  })

  it('are what the filter does to a sine, input by input, powers added', () => {
    const kernels = kernelsOf([
      [[0.5], [-0.2]],
      [[0.1], [0.9]],
      [[-0.7], [0.3]],
    ])
    const { frequencies, gains } = frequencyResponses(kernels, 9)
    for (const [point, hertz] of frequencies.entries()) {
      let power = 0
      for (let input = 0; input < 2; input++) power += amplitudeThrough(kernels, input, hertz) ** 2
      expect(gains[point]).toBeCloseTo(Math.sqrt(power), 10)
    }
  })

  /** Filters a complex sine in the time domain. */
  function amplitudeThrough(
    { weights, kernelSize, inputs, filters }: ReturnType<typeof kernelsOf>,
    input: number,
    hertz: number,
  ) {
    const at = 7
    let real = 0
    let imaginary = 0
    for (let tap = 0; tap < kernelSize; tap++) {
      const phase = (2 * Math.PI * hertz * (at + tap)) / 20
      real += weights[(tap * inputs + input) * filters]! * Math.cos(phase)
      imaginary += weights[(tap * inputs + input) * filters]! * Math.sin(phase)
    }
    return Math.hypot(real, imaginary)
  }
})

describe('similar filters', () => {
  it('come most similar first, whatever their size and sign, and leave filters of zeros out', () => {
    // Filters: a, 2a, −a, something else, zeros; norms that are whole numbers, so that ties are exact.
    const kernels = kernelsOf([[[3, 6, -3, 1, 0]], [[4, 8, -4, 0, 0]]])
    const pairs = similarFilters(kernels, 10)
    expect(pairs.slice(0, 3).map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ])
    expect(pairs.slice(0, 3).map(({ cosine }) => cosine)).toEqual([1, -1, -1])
    expect(pairs.length).toBe(6)
    expect(pairs[3]!.cosine).toBeCloseTo(0.6, 12)
    expect(similarFilters(kernels, 2).length).toBe(2)
  })
})
