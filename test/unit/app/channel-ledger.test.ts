import { describe, expect, it } from 'vitest'
import { ChannelLedger } from '../../../src/app/channel-ledger.ts'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { nanosToMicros } from '../../../src/domain/time.ts'
import type { GapCause, Segment, TraceRecord } from '../../../src/domain/trace.ts'
import { TraceMerger } from '../../../src/signal/trace-merger.ts'
import { ARCHIVE_START } from '../../helpers/memory-source.ts'
import { seededRandom } from '../../helpers/signals.ts'

const Z = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
const RATE = 100
const A = 'seedlink://a:18000'
const B = 'seedlink://b:18000'

const time = (seconds: number) => ARCHIVE_START + BigInt(Math.round(seconds * 1e9))
const micros = (seconds: number) => nanosToMicros(time(seconds))

function segment(from: number, to: number): Segment {
  const samples = new Int32Array(Math.round((to - from) * RATE))
  return { kind: 'segment', sourceId: Z, startTime: time(from), sampleRate: RATE, samples }
}

function record(from: number, to: number): TraceRecord {
  return { ...segment(from, to), kind: 'record' }
}

function gap(from: number, to: number, cause: GapCause = 'missing') {
  return { kind: 'gap', sourceId: Z, startTime: time(from), endTime: time(to), cause } as const
}

function ledgerOf(...stretches: readonly (readonly [number, number])[]): ChannelLedger {
  const ledger = new ChannelLedger(Z)
  for (const [from, to] of stretches) ledger.onTrace(segment(from, to))
  return ledger
}

describe('gaps of a channel', () => {
  it('are none as long as segments continue each other', () => {
    const ledger = ledgerOf([0, 10], [10, 20], [20, 30])
    expect(ledger.account).toMatchObject({ sourceId: Z, samples: 3000, redundant: 0, gaps: {} })
    expect(ledger.nextTime).toBe(time(30))
  })

  it('were not received when nothing else is known', () => {
    const ledger = ledgerOf([0, 10])
    expect(ledger.onTrace(gap(10, 15))).toBeUndefined()
    expect(ledger.onTrace(segment(15, 20))).toEqual({
      sourceId: Z,
      startTime: micros(10),
      endTime: micros(15),
      cause: 'notReceived',
    })
    expect(ledger.account.gaps).toEqual({ notReceived: 1 })
  })

  it.each([
    ['tear', 'timeTear'],
    ['reset', 'timeReset'],
    ['rate', 'rateChange'],
  ] as const)('keep the merger’s cause %s as %s, whatever else was lost', (cause, expected) => {
    const ledger = ledgerOf([0, 10])
    ledger.onLossNear('rejected:STEIM')
    ledger.onTrace(gap(10, 10.006, cause))
    expect(ledger.onTrace(segment(10.006, 20))?.cause).toBe(expected)
  })

  it('have the cause of what was lost in them, the loss of what had come before what had not', () => {
    const ledger = ledgerOf([0, 10])
    ledger.onLoss('skippedByServer', micros(10), micros(20))
    ledger.onLoss('overflow', micros(12))
    expect(ledger.onTrace(segment(20, 30))?.cause).toBe('overflow')
    ledger.onLoss('skippedByServer', micros(30), micros(40))
    expect(ledger.onTrace(segment(40, 50))?.cause).toBe('skippedByServer')
  })

  it('do not take the cause of a loss that others have made good, nor of one elsewhere', () => {
    const ledger = ledgerOf([0, 10])
    ledger.onLossNear('rejected:STEIM')
    ledger.onTrace(segment(10, 20))
    ledger.onLoss('overflow', micros(100))
    expect(ledger.onTrace(segment(25, 30))?.cause).toBe('notReceived')
  })

  it('take the cause of a damaged record where its time says, unless that is far from what was due', () => {
    const ledger = ledgerOf([0, 10])
    ledger.onLossNear('rejected:STEIM', micros(22))
    expect(ledger.onTrace(segment(20, 22))?.cause).toBe('notReceived')
    expect(ledger.onTrace(segment(25, 30))?.cause).toBe('rejected:STEIM')
    ledger.onLossNear('rejected:STEIM', micros(90_000))
    expect(ledger.onTrace(segment(35, 40))?.cause).toBe('rejected:STEIM')
  })

  it('are told again when a record comes too late for one', () => {
    const ledger = ledgerOf([0, 10], [20, 30])
    const expected = { sourceId: Z, startTime: micros(10), endTime: micros(20), cause: 'rejected:LATE' }
    expect(ledger.onRejected(record(12, 14), 'LATE')).toEqual(expected)
    expect(ledger.account.gaps).toEqual({ 'rejected:LATE': 1 })
    expect(ledger.onRejected(record(14, 16), 'LATE')).toBeUndefined()
  })

  it('are blamed on a late record rather than on a server that had seemed to skip it', () => {
    const ledger = ledgerOf([0, 10])
    ledger.onLoss('skippedByServer', micros(10), micros(20))
    ledger.onTrace(segment(20, 30))
    expect(ledger.account.gaps).toEqual({ skippedByServer: 1 })
    expect(ledger.onRejected(record(12, 14), 'LATE')?.cause).toBe('rejected:LATE')
    expect(ledger.account.gaps).toEqual({ 'rejected:LATE': 1 })
  })

  it('take the cause of a record that came behind a jump of the clock, where its time is just that of a hole', () => {
    const years = 10 * 365 * 86_400
    const ledger = ledgerOf([0, 10], [20, 30])
    ledger.onTrace(gap(30, years))
    ledger.onTrace(segment(years, years + 20))
    const expected = { sourceId: Z, startTime: micros(10), endTime: micros(20), cause: 'rejected:TIME_ABSURD' }
    expect(ledger.onRejected(record(12, 14), 'TIME_ABSURD')).toEqual(expected)
    // Any wrong time lies between a time and another years away; where data were due, something was lost.
    expect(ledger.onRejected(record(years / 2, years / 2 + 2), 'TIME_ABSURD')).toBeUndefined()
    expect(ledger.account.gaps).toEqual({ notReceived: 1, 'rejected:TIME_ABSURD': 1 })
    expect(ledger.onTrace(segment(years + 30, years + 40))?.cause).toBe('rejected:TIME_ABSURD')
  })

  it('begin before the first sample when a record from before it comes late', () => {
    const ledger = ledgerOf([10, 20])
    const expected = { sourceId: Z, startTime: micros(6), endTime: micros(10), cause: 'rejected:LATE' }
    expect(ledger.onRejected(record(6, 10), 'LATE')).toEqual(expected)
    expect(ledger.account).toMatchObject({ samples: 1000, gaps: { 'rejected:LATE': 1 } })
  })

  it('are not blamed on a late record whose data had been accepted', () => {
    const ledger = ledgerOf([0, 10], [20, 30])
    expect(ledger.onRejected(record(5, 10), 'LATE')).toBeUndefined()
    expect(ledger.account.gaps).toEqual({ notReceived: 1 })
  })

  it('are seen from the times when data begin anew without a word of the merger', () => {
    expect(ledgerOf([0, 10], [60, 70]).account.gaps).toEqual({ notReceived: 1 })
  })

  it('are the same over a restart at any point', () => {
    const straight = ledgerOf([0, 10])
    let restarted = ledgerOf([0, 10])
    for (const [from, to] of [
      [10, 20],
      [25, 30],
      [30, 31],
      [40, 41],
    ] as const) {
      for (const ledger of [straight, restarted]) {
        ledger.onLoss('overflow', micros(26 + from - 10))
        ledger.onTrace(segment(from, to))
      }
      restarted = new ChannelLedger(Z, structuredClone(restarted.snapshot()))
    }
    expect(restarted.snapshot()).toEqual(straight.snapshot())
  })

  it('and samples add up to what was sent, whatever the merger makes of the order', () => {
    const random = seededRandom(5)
    const ledger = new ChannelLedger(Z)
    const merger = new TraceMerger(Z, { onRejected: (_id, each, code) => ledger.onRejected(each, code) })
    const lost = new Set([7, 8, 20, 33])
    const sent = Array.from({ length: 60 }, (_, i) => ({ at: i + random() * 6, each: record(i * 2, i * 2 + 2), i }))
    const told = new Map<number, number>()
    for (const { each } of sent.filter(({ i }) => !lost.has(i)).sort((a, b) => a.at - b.at)) {
      for (const piece of merger.push(each)) {
        const known = ledger.onTrace(piece)
        if (known) told.set(known.startTime, known.endTime)
      }
    }
    for (const piece of merger.flush()) {
      const known = ledger.onTrace(piece)
      if (known) told.set(known.startTime, known.endTime)
    }
    const first = ledger.firstTime as bigint
    const missing = [...told].reduce((sum, [start, end]) => sum + (end - start), 0) / 1e6
    expect(ledger.account.samples / RATE + missing).toBeCloseTo(Number((ledger.nextTime as bigint) - first) / 1e9, 6)
    expect(missing).toBeGreaterThanOrEqual(2 * lost.size)
  })
})

describe('records of two servers', () => {
  it('are new when they bring something, redundant when all of it was accepted', () => {
    const ledger = ledgerOf([0, 10])
    expect(ledger.compare(record(0, 4), B)).toBe('redundant')
    expect(ledger.compare(record(9, 13), B)).toBe('new')
    ledger.onTrace(segment(10, 13))
    expect(ledger.compare(record(10, 13), A)).toBe('redundant')
    expect(ledger.account.redundant).toBe(2)
  })

  it('are new inside a gap of the other', () => {
    const ledger = ledgerOf([0, 10], [20, 30])
    expect(ledger.compare(record(10, 12), B)).toBe('new')
    expect(ledger.compare(record(22, 24), B)).toBe('redundant')
    expect(ledger.compare(record(8, 22), B)).toBe('new')
  })

  it('are late when a server lags by more than a day and the others went on without them', () => {
    const days = 86_400 * 2
    const ledger = ledgerOf([0, 10], [days, days + 10])
    expect(ledger.compare(record(10, 12), B)).toBe('late')
    expect(ledger.compare(record(0, 10), B)).toBe('redundant')
  })

  it('are left to the merger when the server that brings them was further before: its clock was set', () => {
    const days = 86_400 * 2
    const ledger = new ChannelLedger(Z)
    expect(ledger.compare(record(days, days + 10), A)).toBe('new')
    ledger.onTrace(segment(days, days + 10))
    expect(ledger.compare(record(0, 10), A)).toBe('new')
  })
})
