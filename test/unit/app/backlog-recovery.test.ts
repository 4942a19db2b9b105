import { describe, expect, it } from 'vitest'
import { BacklogRecovery, type BacklogRecoveryOptions, type SpanRequest } from '../../../src/app/backlog-recovery.ts'
import type { Packet } from '../../../src/domain/packet.ts'
import type { Problem } from '../../../src/domain/problem.ts'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { nanosToMicros } from '../../../src/domain/time.ts'
import type { TraceRecord } from '../../../src/domain/trace.ts'
import { encodeRecords } from '../../../src/miniseed/index.ts'
import { ARCHIVE_START } from '../../helpers/memory-source.ts'

const AZ = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
const AN = 'FDSN:XX_AAA_00_H_H_N' as SourceId
const BZ = 'FDSN:XX_BBB_00_H_H_Z' as SourceId
const RATE = 100

const time = (seconds: number) => ARCHIVE_START + BigInt(Math.round(seconds * 1e9))
const micros = (seconds: number) => nanosToMicros(time(seconds))

function record(sourceId: SourceId, from: number): TraceRecord {
  return { kind: 'record', sourceId, startTime: time(from), sampleRate: RATE, samples: new Int32Array(100) }
}

function packet(sequence: number, size = 100): Packet {
  return { bytes: new Uint8Array(size), origin: 'seedlink://a:18000', sequence: BigInt(sequence) }
}

function recovery(dues: Record<string, number>, changes: Partial<BacklogRecoveryOptions> = {}) {
  const timers: { seconds: number; action: () => void; isOff: boolean }[] = []
  const requests: (SpanRequest & { isCancelled: boolean })[] = []
  const recovered: { fetched: bigint[]; held: bigint[] }[] = []
  const skipped: string[] = []
  const problems: Problem[] = []
  const dueOf = (sourceId: SourceId) => {
    const due = dues[sourceId]
    return due === undefined ? undefined : { at: micros(due), from: micros(due) }
  }
  const backlog = new BacklogRecovery({
    origin: 'seedlink://a:18000',
    isFetching: true,
    maximumSeconds: 30,
    maximumBytes: 10_000,
    dueOf,
    dueOfSiblings: () => undefined,
    fetchSpan: (request) => {
      const open = { ...request, isCancelled: false }
      requests.push(open)
      return () => {
        open.isCancelled = true
      }
    },
    onRecovered: (fetched, held) =>
      recovered.push({ fetched: fetched.map(({ sequence }) => sequence), held: held.map(({ sequence }) => sequence) }),
    onSkipped: (sourceId, from, to) => skipped.push(`${sourceId} ${(from - micros(0)) / 1e6} ${(to - micros(0)) / 1e6}`),
    onProblem: (problem) => problems.push(problem),
    later: (seconds, action) => {
      const timer = { seconds, action, isOff: false }
      timers.push(timer)
      return () => {
        timer.isOff = true
      }
    },
    ...changes,
  })
  /** Runs the timers of that length that are due. */
  const pass = (isDue: (seconds: number) => boolean) => {
    for (const timer of timers.splice(0)) {
      if (timer.isOff) continue
      if (isDue(timer.seconds)) timer.action()
      else timers.push(timer)
    }
  }
  backlog.beginConnection()
  return {
    backlog,
    requests,
    recovered,
    skipped,
    problems,
    dues,
    collect: () => pass((s) => s < 5),
    expire: () => pass((s) => s >= 5),
  }
}

describe('the recovery of a skipped backlog', () => {
  it('lets go on what continues, what was never heard, and what has sent before on this connection', () => {
    const { backlog, requests, collect } = recovery({ [AZ]: 10 })
    expect(backlog.takes(record(AZ, 10), packet(1))).toBe(false)
    expect(backlog.takes(record(BZ, 500), packet(2))).toBe(false)
    expect(backlog.takes(record(AZ, 60), packet(3))).toBe(false)
    collect()
    expect(requests).toEqual([])
  })

  it('holds a station that skips, fetches the time between, and gives back first what was fetched', () => {
    const { backlog, requests, recovered, skipped, problems, collect } = recovery({ [AZ]: 10, [AN]: 8, [BZ]: 10 })
    expect(backlog.takes(record(AZ, 100), packet(1))).toBe(true)
    expect(backlog.takes(record(BZ, 10), packet(2))).toBe(false)
    expect(backlog.takes(record(AN, 104), packet(3))).toBe(true)
    expect(backlog.takes(record(AZ, 101), packet(4))).toBe(true)
    expect(backlog.stations).toEqual(['XX_AAA'])
    collect()
    const request = requests[0] as SpanRequest
    expect(request).toMatchObject({ stations: ['XX_AAA'], start: micros(7), end: micros(105) })
    expect(backlog.takes(record(AZ, 102), packet(5))).toBe(true)
    request.onPacket(packet(-2))
    request.onPacket(packet(-1))
    request.onDone()
    expect(recovered).toEqual([{ fetched: [-2n, -1n], held: [1n, 3n, 4n, 5n] }])
    expect(skipped).toEqual([`${AZ} 10 100`, `${AN} 8 104`])
    expect(problems).toEqual([])
    expect(backlog.stations).toEqual([])
    expect(backlog.takes(record(AZ, 103), packet(6))).toBe(false)
  })

  it('blames the server only for what lies before the first record that it gave', () => {
    const { backlog, requests, skipped, collect } = recovery({ [AZ]: 10, [AN]: 10, [BZ]: 10 })
    for (const sourceId of [AZ, AN, BZ]) backlog.takes(record(sourceId, 100), packet(1))
    collect()
    const fetched = (sourceId: SourceId, from: number): Packet => {
      const [bytes] = encodeRecords(sourceId, time(from), RATE, new Int32Array(100))
      return { ...packet(2), bytes: bytes as Uint8Array }
    }
    for (const [sourceId, from] of [
      [AZ, 9],
      [AZ, 80],
      [AN, 50],
    ] as const)
      requests[0]?.onPacket(fetched(sourceId, from))
    requests[0]?.onDone()
    expect(skipped).toEqual([`${AN} 10 50`, `${BZ} 10 100`])
  })

  it('looks again after a reconnect', () => {
    const { backlog } = recovery({ [AZ]: 10 })
    backlog.takes(record(AZ, 10), packet(1))
    backlog.beginConnection()
    expect(backlog.takes(record(AZ, 60), packet(2))).toBe(true)
  })

  it('goes on with what came when the server does not end in time', () => {
    const { backlog, requests, recovered, problems, collect, expire } = recovery({ [AZ]: 10 })
    backlog.takes(record(AZ, 100), packet(1))
    collect()
    requests[0]?.onPacket(packet(-1))
    expire()
    expect(recovered).toEqual([{ fetched: [-1n], held: [1n] }])
    expect(requests[0]?.isCancelled).toBe(true)
    expect(problems).toMatchObject([{ code: 'BACKLOG_INCOMPLETE', message: expect.stringContaining('within 30 s') }])
    requests[0]?.onDone()
    expect(recovered).toHaveLength(1)
  })

  it('goes on when there is too much to keep, before or during the fetch', () => {
    const { backlog, recovered, problems, requests } = recovery({ [AZ]: 10 })
    for (let sequence = 1; sequence <= 101; sequence++) backlog.takes(record(AZ, 99 + sequence), packet(sequence))
    expect(recovered[0]?.held).toHaveLength(101)
    expect(requests[0]?.isCancelled).toBe(true)
    expect(problems[0]?.message).toMatch(/expected ≤ 10000 bytes/)
    expect(backlog.takes(record(AZ, 300), packet(102))).toBe(false)
  })

  it('says why a fetch failed', () => {
    const { backlog, requests, recovered, problems, collect } = recovery({ [AZ]: 10 })
    backlog.takes(record(AZ, 100), packet(1))
    collect()
    requests[0]?.onDone('connection refused')
    expect(recovered).toEqual([{ fetched: [], held: [1n] }])
    expect(problems).toMatchObject([{ code: 'BACKLOG_INCOMPLETE', message: expect.stringMatching(/XX_AAA.*connection refused/) }])
  })

  it('fetches for a station that skips during a fetch afterwards, one fetch at a time', () => {
    const { backlog, requests, recovered, collect } = recovery({ [AZ]: 10, [BZ]: 20 })
    backlog.takes(record(AZ, 100), packet(1))
    collect()
    expect(backlog.takes(record(BZ, 110), packet(2))).toBe(true)
    collect()
    expect(requests).toHaveLength(1)
    requests[0]?.onDone()
    collect()
    expect(requests[1]).toMatchObject({ stations: ['XX_BBB'], start: micros(19) })
    requests[1]?.onDone()
    expect(recovered).toEqual([
      { fetched: [], held: [1n] },
      { fetched: [], held: [2n] },
    ])
  })

  it('takes a channel that was never heard for one that skips as far as its instrument does', () => {
    const { backlog, requests, collect } = recovery({ [AZ]: 50 }, { dueOfSiblings: () => ({ at: micros(50), from: micros(0) }) })
    expect(backlog.takes(record(AN, 100), packet(1))).toBe(true)
    collect()
    expect(requests[0]).toMatchObject({ start: micros(-1), end: micros(101) })
    const other = recovery({ [AZ]: 50 }, { dueOfSiblings: () => ({ at: micros(50), from: micros(0) }) })
    expect(other.backlog.takes(record(AZ, 50), packet(1))).toBe(false)
    expect(other.backlog.takes(record(AN, 100), packet(2))).toBe(false)
  })

  it('only says what was skipped when it is not to fetch', () => {
    const { backlog, requests, skipped, collect } = recovery({ [AZ]: 10 }, { isFetching: false })
    expect(backlog.takes(record(AZ, 100), packet(1))).toBe(false)
    collect()
    expect({ requests, skipped }).toEqual({ requests: [], skipped: [`${AZ} 10 100`] })
  })

  it('gives nothing back when it is closed', () => {
    const { backlog, requests, recovered, collect, expire } = recovery({ [AZ]: 10 })
    backlog.takes(record(AZ, 100), packet(1))
    collect()
    backlog.close()
    expire()
    requests[0]?.onDone()
    expect(recovered).toEqual([])
    expect(requests[0]?.isCancelled).toBe(true)
  })
})
