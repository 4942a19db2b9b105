import { appendFileSync, linkSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/domain/errors.ts'
import type { SourceId } from '../../src/domain/source-id.ts'
import { decodeRecord, encodeText, parseHeader } from '../../src/miniseed/index.ts'
import {
  channel,
  collected,
  DAY,
  fingerprints,
  naiveOrder,
  opened,
  SECOND,
  scratchFolder,
  shuffled,
  writeFiles,
} from '../helpers/archive-files.ts'
import { concatenate } from '../helpers/miniseed-records.ts'

const Z = 'FDSN:XX_ABC_00_H_H_Z'
const N = 'FDSN:XX_ABC_00_H_H_N'
const E = 'FDSN:XX_ABC_00_H_H_E'

describe('the order of an archive', () => {
  it('is data time, whatever the names of the files', async () => {
    const folder = scratchFolder()
    const [first, second, third] = [channel(Z, 0, 2000), channel(Z, 20, 2000), channel(Z, 40, 2000)]
    writeFiles(folder, { 'z.mseed': first, 'a.mseed': third, 'm.mseed': second })
    const { archive, problems } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints([...first, ...second, ...third]))
    expect(problems).toEqual([])
  })

  it('is data time when a file holds one channel after the other', async () => {
    const folder = scratchFolder()
    const records = [Z, N, E].flatMap((sourceId, index) => channel(sourceId, index * 0.003, 5000))
    writeFiles(folder, { 'day.mseed': records })
    const { archive } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints(naiveOrder(records)))
  })

  it('is data time when months lie backwards in a file', async () => {
    const folder = scratchFolder()
    const month = 30 * 86_400
    const records = [3, 1, 2, 0].flatMap((index) => channel(Z, index * month, 1000))
    writeFiles(folder, { 'year.mseed': records })
    const { archive } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints(naiveOrder(records)))
  })

  it('is data time when all records of a file are shuffled', async () => {
    const folder = scratchFolder()
    const records = [Z, N, E].flatMap((sourceId, index) => channel(sourceId, index * 0.003, 30_000))
    writeFiles(folder, { 'shuffled.mseed': shuffled(records, 1) })
    const { archive } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints(naiveOrder(records)))
  })

  it('is by source id where records cover the same time', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'a.mseed': channel(Z, 0, 20), 'b.mseed': channel(N, 0, 20), 'c.mseed': channel(E, 0, 20) })
    const { archive } = await opened([folder])
    expect(collected(archive).map(({ sourceId }) => sourceId)).toEqual([E, N, Z])
  })

  it('puts a long record behind the short ones that end before it', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'long.mseed': channel(Z, 0, 1000, { recordLength: 4096 }), 'short.mseed': channel(N, 0, 990) })
    const { archive } = await opened([folder])
    expect(collected(archive).at(-1)?.sourceId).toBe(Z)
  })

  it('holds over 300 files of every kind', async () => {
    const folder = scratchFolder()
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index): [string, Uint8Array[]] => {
        const formatVersion = index % 3 === 0 ? 3 : 2
        const records = channel(`FDSN:XX_S${index % 10}__H_H_Z`, 10 * Math.floor(index / 10) + (index % 10) / 1000, 1000, {
          formatVersion,
          recordLength: formatVersion === 3 ? 300 : 256,
        })
        return [`${(index * 7919) % 1000}/${index}.mseed`, index % 7 === 0 ? shuffled(records, index) : records]
      }),
    )
    writeFiles(folder, files)
    const { archive } = await opened([folder])
    const expected = naiveOrder(Object.values(files).flat())
    expect(archive.recordCount).toBe(expected.length)
    expect(fingerprints(collected(archive))).toEqual(fingerprints(expected))
  })
})

describe('an archive', () => {
  it('describes its channels and itself', async () => {
    const folder = scratchFolder()
    const records = [...channel(N, 1, 700), ...channel(Z, 0, 500)]
    writeFiles(folder, { 'a.mseed': records })
    const { archive } = await opened([folder])
    expect(archive.streams).toEqual([
      {
        sourceId: N,
        startTime: DAY + SECOND,
        endTime: DAY + 7_990_000_000n,
        sampleRate: 100,
        records: channel(N, 1, 700).length,
        samples: 700,
      },
      {
        sourceId: Z,
        startTime: DAY,
        endTime: DAY + 4_990_000_000n,
        sampleRate: 100,
        records: channel(Z, 0, 500).length,
        samples: 500,
      },
    ])
    expect(archive).toMatchObject({
      startTime: DAY,
      endTime: DAY + 7_990_000_000n,
      byteLength: 128 * records.length,
      recordCount: records.length,
    })
  })

  it('tells of each record where it lies and which it is', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'a.mseed': channel(Z, 0, 500) })
    const { archive } = await opened([folder])
    const [, second] = collected(archive)
    expect(second).toMatchObject({ path: join(folder, 'a.mseed'), offset: 128, sourceId: Z, ordinal: 1 })
    expect(second?.startTime).toBe(parseHeader(second?.bytes ?? new Uint8Array(0)).startTime)
  })

  it('gives text records their place', async () => {
    const folder = scratchFolder()
    const log = encodeText('FDSN:XX_ABC_00_L_O_G' as SourceId, DAY + SECOND, 'door opened')
    writeFiles(folder, { 'a.mseed': channel(Z, 0, 500), 'log.mseed': log })
    const { archive } = await opened([folder])
    const records = collected(archive)
    const place = records.findIndex(({ sourceId }) => sourceId.endsWith('L_O_G'))
    expect(decodeRecord(records[place]?.bytes ?? new Uint8Array(0)).text).toBe('door opened')
    expect(records[place - 1]?.endTime).toBeLessThan(DAY + SECOND)
    expect(records[place + 1]?.endTime).toBeGreaterThanOrEqual(DAY + SECOND)
  })

  it('may be empty', async () => {
    const { archive } = await opened([scratchFolder()])
    expect(archive).toMatchObject({ streams: [], startTime: undefined, endTime: undefined, recordCount: 0, byteLength: 0 })
    expect(collected(archive)).toEqual([])
  })

  it('reads a file once that is named twice, linked, and inside a named folder', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'sub/a.mseed': channel(Z, 0, 500) })
    const path = join(folder, 'sub', 'a.mseed')
    symlinkSync(path, join(folder, 'link.mseed'))
    linkSync(path, join(folder, 'hard.mseed'))
    symlinkSync(folder, join(folder, 'sub', 'circle'))
    const { archive } = await opened([path, folder, path, join(folder, 'sub')])
    expect(archive.recordCount).toBe(channel(Z, 0, 500).length)
  })

  it('refuses a path that does not exist', async () => {
    await expect(opened([join(scratchFolder(), 'nowhere')])).rejects.toThrow(UsageError)
  })

  it('shifts records and times by whole milliseconds', async () => {
    const folder = scratchFolder()
    writeFiles(folder, {
      'v2.mseed': channel(Z, 0.1, 500),
      'v3.mseed': channel(N, 0.2, 500, { formatVersion: 3, recordLength: 256 }),
    })
    const { archive: original } = await opened([folder])
    const { archive } = await opened([folder], { shiftNanos: 365n * 86_400n * SECOND + 1_000_400n })
    const shift = 365n * 86_400n * SECOND + 1_000_000n
    expect(archive.startTime).toBe((original.startTime ?? 0n) + shift)
    const shifted = collected(archive)
    for (const [index, record] of collected(original).entries()) {
      const moved = shifted[index]
      expect(moved).toMatchObject({ startTime: record.startTime + shift, endTime: record.endTime + shift, ordinal: index })
      expect(parseHeader(moved?.bytes ?? new Uint8Array(0)).startTime).toBe(record.startTime + shift)
    }
  })

  it('reports progress up to the last byte', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'a.mseed': channel(Z, 0, 500), 'b.mseed': channel(N, 0, 500) })
    const steps: unknown[] = []
    const { archive } = await opened([folder], { onProgress: (progress) => steps.push(progress) })
    expect(steps.at(-1)).toEqual({ files: 2, totalFiles: 2, bytes: archive.byteLength, totalBytes: archive.byteLength })
  })
})

describe('bad data in an archive', () => {
  it('counts files that are not miniSEED, by name', async () => {
    const folder = scratchFolder()
    writeFiles(folder, {
      'a.mseed': channel(Z, 0, 20),
      'readme.txt': new TextEncoder().encode('hello '.repeat(1000)),
      empty: new Uint8Array(0),
    })
    const { archive, problems } = await opened([folder])
    expect(archive.recordCount).toBe(1)
    expect(problems).toEqual([
      {
        code: 'NOT_MINISEED',
        message: 'file of the archive: expected miniSEED records, got none in 0 bytes',
        where: join(folder, 'empty'),
      },
      {
        code: 'NOT_MINISEED',
        message: 'file of the archive: expected miniSEED records, got none in 6000 bytes',
        where: join(folder, 'readme.txt'),
      },
    ])
  })

  it('goes on behind a corrupt middle, and says once where it was', async () => {
    const folder = scratchFolder()
    const records = channel(Z, 0, 5000)
    const junk = new Uint8Array(1000).fill(0x55)
    writeFiles(folder, { 'a.mseed': [...records.slice(0, 5), junk, ...records.slice(5)] })
    const { archive, problems } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints(records))
    collected(archive)
    expect(problems).toMatchObject([{ code: 'MINISEED_JUNK', where: `${join(folder, 'a.mseed')} byte 640` }])
  })

  it('leaves out a record with an impossible header', async () => {
    const folder = scratchFolder()
    const records = channel(Z, 0, 1000)
    new DataView(records[2]!.buffer).setUint16(28, 20_000)
    writeFiles(folder, { 'a.mseed': records })
    const { archive, problems } = await opened([folder])
    expect(fingerprints(collected(archive))).toEqual(fingerprints(records.filter((_, index) => index !== 2)))
    expect(problems).toMatchObject([{ code: 'MINISEED_FORMAT', where: `${join(folder, 'a.mseed')} byte 256` }])
  })

  it('takes a file that became shorter for a problem, and one that grew for what it was', async () => {
    const folder = scratchFolder()
    writeFiles(folder, { 'a.mseed': channel(Z, 0, 5000), 'b.mseed': channel(N, 0, 500) })
    const { archive, problems } = await opened([folder])
    truncateSync(join(folder, 'a.mseed'), 1000)
    appendFileSync(join(folder, 'b.mseed'), concatenate(channel(N, 5, 500)))
    const records = collected(archive)
    expect(records.filter(({ sourceId }) => sourceId === Z)).toHaveLength(Math.floor(1000 / 128))
    expect(records.filter(({ sourceId }) => sourceId === N)).toHaveLength(channel(N, 0, 500).length)
    expect(problems).toEqual([
      {
        code: 'ARCHIVE_CHANGED',
        message: 'file of the archive: expected it unchanged since it was indexed, got fewer records',
        where: join(folder, 'a.mseed'),
      },
    ])
  })
})

describe('recordsFrom', () => {
  it('gives the tail of the full sequence from every ordinal', async () => {
    const folder = scratchFolder()
    writeFiles(folder, {
      'z.mseed': [...channel(Z, 0, 20_000), ...channel(Z, 20, 1000)],
      'n.mseed': shuffled(channel(N, 5, 5000), 3),
      'e.mseed': channel(E, 100, 3000, { formatVersion: 3, recordLength: 200 }),
    })
    const { archive } = await opened([folder])
    const all = fingerprints(collected(archive))
    expect(all.length).toBeGreaterThan(600)
    for (const ordinal of all.keys()) {
      const first = archive.recordsFrom(ordinal).next().value
      expect(first?.ordinal).toBe(ordinal)
      expect(fingerprints([first])).toEqual(all.slice(ordinal, ordinal + 1))
    }
    expect(fingerprints(collected(archive, 300))).toEqual(all.slice(300))
    expect(collected(archive, all.length)).toEqual([])
  })

  it('lets several iterations run at once, over more files than may be open', async () => {
    const folder = scratchFolder()
    const files = Array.from(
      { length: 200 },
      (_, index) => [`${index}.mseed`, channel(`FDSN:XX_S${index}__H_H_Z`, index / 1000, 400)] as const,
    )
    writeFiles(folder, Object.fromEntries(files))
    const { archive } = await opened([folder])
    const all = fingerprints(collected(archive))
    const [a, b] = [archive.records(), archive.recordsFrom(50)]
    for (let index = 0; index + 50 < all.length; index++) {
      expect(fingerprints([a.next().value, b.next().value])).toEqual([all[index], all[index + 50]])
    }
  })
})
