import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import { type Archive, openArchive } from '../../src/io/archive/index.ts'
import { readRecords } from '../../src/miniseed/index.ts'
import { referencePath } from '../helpers/reference.ts'

async function withArchive<T>(paths: readonly string[], use: (archive: Archive, problems: Problem[]) => T): Promise<T> {
  const problems: Problem[] = []
  const archive = await openArchive(paths, { onProblem: (problem) => problems.push(problem) })
  try {
    return use(archive, problems)
  } finally {
    archive.close()
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

function countByCode(problems: readonly Problem[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { code } of problems) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

/** Every record once, none before its time; returns how many. */
function checkOrder(archive: Archive): number {
  const places = new Set<string>()
  let last: bigint | undefined
  for (const { endTime, path, offset, ordinal } of archive.records()) {
    expect(ordinal).toBe(places.size)
    if (last !== undefined && endTime < last) expect(endTime).toBeGreaterThanOrEqual(last)
    last = endTime
    places.add(`${path} ${offset}`)
  }
  return places.size
}

describe('an archive of odd files', () => {
  it('holds every record that a plain reader finds, file by file', async () => {
    for (const path of filesBelow(referencePath('data', 'odd-mseed'))) {
      const plain = [...readRecords(new Uint8Array(readFileSync(path)), { origin: path, onProblem() {} })]
      await withArchive([path], (archive, problems) => {
        expect([path, checkOrder(archive)]).toEqual([path, plain.length])
        expect(archive.recordCount).toBe(plain.length)
        if (plain.length === 0) expect(problems).toMatchObject([{ code: 'NOT_MINISEED', where: path }])
      })
    }
  })

  it('counts and names every problem of the folder', async () => {
    await withArchive([referencePath('data', 'odd-mseed')], (archive, problems) => {
      expect(checkOrder(archive)).toBe(6500)
      expect(countByCode(problems)).toEqual({ NOT_MINISEED: 30, SEED_CONTROL_HEADER: 6, MINISEED_JUNK: 22 })
      expect(problems.every(({ where, message }) => where !== undefined && message.includes('expected'))).toBe(true)
    })
  })
})

describe('an archive of continuous data', () => {
  it('plays all stations in data-time order and can begin anywhere', async () => {
    await withArchive([referencePath('data', 'continuous')], (archive, problems) => {
      expect(checkOrder(archive)).toBe(archive.recordCount)
      expect(Object.keys(countByCode(problems))).toEqual(['NOT_MINISEED'])
      const samples = archive.streams.reduce((sum, stream) => sum + stream.samples, 0)
      expect(samples).toBeGreaterThan(10_000_000)
      const places = Array.from(archive.records(), ({ path, offset }) => `${path} ${offset}`)
      for (const ordinal of [1, 999, 50_000, archive.recordCount - 1]) {
        const tail = Array.from(archive.recordsFrom(ordinal), ({ path, offset }) => `${path} ${offset}`)
        expect(tail.join('\n') === places.slice(ordinal).join('\n')).toBe(true)
      }
    })
  })
})
