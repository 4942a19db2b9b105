import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveArchive } from '../../src/app/serve.ts'
import { UsageError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { endTimeOf, parseHeader } from '../../src/miniseed/index.ts'
import { syntheticRecords } from '../helpers/memory-source.ts'
import { SeedlinkTestClient } from '../helpers/seedlink-test-client.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-serve-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** One channel after the other in one file, the rest in a subfolder under names that sort the wrong way. */
function writeFiles(): number {
  const channels = ['HHZ', 'HHN', 'HHE'].map((code) => syntheticRecords({ nslc: `XX.AAA.00.${code}`, seconds: 60 }))
  const long = syntheticRecords({ nslc: 'XX.BBB.00.HHZ', seconds: 60, recordLength: 4096 })
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'z.mseed'), Buffer.concat([...channels[2]!, ...channels[0]!]))
  writeFileSync(join(folder, 'a', 'later.mseed'), Buffer.concat([...channels[1]!].reverse()))
  writeFileSync(join(folder, 'a', 'other.mseed'), Buffer.concat(long))
  writeFileSync(join(folder, 'README.txt'), 'no miniSEED in here, and quite a few characters of it to be sure that it is none')
  return channels.flat().length + long.length
}

describe('serveArchive', () => {
  it('plays files in data-time order, whatever their names, and counts what is no miniSEED', async () => {
    const count = writeFiles()
    const problems: Problem[] = []
    const server = await serveArchive({
      paths: [folder],
      speed: Number.POSITIVE_INFINITY,
      onProblem: (problem) => problems.push(problem),
    })
    const client = await SeedlinkTestClient.connect(server.port)
    client.write('SLPROTO 4.0\r\nSTATION *\r\nDATA\r\nEND\r\n')
    await client.untilEnd()
    expect(server.archive.recordCount).toBe(count)
    expect(client.packets.length).toBe(count)
    const ends = client.packets.map(({ record }) => endTimeOf(parseHeader(record)))
    expect(ends).toEqual([...ends].sort((a, b) => Number(a - b)))
    expect(problems.map(({ code }) => code)).toEqual(['NOT_MINISEED'])
    await client.close()
    await server.close()
  })

  it('gives the same numbers every time it is started over the same files', async () => {
    writeFiles()
    const runs: string[][] = []
    for (let run = 0; run < 2; run += 1) {
      const server = await serveArchive({ paths: [folder], speed: Number.POSITIVE_INFINITY, onProblem: () => {} })
      const client = await SeedlinkTestClient.connect(server.port)
      client.write('STATION * *\r\nDATA\r\nEND\r\n')
      await client.untilEnd()
      runs.push(client.packets.map(({ sequence, record }) => `${sequence} ${Buffer.from(record).toString('base64')}`))
      await client.close()
      await server.close()
    }
    expect(runs[1]).toEqual(runs[0])
  })

  it('refuses paths without miniSEED or without anything', async () => {
    writeFileSync(join(folder, 'README.txt'), 'nothing')
    await expect(serveArchive({ paths: [folder], onProblem: () => {} })).rejects.toThrow(UsageError)
    await expect(serveArchive({ paths: [join(folder, 'missing')], onProblem: () => {} })).rejects.toThrow(UsageError)
  })
})
