import { describe, expect, it } from 'vitest'
import { relevanceWords, timeShares } from '../../../../src/web/detections/relevance-words.ts'
import { EXAMPLE_FACTS } from '../../../helpers/example-detection.ts'

const FACTS = { ...EXAMPLE_FACTS, components: [...EXAMPLE_FACTS.components] as [number, number, number] }

describe('relevance in words', () => {
  it('says where it lies in time, by component, and around what', () => {
    expect(relevanceWords(FACTS)).toEqual([
      '10 % of the relevance lies before the onset, 60 % from the onset to S, 30 % from S on.',
      'By component: Z 50 %, N 30 %, E 20 %.',
      'Its centre is 2.5 s after the onset, the guessed S 4.0 s after it.',
    ])
  })

  it('knows two parts only without a guess of S', () => {
    expect(timeShares({ ...FACTS, fromS: null, sGuessSeconds: null })).toEqual([
      { name: 'before the onset', share: 0.1 },
      { name: 'after the onset', share: 0.9 },
    ])
  })

  it('remarks what looks like no earthquake', () => {
    const words = relevanceWords({
      ...FACTS,
      spike: 0.8,
      flatEdge: 0.4,
      windowEdge: 0.5,
      beforeOnset: 0.6,
      centroidSeconds: -1,
    }).join(' ')
    for (const remark of [
      'like a spike',
      'a filled gap',
      'edges of the window',
      'before the onset: the network saw',
      '1.0 s before the onset',
    ]) {
      expect(words).toContain(remark)
    }
  })

  it('says so when there is none', () => {
    expect(relevanceWords({ ...FACTS, components: [0, 0, 0] })).toHaveLength(1)
    expect(timeShares({ ...FACTS, components: [0, 0, 0] })).toEqual([])
  })
})
