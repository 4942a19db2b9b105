import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FaultySource } from '../../../../src/app/faults/faulty-source.ts'
import type { RecordFault } from '../../../../src/contract/drill-truth.ts'
import { DEFAULT_FAULTS, type Faults, faultsSchema } from '../../../../src/contract/faults.ts'
import { nanosToMicros } from '../../../../src/domain/time.ts'
import type { SourceRecord } from '../../../../src/io/seedlink/server-source.ts'
import { MemorySource, syntheticRecords } from '../../../helpers/memory-source.ts'

const STATIONS = ['AAA', 'BBB', 'CCC', 'DDD']
const network = new MemorySource(STATIONS.flatMap((station) => station3(station)))

function station3(station: string): Uint8Array[] {
  return ['HHZ', 'HHN', 'HHE'].flatMap((code) =>
    syntheticRecords({ nslc: `XX.${station}.00.${code}`, seconds: 1200, sampleRate: 20 }),
  )
}

function faults(station: object, server: object = {}): Faults {
  return faultsSchema.parse({ stations: [{ stations: ['*'], ...station }], server })
}

/** All a source sends, bytes copied. */
function played(source: MemorySource, withFaults: Faults, from = 0): SourceRecord[] {
  return Array.from(new FaultySource(source, withFaults).recordsFrom(from), (record) => ({
    ...record,
    bytes: record.bytes.slice(),
  }))
}

function kinds(record: SourceRecord): RecordFault['kind'][] {
  return record.drill?.faults.map(({ kind }) => kind) ?? []
}

function describeRecord({ sourceId, startTime, ordinal, releaseTime, drill, bytes }: SourceRecord): object {
  const { damage, ...rest } = drill ?? { damage: undefined }
  return { sourceId, startTime, ordinal, releaseTime, ...rest, bytes: fingerprint(damage ? damage(bytes) : bytes) }
}

/** Quick to compare by the thousand. */
function fingerprint(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

describe('an archive with faults', () => {
  it('is the archive as it is when the file names none', () => {
    const records = played(network, faultsSchema.parse({}))
    expect(records.map(({ bytes }) => fingerprint(bytes))).toEqual(network.records.map(({ bytes }) => fingerprint(bytes)))
    expect(records.every((record) => kinds(record).length === 0 && !record.drill?.cut)).toBe(true)
  })

  it('is the same every time, and another with another seed', () => {
    const first = played(network, DEFAULT_FAULTS).map(describeRecord)
    expect(played(network, DEFAULT_FAULTS).map(describeRecord)).toEqual(first)
    expect(played(network, { ...DEFAULT_FAULTS, seed: 2 }).map(describeRecord)).not.toEqual(first)
  })

  it('gives the same from any position on', () => {
    const all = played(network, DEFAULT_FAULTS).map(describeRecord)
    for (const position of [1, 2, 17, 100, 333, all.length - 1, all.length]) {
      expect(played(network, DEFAULT_FAULTS, position).map(describeRecord)).toEqual(all.slice(position))
    }
  })

  it('hits a station the same whatever other stations there are', () => {
    const perStation = { ...DEFAULT_FAULTS, server: {} }
    const alone = new MemorySource(station3('BBB'))
    const effects = (records: SourceRecord[]) =>
      records
        .filter(({ sourceId }) => sourceId.includes('_BBB_'))
        .map(({ sourceId, startTime, releaseTime, drill }) => ({ sourceId, startTime, releaseTime, faults: drill?.faults }))
    expect(effects(played(network, perStation))).toEqual(effects(played(alone, perStation)))
  })

  it('leaves every other fault where it was when one kind is added', () => {
    const without = faults({ shuffles: { share: 0.2, withinSeconds: 9 } })
    const withMore = faults({
      shuffles: { share: 0.2, withinSeconds: 9 },
      corrupt: { share: 0.3 },
      duplicates: { share: 0.3, withinSeconds: 1 },
    })
    const shuffled = (records: SourceRecord[]) =>
      new Set(
        records
          .filter((record) => kinds(record).includes('shuffle'))
          .map(({ sourceId, startTime }) => `${sourceId} ${startTime}`),
      )
    expect(shuffled(played(network, withMore))).toEqual(shuffled(played(network, without)))
  })

  it('sends in the order of release, and no sample is lost or made', () => {
    const records = played(network, DEFAULT_FAULTS)
    for (const [index, { releaseTime, endTime, ordinal }] of records.entries()) {
      expect(ordinal).toBe(index)
      expect(releaseTime! >= endTime - 1000n).toBe(true)
      if (index > 0) expect(releaseTime! >= records[index - 1]!.releaseTime!).toBe(true)
    }
    const firstCopies = records.filter((record) => !kinds(record).includes('duplicate'))
    const key = ({ sourceId, startTime }: SourceRecord) => `${sourceId} ${startTime}`
    expect(firstCopies.map(key).sort()).toEqual(network.records.map(key).sort())
  })

  it('keeps the order of a station under delay with jitter, and breaks it with shuffles', () => {
    const isInOrder = (records: SourceRecord[]) =>
      STATIONS.every((station) => {
        const ends = records.filter(({ sourceId }) => sourceId.includes(station)).map(({ endTime }) => endTime)
        return ends.every((end, index) => index === 0 || end >= ends[index - 1]!)
      })
    const late = played(network, faults({ delay: { seconds: 3, jitterSeconds: 30 } }))
    expect(isInOrder(late)).toBe(true)
    for (const { releaseTime, endTime } of late) expect(releaseTime! - endTime).toBeGreaterThanOrEqual(2_999_999_000n)
    expect(isInOrder(played(network, faults({ shuffles: { share: 0.2, withinSeconds: 30 } })))).toBe(false)
  })

  it('withholds what touches a gap, and nothing else', () => {
    const records = played(network, faults({ gaps: { everySeconds: 300, seconds: [10, 40] } }))
    const withheld = records.filter(({ drill }) => drill?.isWithheld)
    for (const record of records) expect(kinds(record)).toEqual(record.drill?.isWithheld ? ['gap'] : [])
    expect(withheld.length).toBeGreaterThan(STATIONS.length * 3 * 4)
    // All channels of a station miss the same moments: the withheld records of one overlap those of the others.
    for (const { sourceId, startTime, endTime } of withheld) {
      const station = sourceId.split('_')[1]!
      const others = withheld.filter((other) => other.sourceId.split('_')[1] === station && other.sourceId !== sourceId)
      expect(others.some((other) => other.startTime <= endTime && other.endTime >= startTime)).toBe(true)
    }
  })

  it('sends nothing of a stalled station, then everything at once', () => {
    const [one, every] = [
      faults({ stalls: { everySeconds: 400, seconds: [60, 60] } }),
      faults({}, { stalls: { everySeconds: 400, seconds: [60, 60] } }),
    ]
    for (const [spec, isServer] of [
      [one, false],
      [every, true],
    ] as const) {
      const records = played(network, spec)
      const held = records.filter((record) => kinds(record).includes('stall'))
      expect(held.length).toBeGreaterThan(10)
      const releases = new Set(held.map(({ releaseTime }) => releaseTime))
      // Twenty minutes of data touch at most four stretches of 400 s; each station has stalls of its own.
      expect(releases.size).toBeLessThanOrEqual(isServer ? 4 : 4 * STATIONS.length)
      for (const release of releases) {
        const silent = records.filter(
          ({ releaseTime, sourceId }) =>
            releaseTime! < release! &&
            releaseTime! > release! - 59_000_000_000n &&
            (isServer || held.some((other) => other.releaseTime === release && other.sourceId === sourceId)),
        )
        expect(silent).toEqual([])
      }
    }
  })

  it('shifts the times of whole stretches, to one of the given shifts', () => {
    const records = played(
      network,
      faults({ clockJumps: { everySeconds: 300, seconds: [30, 60], shiftsSeconds: [-2, 315_360_000] } }),
    )
    const shifts = new Set(records.map(({ drill }) => drill?.clockShift))
    expect(shifts).toEqual(new Set([0n, -2_000_000_000n, 315_360_000_000_000_000n]))
  })

  it('lets a clock drift and sets it right again', () => {
    const records = played(network, faults({ clockDrift: { everySeconds: 600, ppm: 100 } }))
    for (const { startTime, drill } of records) {
      const expected = (Number(nanosToMicros(startTime)) % 600_000_000) * 100e-6
      expect(Math.abs(Number(drill!.clockShift) / 1000 - expected)).toBeLessThanOrEqual(50)
    }
  })

  it('damages what it says it damages', () => {
    const records = played(network, faults({ corrupt: { share: 0.2 } }))
    const corrupt = records.filter(({ drill }) => drill?.damage)
    expect(corrupt.length).toBeGreaterThan(records.length * 0.1)
    expect(corrupt.length).toBeLessThan(records.length * 0.3)
    for (const { bytes, drill } of corrupt) {
      const [fault] = drill!.faults as [Extract<RecordFault, { kind: 'corrupt' }>]
      const expected = bytes.slice()
      for (const [byte, bit] of fault.flips) expected[byte]! ^= 1 << bit
      expect(drill!.damage!(bytes)).toEqual(expected)
    }
  })

  it('cuts once in every stretch, on records of the station that is named', () => {
    const records = played(
      network,
      faultsSchema.parse({ stations: [{ stations: ['XX_CCC'], disconnects: { everySeconds: 200 } }] }),
    )
    const cuts = records.filter(({ drill }) => drill?.cut)
    expect(cuts.length).toBeGreaterThanOrEqual(5)
    expect(cuts.length).toBeLessThanOrEqual(7)
    for (const { sourceId, drill } of cuts) {
      expect(sourceId).toContain('_CCC_')
      expect(drill!.cut).toMatchObject({ kind: 'cut', isForAll: false })
    }
  })

  it('lets the last entry that names a station and a kind decide', () => {
    const spec = faultsSchema.parse({
      stations: [
        { stations: ['*'], delay: { seconds: 5 } },
        { stations: ['XX_A*', 'XX_D?D'], delay: { seconds: 50 } },
      ],
    })
    for (const { sourceId, releaseTime, endTime } of played(network, spec)) {
      const seconds = /_(AAA|DDD)_/.test(sourceId) ? 50n : 5n
      expect((releaseTime! - endTime + 500_000_000n) / 1_000_000_000n).toBe(seconds)
    }
  })
})
