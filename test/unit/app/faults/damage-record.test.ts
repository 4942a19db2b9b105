import { describe, expect, it } from 'vitest'
import { flipsIn, withFlips } from '../../../../src/app/faults/damage-record.ts'
import { Random } from '../../../../src/app/synth/random.ts'
import { detectRecordLength, parseHeader } from '../../../../src/miniseed/index.ts'
import { syntheticRecords } from '../../../helpers/memory-source.ts'

const [v2] = syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 10 }) as [Uint8Array]
const [v3] = syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 10, formatVersion: 3 }) as [Uint8Array]

function differingBits(a: Uint8Array, b: Uint8Array): [number, number][] {
  return [...a].flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => ((byte ^ b[at]!) >> bit) & 1).map((bit): [number, number] => [at, bit]),
  )
}

describe.each([
  ['miniSEED 2', v2],
  ['miniSEED 3', v3],
])('damage of %s', (_name, record) => {
  it.each([1, 2, 3, 4, 5])('flips bits in the header only, or in the data only (seed %i)', (seed) => {
    const { dataOffset } = parseHeader(record)
    for (const [byte] of flipsIn(record, 'header', 5, new Random(seed))) expect(byte).toBeLessThan(48)
    const flips = flipsIn(record, 'data', 5, new Random(seed))
    expect(flips).toHaveLength(5)
    for (const [byte] of flips) {
      expect(byte).toBeGreaterThanOrEqual(dataOffset)
      expect(byte).toBeLessThan(record.length)
    }
  })

  it('changes exactly the bits it names and leaves the record alone', () => {
    const before = record.slice()
    const flips = flipsIn(record, 'data', 1, new Random(9))
    expect(differingBits(record, withFlips(record, flips))).toEqual(flips)
    expect(record).toEqual(before)
  })

  it('draws the same from the same seed', () => {
    expect(flipsIn(record, 'header', 4, new Random(7))).toEqual(flipsIn(record, 'header', 4, new Random(7)))
  })
})

it('makes a record claim another length that a reader believes', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const damaged = withFlips(v2, flipsIn(v2, 'length', 3, new Random(seed)))
    expect([256, 2048, 8192]).toContain(detectRecordLength(damaged))
  }
  const damaged = withFlips(v3, flipsIn(v3, 'length', 3, new Random(1)))
  expect(detectRecordLength(damaged)).not.toBe(v3.length)
})
