import { describe, expect, it } from 'vitest'
import { subscribeSchema } from '../../../../src/contract/feed.ts'
import { subscriptionOf } from '../../../../src/web/feed/feed-wants.ts'

describe('the subscription for what is in view', () => {
  it('asks for detections, events and health alone when nothing is', () => {
    expect(subscriptionOf([])).toEqual({ type: 'subscribe', topics: ['detections', 'events', 'health'] })
  })

  it('joins what the parts of the page want', () => {
    const wants = [{ waveforms: ['XX_B_00_HH', 'XX_A_00_HH'] }, { waveforms: ['XX_A_00_HH'], scores: ['XX_A_00_HH'] }]
    expect(subscriptionOf(wants)).toEqual({
      type: 'subscribe',
      topics: ['detections', 'events', 'health', 'scores', 'waveforms'],
      waveformStations: ['XX_A_00_HH', 'XX_B_00_HH'],
      scoreStations: ['XX_A_00_HH'],
    })
    expect(subscriptionOf([...wants].reverse())).toEqual(subscriptionOf(wants))
  })

  it('names nobody when all are wanted', () => {
    const subscription = subscriptionOf([{ scores: ['XX_A_00_HH'] }, { scores: 'all' }])
    expect(subscription.topics).toContain('scores')
    expect(subscription.scoreStations).toBeUndefined()
  })

  it('stays below the largest message of the feed, whatever is in view, and is what the feed understands', () => {
    const names = Array.from({ length: 4000 }, (_, i) => `XX_ST${String(i).padStart(5, '0')}_00_HH`)
    for (const count of [10, 1500, 4000]) {
      const some = names.slice(0, count)
      const subscription = subscriptionOf([{ waveforms: some, envelopes: some.slice(0, 1400) }])
      expect(subscribeSchema.safeParse(subscription).success).toBe(true)
      expect(JSON.stringify(subscription).length).toBeLessThan(64 * 1024)
    }
  })
})
