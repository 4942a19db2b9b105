import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Packet } from '../../src/domain/packet.ts'
import { FORGETFUL_STATE } from '../../src/domain/ports.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { SourceId, StationId } from '../../src/domain/source-id.ts'
import type { TraceRecord } from '../../src/domain/trace.ts'
import { decodeRecord, ENCODING, encodeRecords, toTraceRecord } from '../../src/miniseed/index.ts'
import { decodeMiniseed } from '../../src/pipeline/decode-miniseed.ts'
import { mergeTraces } from '../../src/pipeline/merge-traces.ts'
import { noiseCounts, seededRandom } from '../helpers/signals.ts'

const SOURCE = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
const START = 1_700_000_000_000_000_000n
const DAYS = 86_400_000_000_000n
const HELD_AND_DROPPED = { horizonSeconds: 10 }

/** Merged pieces as text, written down as each of them comes. */
function mergedFrom(play: (records$: Subject<TraceRecord>) => void): string[] {
  const lines: string[] = []
  const records$ = new Subject<TraceRecord>()
  records$.pipe(mergeTraces(SOURCE, HELD_AND_DROPPED, FORGETFUL_STATE, () => {})).subscribe((piece) => {
    lines.push(piece.kind === 'gap' ? `gap ${piece.cause}` : `${piece.startTime} ${Array.from(piece.samples).join(' ')}`)
  })
  play(records$)
  records$.complete()
  return lines
}

function packetsOf(records: readonly Uint8Array[]): Packet[] {
  return records.map((bytes, index) => ({ bytes, origin: 'test', sequence: BigInt(index) }))
}

describe('decodeMiniseed', () => {
  it('reuses the memory of samples without it ever showing in what is merged', () => {
    const random = seededRandom(3)
    const [steim, floats, doubles] = [ENCODING.steim2, ENCODING.float32, ENCODING.float64].map((encoding, index) =>
      encodeRecords(SOURCE, START + BigInt(index) * 40_000_000_000n, 100, noiseCounts(4000, index, 100, 5000), { encoding }),
    )
    const later = encodeRecords(SOURCE, START + 3n * DAYS, 100, noiseCounts(4000, 9, 100, 5000))
    // Out of order (some wait behind a hole), some missing, then days later (all are suspects at first).
    const shuffled = [...steim!, ...floats!, ...doubles!]
      .filter(() => random() > 0.05)
      .map((bytes, index) => ({ bytes, key: index + random() * 4 }))
      .sort((a, b) => a.key - b.key)
      .map(({ bytes }) => bytes)
    const packets = packetsOf([...shuffled, ...later])

    const shared = mergedFrom((records$) => {
      const packets$ = new Subject<Packet>()
      packets$.pipe(decodeMiniseed(() => true, throwing)).subscribe((record) => records$.next(record))
      for (const packet of packets) packets$.next(packet)
    })
    const own = mergedFrom((records$) => {
      for (const { bytes } of packets) records$.next(toTraceRecord(decodeRecord(bytes))!)
    })
    expect(own.filter((line) => line.startsWith('gap')).length).toBeGreaterThan(1)
    expect(own.length).toBeGreaterThan(50)
    expect(shared).toEqual(own)
  })

  it('refuses a record that names another station than its packet, for the channel it was sent for', () => {
    const problems: Problem[] = []
    const records: TraceRecord[] = []
    const packets$ = new Subject<Packet>()
    packets$
      .pipe(
        decodeMiniseed(
          () => true,
          (problem) => problems.push(problem),
        ),
      )
      .subscribe((each) => records.push(each))
    const [bytes] = encodeRecords(SOURCE, START, 100, noiseCounts(50, 1)) as [Uint8Array]
    const packet = { bytes, origin: 'test', sequence: 7n, receivedAt: 0 }
    packets$.next({ ...packet, stationId: 'XX_AAB' as StationId })
    expect(problems).toEqual([
      {
        code: 'STATION_MISMATCH',
        message:
          'packet of XX_AAB: expected a record of this station, got one of FDSN:XX_AAA_00_H_H_Z; its header is damaged, it is dropped',
        where: 'test sequence 7',
        sourceId: 'FDSN:XX_AAB_00_H_H_Z',
      },
    ])
    expect(records).toEqual([])
    packets$.next({ ...packet, bytes: bytes.with(100, (bytes[100] ?? 0) ^ 1), stationId: 'XX_AAB' as StationId })
    expect(problems[1]).toMatchObject({ code: 'STEIM_INTEGRITY', sourceId: 'FDSN:XX_AAB_00_H_H_Z' })
    packets$.next({ ...packet, stationId: 'XX_AAA' as StationId })
    expect(records).toHaveLength(1)
  })

  it('gives consecutive records the same memory, and a longer one more of it', () => {
    const buffers: ArrayBufferLike[] = []
    const packets$ = new Subject<Packet>()
    packets$.pipe(decodeMiniseed(() => true, throwing)).subscribe(({ samples }) => buffers.push(samples.buffer))
    const short = encodeRecords(SOURCE, START, 100, noiseCounts(50, 1))[0]!
    const long = encodeRecords(SOURCE, START, 100, new Int32Array(3000), { recordLength: 4096 })[0]!
    for (const packet of packetsOf([short, short, long, short])) packets$.next(packet)
    expect(buffers[1]).toBe(buffers[0])
    expect(buffers[2]).not.toBe(buffers[1])
    expect(buffers[3]).toBe(buffers[2])
  })
})

function throwing(problem: { message: string }): never {
  throw new Error(problem.message)
}
