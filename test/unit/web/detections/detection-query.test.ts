import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import {
  isFiltering,
  matches,
  readDetectionQuery,
  stationIdFrom,
  writtenQuery,
} from '../../../../src/web/detections/detection-query.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

const read = (text: string) => readDetectionQuery(new URLSearchParams(text))

describe('the query of the detections', () => {
  it('goes through the address and back', () => {
    const text = 'from=2019-07-04T17%3A00%3A00.000Z&station=CI_CLC&minimumScore=0.99&label=none&state=closed&reason=any'
    expect(new URLSearchParams(writtenQuery(read(text))).toString()).toBe(text)
  })

  it('leaves out what it does not understand, so that no address breaks the page', () => {
    const query = read('from=yesterday&minimumScore=2&label=<b>&state=ajar&reason=&station=')
    expect(isFiltering(query)).toBe(false)
    expect(read('minimumScore=').minimumScore).toBeUndefined()
    expect(read('minimumScore=0').minimumScore).toBe(0)
  })

  it('takes codes as people write them', () => {
    expect(stationIdFrom(' ci.clc ')).toBe('CI_CLC')
    expect(stationIdFrom('CI.CLC.HH')).toBe('CI_CLC__HH')
    expect(stationIdFrom('CI.CLC.00.HH')).toBe('CI_CLC_00_HH')
    expect(stationIdFrom('CI_CLC__HH')).toBe('CI_CLC__HH')
  })
})

describe('a detection that has just come', () => {
  const detection = detectionToWire(exampleDetection(0), { seq: 1, latency: {} })
  const onset = detection.onset.time

  it('belongs into the table when every part of the query fits', () => {
    expect(matches({}, detection)).toBe(true)
    expect(matches({ station: 'CI_CLC', minimumScore: detection.peak.score, label: 'none', state: 'open' }, detection)).toBe(true)
    expect(matches({ station: 'CI_CLC_00_HH' }, detection)).toBe(true)
  })

  it('belongs there by what speaks against it', () => {
    const doubtful = { ...detection, reason: 'relevance-in-one-spike' }
    expect(matches({ reason: 'none' }, detection)).toBe(true)
    expect(matches({ reason: 'any' }, doubtful)).toBe(true)
    expect(matches({ reason: 'relevance-in-one-spike' }, doubtful)).toBe(true)
  })

  it('does not when one part does not', () => {
    expect(matches({ station: 'CI_CL' }, detection)).toBe(false)
    expect(matches({ minimumScore: detection.peak.score + 1e-6 }, detection)).toBe(false)
    expect(matches({ label: 'noise' }, detection)).toBe(false)
    expect(matches({ state: 'closed' }, detection)).toBe(false)
    expect(matches({ reason: 'any' }, detection)).toBe(false)
    expect(matches({ reason: 'none' }, { ...detection, reason: 'relevance-in-one-spike' })).toBe(false)
    expect(matches({ reason: 'relevance-at-gap-edge' }, { ...detection, reason: 'relevance-in-one-spike' })).toBe(false)
  })

  it('is looked for from its first moment on and up to the last', () => {
    expect(matches({ from: onset }, detection)).toBe(true)
    expect(matches({ to: onset }, detection)).toBe(false)
  })
})
