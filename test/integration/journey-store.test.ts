import { describe, expect, it } from 'vitest'
import type { Journey } from '../../src/contract/journey.ts'
import { freshStore } from '../helpers/fresh-store.ts'

describe('journeys of detections', () => {
  const fresh = freshStore()

  const journey = (seq: number, screens: Journey['screens'] = []): Journey => ({
    seq,
    state: seq % 2 === 1 ? 'open' : 'closed',
    latency: { packetSeconds: 2 },
    storeSeconds: 0.004,
    screens,
  })

  it('are kept over a restart, as they were told last', () => {
    fresh.store.saveJourneys([
      { detection: 'a', journey: journey(1) },
      { detection: 'b', journey: journey(3) },
    ])
    const drawn = journey(1, [{ client: 1, sentSeconds: 0.001, shown: { seconds: 0.02, uncertaintySeconds: 0.001 } }])
    fresh.store.saveJourneys([
      { detection: 'a', journey: journey(2) },
      { detection: 'a', journey: drawn },
    ])
    fresh.reopen()
    expect(fresh.store.journeys('a')).toEqual([drawn, journey(2)])
    expect(fresh.store.journeys('b')).toEqual([journey(3)])
    expect(fresh.store.journeys('c')).toEqual([])
  })
})
