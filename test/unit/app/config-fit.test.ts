import { describe, expect, it } from 'vitest'
import { checkConfigFits } from '../../../src/app/config-fit.ts'
import { defaultConfig } from '../../../src/app/default-config.ts'
import type { ModelCard } from '../../../src/contract/model-card.ts'

const card = { name: 'test', sampleRate: 20, windowLength: 501, acceptsDeadComponents: false } as ModelCard

describe('a configuration that must fit its model', () => {
  it('is taken when it does', () => {
    expect(() => checkConfigFits(defaultConfig(), card)).not.toThrow()
    const filled = { ...defaultConfig(), components: 'zero-fill' as const }
    expect(() => checkConfigFits(filled, { ...card, acceptsDeadComponents: true })).not.toThrow()
  })

  it('is refused with every setting that does not', () => {
    const base = defaultConfig()
    const config = {
      ...base,
      window: { strideSeconds: 0.33 },
      trigger: { ...base.trigger, deadSeconds: 5 },
      components: 'zero-fill' as const,
      stations: { XX_AAA: { trigger: { deadSeconds: 24 } } },
    }
    expect(() => checkConfigFits(config, card)).toThrowErrorMatchingInlineSnapshot(`
      [ConfigError: configuration: 4 settings do not fit test (defaults)
      window.strideSeconds: expected a multiple of the model's sample period 0.05 s, got 0.33
      trigger.deadSeconds: expected at least the model's window of 25 s, got 5
      stations.XX_AAA.trigger.deadSeconds: expected at least the model's window of 25 s, got 24
      components: expected wait or skip, got zero-fill; test was not trained with dead components]
    `)
  })

  it('holds onsets for as long as a detection of the model takes to come', () => {
    const base = defaultConfig()
    const hasty = { ...base, coincidence: { ...base.coincidence, holdSeconds: 20 } }
    expect(() => checkConfigFits(hasty, card)).toThrow(/coincidence\.holdSeconds: expected at least 27 s .* got 20/)
  })
})
