import { describe, expect, it } from 'vitest'
import { ClockWatch, describeSeconds } from '../../../../src/app/health/clock-watch.ts'
import type { Problem } from '../../../../src/domain/problem.ts'
import type { SourceId } from '../../../../src/domain/source-id.ts'
import type { TraceRecord } from '../../../../src/domain/trace.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z') * 1000
const SECOND = 1_000_000

describe('clock watch', () => {
  it('says once that the data of a station lie in the future, and how far', () => {
    const { watch, problems } = watched()
    for (const channel of ['Z', 'N', 'E', 'Z', 'N', 'E']) watch.onRecord(recordOf('ALDER', channel), -10_800)
    expect(problems).toEqual([
      {
        code: 'CLOCK_AHEAD',
        sourceId: 'FDSN:XX_ALDER_00_H_H_Z',
        message:
          "clock of XX_ALDER: expected data of the past, got data 3.0 h ahead of this machine's clock; check the time source there, and NTP here",
      },
    ])
  })

  it('takes data that are late, or less than a minute ahead, for what they are', () => {
    const { watch, problems } = watched()
    for (const latency of [86_400, 5, 0, -5, -60]) watch.onRecord(recordOf('ALDER', 'Z'), latency)
    watch.onRecord(recordOf('ALDER', 'Z'), undefined)
    expect(problems).toEqual([])
    watch.onRecord(recordOf('ALDER', 'Z'), -60.001)
    expect(problems).toHaveLength(1)
  })

  it('says it again after an hour, and when it begins anew after all channels were right', () => {
    const { watch, problems } = watched()
    watch.onRecord(recordOf('ALDER', 'Z'), -600)
    watch.onRecord(recordOf('ALDER', 'N', NOON + 3599 * SECOND), -600)
    expect(problems).toHaveLength(1)
    watch.onRecord(recordOf('ALDER', 'Z', NOON + 3600 * SECOND), -600)
    expect(problems).toHaveLength(2)
    watch.onRecord(recordOf('ALDER', 'Z', NOON + 3610 * SECOND), 3)
    watch.onRecord(recordOf('ALDER', 'Z', NOON + 3620 * SECOND), -600)
    expect(problems).toHaveLength(2)
    for (const channel of ['Z', 'N']) watch.onRecord(recordOf('ALDER', channel, NOON + 3630 * SECOND), 3)
    watch.onRecord(recordOf('ALDER', 'Z', NOON + 3640 * SECOND), -600)
    expect(problems).toHaveLength(3)
  })

  it('keeps stations apart', () => {
    const { watch, problems } = watched()
    for (const station of ['ALDER', 'BIRCH']) watch.onRecord(recordOf(station, 'Z'), -600)
    expect(problems.map(({ sourceId }) => sourceId)).toEqual(['FDSN:XX_ALDER_00_H_H_Z', 'FDSN:XX_BIRCH_00_H_H_Z'])
  })

  it('names a time as people do', () => {
    expect([61, 720, 10_800, 216_000].map(describeSeconds)).toEqual(['61 s', '12 min', '3.0 h', '2.5 d'])
  })
})

function watched(): { watch: ClockWatch; problems: Problem[] } {
  const problems: Problem[] = []
  return { watch: new ClockWatch(60, (problem) => problems.push(problem)), problems }
}

function recordOf(station: string, channel: string, receivedAt = NOON): TraceRecord {
  const sourceId = `FDSN:XX_${station}_00_H_H_${channel}` as SourceId
  return { kind: 'record', sourceId, startTime: 0n, sampleRate: 100, samples: new Int32Array(1), receivedAt }
}
