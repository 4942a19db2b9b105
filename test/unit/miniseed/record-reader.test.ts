import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ENCODING, encodeRecords, readRecords } from '../../../src/miniseed/index.ts'
import { concatenate, nanos, oneRecord, readChunks, SOURCE, swell } from '../../helpers/miniseed-records.ts'

const START = nanos('2020-01-01T00:00:00Z')
const V2 = encodeRecords(SOURCE, START, 100, swell(2000))
const V3 = encodeRecords(SOURCE, START, 100, swell(500), { formatVersion: 3, encoding: ENCODING.int32 })
const JUNK = Uint8Array.from({ length: 77 }, (_, index) => (index * 37) & 0xff)

/** Cuts bytes at the given places, whatever their order. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}

/** A reader's whole answer as text, which compares a hundred times faster than arrays do. */
function answer(chunks: readonly Uint8Array[]): string[] {
  const { records, problems } = readChunks(chunks)
  return [
    ...records.map(({ bytes, offset }) => `${offset} ${Buffer.from(bytes).toString('hex')}`),
    ...problems.map((problem) => JSON.stringify(problem)),
  ]
}

describe('RecordReader', () => {
  it('finds records of both versions with their offsets', () => {
    const { records, problems } = readChunks([concatenate([...V2, ...V3])])
    expect(records.map(({ bytes }) => bytes)).toEqual([...V2, ...V3])
    expect(records.map(({ offset }) => offset).slice(0, 3)).toEqual([0, 512, 1024])
    expect(problems).toEqual([])
  })

  it('finds the same records and problems for any chunking', () => {
    const stream = concatenate([JUNK, ...V2.slice(0, 2), JUNK, ...V3, V2[0]!.subarray(0, 100), ...V2.slice(2), JUNK])
    const whole = answer([stream])
    expect(whole.length).toBeGreaterThan(V2.length + V3.length)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (cuts) => {
        expect(answer(cutAt(stream, cuts))).toEqual(whole)
      }),
    )
    expect(answer(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('goes on at the very next record after junk of any length, and reports each stretch once', () => {
    for (const length of [1, 7, 63, 64, 65, 600]) {
      const { records, problems } = readChunks([concatenate([V2[0]!, new Uint8Array(length).fill(0x41), V2[1]!])])
      expect(records.map(({ offset }) => offset)).toEqual([0, 512 + length])
      expect(problems).toEqual([
        {
          code: 'MINISEED_JUNK',
          message: `bytes that are no record: expected a miniSEED header, got ${length} bytes`,
          where: 'test byte 512',
        },
      ])
    }
  })

  it('names the control headers of a SEED volume', () => {
    const volume = concatenate([new TextEncoder().encode('000001V 010'.padEnd(512)), V2[0]!])
    const { records, problems } = readChunks([volume])
    expect(records.map(({ offset }) => offset)).toEqual([512])
    expect(problems.map(({ code }) => code)).toEqual(['SEED_CONTROL_HEADER'])
  })

  it('reports a record cut short by the end, and still finds those that its length hides', () => {
    const lying = oneRecord({ recordLength: 4096 }).subarray(0, 512)
    const { records, problems } = readChunks([concatenate([V2[0]!, lying, V2[1]!])])
    expect(records.map(({ offset }) => offset)).toEqual([0, 1024])
    expect(problems).toMatchObject([{ code: 'MINISEED_TRUNCATED', where: 'test byte 512' }])
  })

  it('does not let a damaged miniSEED 3 length swallow the records behind it', () => {
    const many = Array.from({ length: 300 }, () => V2).flat()
    const lying = V3[0]!.slice()
    new DataView(lying.buffer).setUint32(36, 70_000, true)
    const { records, problems } = readChunks([concatenate([lying, ...many])])
    expect(records).toHaveLength(many.length)
    expect(problems).toMatchObject([{ code: 'MINISEED_JUNK', where: 'test byte 0' }])
    const long = oneRecord({ formatVersion: 3, encoding: ENCODING.int32, recordLength: 100_000 }, swell(20_000))
    expect(readChunks([long]).records.map(({ bytes }) => bytes.length)).toEqual([long.length])
  })

  it('reads records without blockette 1000 one after the other', () => {
    const old = [1, 2, 3].map(() => {
      const record = oneRecord({ encoding: 10 })
      new DataView(record.buffer).setUint16(46, 0)
      return record
    })
    expect(readChunks([concatenate(old)]).records.map(({ bytes }) => bytes.length)).toEqual([512, 512, 512])
  })

  it('ends on any bytes, never beyond them', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.tuple(fc.constantFrom(...V2, ...V3), fc.nat(), fc.nat(255), fc.nat(600)).map(([record, place, byte, length]) => {
          const broken = record.slice(0, length)
          if (broken.length > 0) broken[place % broken.length] = byte
          return broken
        }),
      ),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(pieces, (parts) => {
        const stream = concatenate(parts)
        const { records } = readChunks(parts)
        let end = 0
        for (const { bytes, offset } of records) {
          expect(offset).toBeGreaterThanOrEqual(end)
          end = offset + bytes.length
          expect(bytes).toEqual(stream.subarray(offset, end))
        }
        expect(end).toBeLessThanOrEqual(stream.length)
      }),
      { numRuns: 300 },
    )
  })
})

describe('readRecords', () => {
  it('gives the records of an array', () => {
    const found = [...readRecords(concatenate(V2), { origin: 'test', onProblem() {} })]
    expect(found.map(({ offset }) => offset)).toEqual(V2.map((_, index) => 512 * index))
  })
})
