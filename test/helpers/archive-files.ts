import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import type { SourceId } from '../../src/domain/source-id.ts'
import { type Archive, type ArchiveOptions, type ArchiveRecord, openArchive } from '../../src/io/archive/index.ts'
import { type EncodeOptions, encodeRecords, endTimeOf, parseHeader } from '../../src/miniseed/index.ts'
import { concatenate, nanos, swell } from './miniseed-records.ts'

export const DAY = nanos('2022-03-01T00:00:00Z')
export const SECOND = 1_000_000_000n

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeFiles(folder: string, files: Readonly<Record<string, readonly Uint8Array[] | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : concatenate(content))
  }
}

/** 128-byte records of a channel, 100 Hz, from a time (seconds after DAY) on. */
export function channel(sourceId: string, startSeconds: number, sampleCount: number, options: EncodeOptions = {}): Uint8Array[] {
  const start = DAY + BigInt(Math.round(startSeconds * 1e6)) * 1000n
  return encodeRecords(sourceId as SourceId, start, 100, swell(sampleCount), { recordLength: 128, ...options })
}

/** Opens an archive that is closed after the test. */
export async function opened(paths: readonly string[], options: Partial<ArchiveOptions> = {}) {
  const problems: Problem[] = []
  const archive = await openArchive(paths, { onProblem: (problem) => problems.push(problem), ...options })
  onTestFinished(() => archive.close())
  return { archive, problems }
}

/** All records from an ordinal on, with their bytes copied. */
export function collected(archive: Archive, ordinal = 0): ArchiveRecord[] {
  return Array.from(archive.recordsFrom(ordinal), (record) => ({ ...record, bytes: record.bytes.slice() }))
}

/** Short names of records' bytes: equal when the bytes are, and quick to compare by the thousand. */
export function fingerprints(records: readonly (Uint8Array | ArchiveRecord)[]): string[] {
  return records.map((record) =>
    createHash('sha1')
      .update('bytes' in record ? record.bytes : record)
      .digest('hex'),
  )
}

/** What the order must be: all records of all files in memory, sorted by the rule as it is stated. */
export function naiveOrder(records: readonly Uint8Array[]): Uint8Array[] {
  const keyed = records.map((bytes) => ({ bytes, header: parseHeader(bytes) }))
  keyed.sort(({ header: a }, { header: b }) => {
    const [endA, endB] = [endTimeOf(a), endTimeOf(b)]
    if (endA !== endB) return endA < endB ? -1 : 1
    if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1
    return a.sourceId < b.sourceId ? -1 : 1
  })
  return keyed.map(({ bytes }) => bytes)
}

/** The same order of a list for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items]
  let state = seed
  for (let index = result.length - 1; index > 0; index--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = state % (index + 1)
    ;[result[index], result[other]] = [result[other] as T, result[index] as T]
  }
  return result
}
