import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import { badgedTitle, detectionWords } from '../../../../src/web/attention/detection-words.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

const wire = (reason?: string) =>
  detectionToWire(exampleDetection(2, reason === undefined ? {} : { reason }), { seq: 1, latency: {} })

describe('a detection in words', () => {
  it('says where, when and how sure', () => {
    expect(detectionWords(wire())).toBe('CI.CLC.00.HH, onset 17:33:51 UTC, score 0.97')
  })

  it('says when it may be none', () => {
    expect(detectionWords(wire('single-spike'))).toMatch(/, may be a glitch: single spike$/)
  })
})

describe('the title of the page', () => {
  it('counts what nobody has seen', () => {
    expect([0, 3, 120].map((unseen) => badgedTitle('Live', unseen))).toEqual(['Live', '(3) Live', '(99+) Live'])
  })
})
