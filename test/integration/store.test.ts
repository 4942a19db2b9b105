import { describe, expect, it } from 'vitest'
import { detectionSchema } from '../../src/contract/detection.ts'
import { parseInstrumentId, type SourceId } from '../../src/domain/source-id.ts'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import type { TraceGap } from '../../src/domain/trace-gap.ts'
import type { Store } from '../../src/io/store/store.ts'
import { closed, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { freshStore } from '../helpers/fresh-store.ts'

const SECOND = MICROS_PER_SECOND
const DAY = 86_400 * SECOND
const other = parseInstrumentId('IU_ANMO_00_BH')!
const fresh = freshStore()
const latency = { packetSeconds: 2, processingSeconds: 0.01 }

describe('gaps', () => {
  const Z = 'FDSN:CI_CLC_00_H_H_Z' as SourceId
  const N = 'FDSN:CI_CLC_00_H_H_N' as SourceId
  const gap = (sourceId: SourceId, seconds: number, cause: TraceGap['cause'] = 'notReceived'): TraceGap => {
    const startTime = EXAMPLE_TIME + seconds * SECOND
    return { sourceId, startTime, endTime: startTime + 10 * SECOND, cause }
  }
  const all = { from: 0, to: EXAMPLE_TIME + 200 * DAY, limit: 100 }

  it('are found by channel and time, over a restart', () => {
    fresh.store.commit({ gaps: [gap(Z, 100), gap(N, 50), gap(Z, 0)] })
    fresh.reopen()
    expect(fresh.store.gaps(all)).toEqual([gap(N, 50), gap(Z, 0), gap(Z, 100)])
    expect(fresh.store.gaps({ ...all, prefix: 'CI_CLC_00_H_H_Z' })).toEqual([gap(Z, 0), gap(Z, 100)])
    expect(fresh.store.gaps({ ...all, prefix: 'CI_CL_' })).toEqual([])
    expect(fresh.store.gaps({ ...all, from: EXAMPLE_TIME + 11 * SECOND, to: EXAMPLE_TIME + 60 * SECOND })).toEqual([gap(N, 50)])
    expect(fresh.store.gaps({ ...all, limit: 2 })).toHaveLength(2)
  })

  it('are counted by the cause that was told last', () => {
    fresh.store.commit({ gaps: [gap(Z, 0), gap(Z, 100), gap(N, 0, 'timeTear')] })
    fresh.store.commit({ gaps: [gap(Z, 100, 'rejected:LATE')] })
    expect(fresh.store.gapCounts()).toEqual({ notReceived: 1, 'rejected:LATE': 1, timeTear: 1 })
  })

  it('go with the scores when they are too old', () => {
    fresh.store.commit({ gaps: [gap(Z, 0), gap(Z, 86_400)] })
    fresh.store.prune(EXAMPLE_TIME + 30.5 * DAY)
    expect(fresh.store.gaps(all)).toEqual([gap(Z, 86_400)])
  })
})

describe('detections', () => {
  it('come back as the object that was published, over a restart', () => {
    const { messages } = fresh.store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    expect(messages).toHaveLength(1)
    expect(detectionSchema.parse(messages[0])).toEqual(messages[0])
    const id = fresh.store.id
    fresh.reopen()
    expect(fresh.store.id).toBe(id)
    expect(fresh.store.detection(messages[0]!.id)).toEqual(messages[0])
    expect(fresh.store.messagesSince(0, 10)).toEqual(messages)
    expect(fresh.store.newestSeq).toBe(1)
  })

  it('are published again when closed, under the same id and a new number', () => {
    const first = exampleDetection(0)
    fresh.store.commit({ detections: [{ detection: first, latency }] })
    const { messages } = fresh.store.commit({ detections: [{ detection: closed(first), latency }] })
    expect(messages).toMatchObject([{ id: first.id, seq: 2, state: 'closed' }])
    expect(fresh.store.detectionCount).toBe(1)
    expect(fresh.store.messagesSince(1, 10)).toEqual(messages)
  })

  it('make no message when a re-run tells them again, whatever the latency', () => {
    const first = exampleDetection(0)
    const both = [first, closed(first)].map((detection) => ({ detection, latency }))
    fresh.store.commit({ detections: both })
    fresh.reopen()
    const again = both.map(({ detection }) => ({ detection, latency: { packetSeconds: 99 } }))
    expect(fresh.store.commit({ detections: again }).messages).toEqual([])
    expect(fresh.store.newestSeq).toBe(2)
    expect(fresh.store.detection(first.id)).toMatchObject({ state: 'closed', latency })
  })

  it('make a message when anything else has changed', () => {
    const first = exampleDetection(0)
    fresh.store.commit({ detections: [first, closed(first)].map((detection) => ({ detection, latency })) })
    const retuned = { ...closed(first), config: 'other' }
    expect(fresh.store.commit({ detections: [{ detection: retuned, latency }] }).messages).toMatchObject([
      { seq: 3, config: 'other' },
    ])
  })

  it('are found by time, station, instrument, score, label and state', () => {
    const detections = [
      exampleDetection(0),
      closed(exampleDetection(10, { peak: { time: EXAMPLE_TIME, score: 0.5 } })),
      exampleDetection(20, { instrument: other }),
    ]
    fresh.store.commit({ detections: detections.map((detection) => ({ detection, latency })) })
    fresh.store.setLabel(detections[2]!.id, 'blast', 'ann')
    const found = (filter: Parameters<Store['detections']>[0]) =>
      fresh.store.detections(filter, { limit: 10 }).detections.map(({ id }) => detections.findIndex((each) => each.id === id))
    expect(found({})).toEqual([2, 1, 0])
    expect(found({ from: EXAMPLE_TIME + 10 * SECOND })).toEqual([2, 1])
    expect(found({ to: EXAMPLE_TIME + 10 * SECOND })).toEqual([0])
    expect(found({ station: 'CI_CLC' })).toEqual([1, 0])
    expect(found({ station: 'IU_ANMO_00_BH' })).toEqual([2])
    expect(found({ station: 'IU_ANMO_10_BH' })).toEqual([])
    expect(found({ minimumScore: 0.9 })).toEqual([2, 0])
    expect(found({ label: 'blast' })).toEqual([2])
    expect(found({ label: 'none', state: 'closed' })).toEqual([1])
  })

  it('come page by page, each once, also when onsets are equal', () => {
    const detections = Array.from({ length: 7 }, (_, i) => exampleDetection(Math.floor(i / 3), { id: `d${i}` }))
    fresh.store.commit({ detections: detections.map((detection) => ({ detection, latency })) })
    const ids: string[] = []
    let cursor: string | null | undefined
    let pages = 0
    do {
      const page = fresh.store.detections({}, { limit: 2, cursor: cursor ?? undefined })
      ids.push(...page.detections.map(({ id }) => id))
      cursor = page.cursor
      pages++
    } while (cursor)
    expect(ids).toEqual(['d6', 'd5', 'd4', 'd3', 'd2', 'd1', 'd0'])
    expect(pages).toBe(4)
  })
})

describe('labels', () => {
  it('are kept with history, shown on the detection and told as a message', () => {
    const { id } = exampleDetection(0)
    fresh.store.commit({ detections: [{ detection: exampleDetection(0), latency }] })
    const message = fresh.store.setLabel(id, 'blast', 'ann')
    expect(message).toMatchObject({ seq: 2, type: 'label', id, station: 'CI_CLC', label: { value: 'blast', by: 'ann' } })
    expect(fresh.store.detection(id)).toMatchObject({ seq: 2, label: { value: 'blast' } })
    expect(fresh.store.setLabel(id, null, 'bob')).toMatchObject({ label: null })
    expect(fresh.store.detection(id)).not.toHaveProperty('label')
    expect(fresh.store.labels(id)).toMatchObject([
      { value: 'blast', by: 'ann' },
      { value: null, by: 'bob' },
    ])
    expect(fresh.store.messagesSince(1, 10).map(({ type }) => type)).toEqual(['label', 'label'])
  })

  it('survive the closing of the detection', () => {
    const first = exampleDetection(0)
    fresh.store.commit({ detections: [{ detection: first, latency }] })
    fresh.store.setLabel(first.id, 'noise', 'ann')
    const { messages } = fresh.store.commit({ detections: [{ detection: closed(first), latency }] })
    expect(messages).toMatchObject([{ state: 'closed', label: { value: 'noise', by: 'ann' } }])
  })

  it('need a detection', () => expect(fresh.store.setLabel('none', 'blast', 'ann')).toBeUndefined())
})

describe('checkpoints', () => {
  it('bring plain data back: typed arrays, bigints, maps', () => {
    const state = { samples: Float64Array.of(1.5, -2), time: 12n, map: new Map([['a', [1, null]]]), text: 'x' }
    fresh.store.commit({ checkpoints: new Map([['IU_ANMO', state]]), positions: new Map([['seedlink://a:18000 IU_ANMO', 17n]]) })
    fresh.reopen()
    expect(fresh.store.checkpoints()).toEqual(new Map([['IU_ANMO', state]]))
    expect(fresh.store.positions()).toEqual(new Map([['seedlink://a:18000 IU_ANMO', 17n]]))
  })

  it('that this Node cannot read are left out and told', () => {
    fresh.store.commit({
      checkpoints: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })
    fresh.tamper((database) => database.prepare("UPDATE checkpoints SET value = x'ffff' WHERE key = 'a'").run())
    expect(fresh.store.checkpoints()).toEqual(new Map([['b', 2]]))
    expect(fresh.problems).toMatchObject([{ code: 'checkpoint-unreadable', message: expect.stringContaining('starting afresh') }])
  })

  it('are replaced and removed key by key', () => {
    fresh.store.commit({
      checkpoints: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })
    fresh.store.commit({
      checkpoints: new Map<string, unknown>([
        ['a', 3],
        ['b', undefined],
      ]),
    })
    expect(fresh.store.checkpoints()).toEqual(new Map([['a', 3]]))
  })
})
