import { describe, expect, it } from 'vitest'
import { PreciseNetwork } from '../../../src/nn/precise-network.ts'
import { naiveLogit } from '../../helpers/naive/nn-forward.ts'
import { numericalInputGradient } from '../../helpers/naive/nn-gradient.ts'
import { networkGrid, noise, randomNetwork } from '../../helpers/networks.ts'

describe.each(networkGrid())('a network in double precision, $title', ({ architecture }) => {
  const network = randomNetwork(architecture, 7)
  const { rows, channels } = network.input
  const window = Float64Array.from(noise(rows * channels, 11))
  const { logit, gradient } = new PreciseNetwork(network).gradient(window)

  it('gives the logit of the definition', () => {
    expect(Math.abs(logit - naiveLogit(network, window))).toBeLessThan(1e-12)
  })

  it('gives the gradient that finite differences give', () => {
    const expected = numericalInputGradient(network, window)
    const scale = Math.max(...expected.map(Math.abs))
    for (const [i, value] of expected.entries()) expect(Math.abs(gradient[i]! - value)).toBeLessThan(1e-7 * scale + 1e-9)
  })
})
