import { describe, expect, it } from 'vitest'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { microsToNanos } from '../../../src/domain/time.ts'
import type { TraceGapCause } from '../../../src/domain/trace-gap.ts'
import type { AcceptedPiece } from '../../drill/accepted-samples.ts'
import { type ChannelCase, checkChannel, type DecodedDelivery } from '../../drill/check-channel.ts'

const RATE = 10
const sourceId = 'FDSN:XX_AAA_00_B_H_Z' as SourceId
const START = microsToNanos(1_700_000_000_000_000)
const at = (second: number) => START + BigInt(Math.round(second * 1e9))
const micros = (second: number) => Math.round(1.7e15 + second * 1e6)
/** Sample i of the ground. */
const ground = (from: number, to: number) =>
  Int32Array.from({ length: (to - from) * RATE }, (_, i) => (from * RATE + i) * 7919 - 1)

function sent(sequence: number, from: number, to: number, more: Partial<DecodedDelivery> = {}): DecodedDelivery {
  return {
    sequence,
    fate: 'sent',
    isSecondCopy: false,
    clockShift: 0n,
    startTime: at(from),
    sampleRate: RATE,
    samples: ground(from, to),
    trueStart: at(from),
    trueEnd: at(to - 1 / RATE),
    ...more,
  }
}

/** What was accepted, each piece a record from second to second; a gap before those that do not follow. */
function accepted(...spans: readonly (readonly [from: number, to: number])[]): Pick<ChannelCase, 'pieces' | 'samples'> {
  const pieces: AcceptedPiece[] = []
  const samples: number[] = []
  for (const [index, [from, to]] of spans.entries()) {
    const values = ground(from, to)
    const isAfterGap = spans[index - 1]?.[1] !== from
    pieces.push({ startTime: at(from), sampleRate: RATE, first: samples.length, count: values.length, isAfterGap })
    samples.push(...values)
  }
  return { pieces, samples: Int32Array.from(samples) }
}

const gap = (from: number, to: number, cause: TraceGapCause) => ({
  sourceId,
  startTime: micros(from),
  endTime: micros(to),
  cause,
})

function faultsOf(of: Partial<ChannelCase>): readonly string[] {
  return checkChannel({ sourceId, horizonSeconds: 10, gaps: [], deliveries: [], ...accepted(), ...of }).faults
}

/** A record withheld from 10 to 15, one late by more than the horizon, one damaged, one sent twice. */
const drill: ChannelCase = {
  sourceId,
  horizonSeconds: 10,
  deliveries: [
    sent(1, 0, 5),
    sent(2, 5, 10),
    sent(3, 5, 10, { isSecondCopy: true }),
    sent(4, 15, 20),
    sent(5, 25, 30),
    sent(6, 30, 36),
    sent(7, 20, 25),
    sent(8, 36, 40, { fate: 'corrupt', samples: undefined }),
    sent(9, 40, 45),
  ],
  ...accepted([0, 5], [5, 10], [15, 20], [25, 30], [30, 36], [40, 45]),
  gaps: [gap(10, 15, 'notReceived'), gap(20, 25, 'rejected:LATE'), gap(36, 40, 'rejected:STEIM_INTEGRITY')],
}

describe('the check of a drilled channel', () => {
  it('finds nothing wrong with what was withheld, late, damaged and doubled, and tells what was not taken', () => {
    const { faults, untaken, origins } = checkChannel(drill)
    expect(faults).toEqual([])
    expect(untaken).toEqual({ 'second copy': 1, 'too late': 1 })
    expect(origins.map((origin) => origin?.delivery.sequence)).toEqual([1, 2, 4, 5, 6, 9])
  })

  it('misses a record that was sent in time and not accepted', () => {
    const faults = faultsOf({ ...drill, ...accepted([0, 5], [15, 20], [25, 30], [30, 36], [40, 45]), gaps: [] })
    expect(faults.some((fault) => fault.includes('record 2') && fault.includes('50 samples lost without a reason'))).toBe(true)
  })

  it('knows a sample that was not sent like that', () => {
    const samples = Int32Array.from(drill.samples)
    samples[120]! += 1
    expect(faultsOf({ ...drill, samples }).join()).toContain('accepted 50 samples')
  })

  it('wants every hole in the store, and no more than the holes', () => {
    expect(faultsOf({ ...drill, gaps: drill.gaps.slice(1) }).join()).toContain('is not in the store')
    expect(faultsOf({ ...drill, gaps: [...drill.gaps, gap(2, 3, 'notReceived')] }).join()).toContain('is no hole')
  })

  it('takes part of a sample for a tear whosever clock it was, more than that not', () => {
    const torn = (hole: number) =>
      faultsOf({
        ...accepted([0, 5], [5 + hole, 10 + hole]),
        deliveries: [sent(1, 0, 5), sent(2, 5 + hole, 10 + hole)],
        gaps: [gap(5, 5 + hole, 'timeTear')],
      })
    expect(torn(0.06)).toEqual([])
    expect(torn(0.3).join()).toContain('no clock was wrong')
  })

  it('lets a hole be that was filled when the clock was set back', () => {
    // A damaged time, four minutes ahead, came out before its turn.
    const ahead = sent(2, 240, 245, { fate: 'corrupt', trueStart: at(5), trueEnd: at(10), samples: ground(240, 245) })
    const pieces = accepted([0, 5], [240, 245], [10, 15], [15, 20])
    const deliveries = [sent(1, 0, 5), ahead, sent(3, 10, 15), sent(4, 15, 20), sent(5, 10, 15, { isSecondCopy: true })]
    const gaps = [gap(5, 240, 'notReceived'), gap(245, 10, 'timeReset')]
    const shifted = deliveries.map((each) => (each.sequence === 3 ? { ...each, clockShift: 1n } : each))
    expect(faultsOf({ ...pieces, deliveries: shifted, gaps })).toEqual([])
    const lost = [...shifted, sent(6, 20, 25)]
    expect(faultsOf({ ...pieces, deliveries: lost, gaps }).join()).toContain('record 6 was sent')
  })

  it.each([
    ['notReceived', 1, 'record 7 was sent'],
    ['rejected:LATE', 0, 'nothing was late'],
    ['rejected:STEIM_INTEGRITY', 0, 'nothing there was damaged'],
    ['rejected:TIME_ABSURD', 0, 'no time was a day off'],
    ['timeReset', 0, 'no clock was set back'],
    ['timeTear', 2, 'no clock was wrong'],
    ['rateChange', 2, 'no record was damaged'],
    ['overflow', 1, 'nothing of the kind was done'],
    ['skippedByServer', 1, 'record 7 was sent'],
  ] as const)('does not believe %s where something else was done', (cause, at, expected) => {
    const gaps = drill.gaps.map((each, index) => (index === at ? { ...each, cause } : each))
    const deliveries = drill.deliveries.filter(
      ({ fate }) => (!expected.includes('damaged') && cause !== 'rejected:TIME_ABSURD') || fate === 'sent',
    )
    const faults = faultsOf({ ...drill, deliveries, gaps })
    expect(faults.join()).toContain(expected)
  })
})
