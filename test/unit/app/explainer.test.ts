import { describe, expect, it } from 'vitest'
import { createExplainer } from '../../../src/app/explainer.ts'
import { UsageError } from '../../../src/domain/errors.ts'
import { Relevance } from '../../../src/nn/relevance.ts'
import { conv1d, detector, kernels, noise, randomNetwork } from '../../helpers/networks.ts'

const network = randomNetwork(detector(21, 3, conv1d('first'), conv1d('second')), 1)

describe('the explainer of the monitor', () => {
  it('gives the map of the β rule, biases ignored, from 1 at the logit', () => {
    const window = noise(63, 2)
    const expected = new Relevance(network, kernels, { method: 'lrp', beta: 0.5, bias: 'ignore', start: 'one' }).explain(window)
    const explainer = createExplainer(network, 0.5)
    expect(explainer.relevance(window).slice()).toEqual(expected.relevance)
    expect(explainer.beta).toBe(0.5)
  })

  it('gives the same bits whatever it explained before', () => {
    const explainer = createExplainer(network, 0)
    const first = explainer.relevance(noise(63, 2)).slice()
    explainer.relevance(noise(63, 9))
    expect(explainer.relevance(noise(63, 2)).slice()).toEqual(first)
  })

  it('refuses a β that no rule has', () => {
    expect(() => createExplainer(network, -2)).toThrow(UsageError)
  })
})
