import { describe, expect, it } from 'vitest'
import type { DetectionFilter } from '../../src/contract/detection-search.ts'
import { GLITCH_REASONS } from '../../src/domain/glitch-reason.ts'
import { exampleDetection } from '../helpers/example-detection.ts'
import { freshStore } from '../helpers/fresh-store.ts'

const [GAP_EDGE, , ONE_SPIKE] = GLITCH_REASONS

describe('detections by what speaks against them', () => {
  const fresh = freshStore()

  /** One in ten has a spike, one in a hundred lies at a gap; the oldest first. */
  const stored = Array.from({ length: 300 }, (_, i) => {
    const reason = i % 100 === 7 ? GAP_EDGE : i % 10 === 3 ? ONE_SPIKE : undefined
    return exampleDetection(i * 60, reason === undefined ? {} : { reason })
  })
  const fill = () => fresh.store.commit({ detections: stored.map((detection) => ({ detection, latency: {} })) })

  /** All pages of a search, a few at a time. */
  const found = (filter: DetectionFilter): string[] => {
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = fresh.store.detections(filter, { limit: 4, cursor })
      ids.push(...page.detections.map(({ id }) => id))
      cursor = page.cursor ?? undefined
    } while (cursor !== undefined)
    return ids
  }
  const expected = (fits: (reason: string | undefined) => boolean) =>
    stored
      .filter(({ reason }) => fits(reason))
      .map(({ id }) => id)
      .reverse()

  it('are found in the whole store, page by page', () => {
    fill()
    expect(found({ reason: GAP_EDGE })).toEqual(expected((reason) => reason === GAP_EDGE))
    expect(found({ reason: GAP_EDGE, station: 'CI_CLC' })).toHaveLength(3)
    expect(found({ reason: 'any' })).toEqual(expected((reason) => reason !== undefined))
    expect(found({ reason: 'none' })).toEqual(expected((reason) => reason === undefined))
    expect(found({ reason: 'never-heard-of' })).toEqual([])
  })

  it('are found in a store of an older version, too', () => {
    fill()
    fresh.tamper((database) => {
      database.exec(
        'DROP TABLE journeys; DROP TABLE arrivals; DROP INDEX detections_by_onset; CREATE INDEX detections_by_onset ON detections (onset, id, peak_score, label, state)',
      )
      database.pragma('user_version = 11')
    })
    expect(found({ reason: GAP_EDGE })).toHaveLength(3)
  })
})
