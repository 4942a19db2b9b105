import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_MODEL } from '../../src/app/default-config.ts'
import { buildScenario } from '../../src/app/synth/build-scenario.ts'
import { demoScenario } from '../../src/app/synth/demo-scenario.ts'
import { type Scenario, stationName } from '../../src/app/synth/scenario.ts'
import { stationRecord } from '../../src/app/synth/station-record.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { synthCommand } from '../../src/cli/synth.ts'
import { UsageError } from '../../src/domain/errors.ts'
import { parseIsoNanos } from '../../src/domain/time.ts'
import type { TraceRecord } from '../../src/domain/trace.ts'
import { readCatalogueCsv } from '../../src/io/catalogue-csv.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { decodeRecord, readRecords, toTraceRecord } from '../../src/miniseed/index.ts'
import { TraceMerger } from '../../src/signal/trace-merger.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quakewire-synth-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const small = (options = {}): Scenario =>
  buildScenario({ minutes: 3, stations: 3, eventsPerHour: 60, sampleRates: [100, 50, 40], ...options })

describe('writeArchive', () => {
  it('writes the same bytes for the same scenario and others for another seed', () => {
    const hashes = [1, 1, 2].map((seed, n) => {
      const out = join(directory, String(n))
      writeArchive(small({ seed }), out)
      return hashOf(out)
    })
    expect(hashes[0]).toBe(hashes[1])
    expect(hashes[2]).not.toBe(hashes[0])
  })

  it.each([2, 3] as const)('writes miniSEED %i that decodes to the generated samples, in time order', (recordFormat) => {
    const scenario = small({ recordFormat })
    writeArchive(scenario, directory)
    for (const station of scenario.stations) {
      const pieces = [...stationRecord(scenario, station)]
      for (const sourceId of new Set(pieces.map((piece) => piece.sourceId))) {
        const wanted = pieces.filter((piece) => piece.sourceId === sourceId)
        const got = recordsUnder(directory).filter((record) => record.sourceId === sourceId)
        expect(got.flatMap(({ samples }) => [...samples])).toEqual(wanted.flatMap(({ samples }) => [...samples]))
        expect(got[0]).toMatchObject({ startTime: wanted[0]!.startTime, sampleRate: station.sampleRate })
        const times = got.map(({ startTime }) => startTime)
        expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
      }
    }
  })

  it('begins a new SDS file with a new day', () => {
    const startTime = parseIsoNanos('2023-12-31T23:58:30Z')!
    writeArchive(small({ startTime, stations: 1 }), directory)
    expect(filesUnder(join(directory, 'sds'))).toEqual(
      ['E', 'N', 'Z']
        .flatMap((component) => [
          join('2023', 'XX', 'ALDER', `HH${component}.D`, `XX.ALDER.00.HH${component}.D.2023.365`),
          join('2024', 'XX', 'ALDER', `HH${component}.D`, `XX.ALDER.00.HH${component}.D.2024.001`),
        ])
        .toSorted(),
    )
  })

  it('writes catalogues that the catalogue reader understands', () => {
    const scenario = small()
    writeArchive(scenario, directory)
    const problems: unknown[] = []
    const origins = readCatalogueCsv(join(directory, 'catalogue.csv'), (problem) => problems.push(problem))
    const arrivals = readCatalogueCsv(join(directory, 'arrivals.csv'), (problem) => problems.push(problem))
    expect(problems).toEqual([])
    expect(origins.map(({ magnitude }) => magnitude)).toEqual(scenario.earthquakes.map(({ magnitude }) => magnitude))
    expect(arrivals).toHaveLength(scenario.earthquakes.length * scenario.stations.length)
    expect(new Set(arrivals.map(({ station }) => station))).toEqual(new Set(scenario.stations.map(stationName)))
  })

  it('writes one line of truth per earthquake and station, P before S, and all that went wrong', () => {
    const scenario = small({ minutes: 10 })
    writeArchive(scenario, directory)
    const lines = readFileSync(join(directory, 'truth.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(scenario.earthquakes.length * scenario.stations.length)
    for (const { p, s } of lines) expect(p < s).toBe(true)
    const truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8'))
    expect(truth.stations.map(({ station }: { station: string }) => station)).toEqual(scenario.stations.map(stationName))
    expect(truth.faults).toHaveLength(scenario.faults.length)
    expect(truth.disturbances).toHaveLength(scenario.disturbances.length)
  })

  it('writes a configuration that is valid as it is', () => {
    const scenario = small()
    writeArchive(scenario, directory)
    const config = loadConfig(join(directory, 'stations.yaml'))
    expect(config.servers[0]!.stations).toEqual(['XX_ALDER_00_HH', 'XX_BIRCH_00_BH', 'XX_CEDAR_00_BH'])
    expect(config.model).toBe(DEFAULT_MODEL)
  })

  it('reports progress from none to all', () => {
    const shares: number[] = []
    writeArchive(small(), directory, { onProgress: (share) => shares.push(share) })
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
  })

  it('never mixes two archives in one directory', () => {
    writeArchive(small(), directory)
    expect(() => writeArchive(small({ seed: 2 }), directory)).toThrow(UsageError)
  })

  it('shows the gaps of the demo in its records', () => {
    const scenario = demoScenario()
    const gap = scenario.faults.find(({ kind, component }) => kind === 'gap' && component === undefined)!
    const stations = scenario.stations.filter((station) => stationName(station) === gap.station)
    writeArchive({ ...scenario, stations, earthquakes: [], durationSeconds: 420 }, directory)
    const start = scenario.startTime + BigInt(gap.seconds * 1e9)
    const end = start + BigInt(gap.durationSeconds * 1e9)
    for (const { startTime, samples, sampleRate } of recordsUnder(directory)) {
      const lastTime = startTime + BigInt(Math.round(((samples.length - 1) / sampleRate) * 1e9))
      expect(lastTime < start + 10_000_000n || startTime > end - 10_000_000n).toBe(true)
    }
  })
})

describe('the merger', () => {
  it('finds in a written archive the gaps of the truth and no tear, whatever the clocks say', () => {
    const scenario = { ...small({ minutes: 40, sampleRates: [200, 100, 40], eventsPerHour: 0 }), hasNoise: false }
    writeArchive(scenario, directory)
    const records = recordsUnder(directory)
    for (const station of scenario.stations) {
      for (const component of ['Z', 'N', 'E']) {
        const own = records.filter(({ sourceId: id }) => id.includes(`_${station.code}_`) && id.endsWith(component))
        const merger = new TraceMerger(own[0]!.sourceId)
        const pieces = [...own.flatMap((record) => merger.push(record)), ...merger.flush()]
        const wanted = scenario.faults.filter(
          (fault) =>
            fault.kind === 'gap' &&
            fault.station === stationName(station) &&
            (fault.component === undefined || fault.component === component),
        )
        const gaps = pieces.filter((piece) => piece.kind === 'gap')
        expect(gaps.map(({ cause }) => cause)).toEqual(wanted.map(() => 'missing'))
        gaps.forEach((gap, n) => {
          const { seconds, durationSeconds } = wanted.toSorted((a, b) => a.seconds - b.seconds)[n]!
          const start = Number(gap.startTime - scenario.startTime) / 1e9
          expect(Math.abs(start - seconds)).toBeLessThan(1.5 / station.sampleRate)
          expect(Math.abs(Number(gap.endTime - gap.startTime) / 1e9 - durationSeconds)).toBeLessThan(1.5 / station.sampleRate)
        })
      }
    }
    expect(scenario.faults.some(({ kind }) => kind === 'gap')).toBe(true)
  })
})

describe('quakewire synth', () => {
  const run = (...options: string[]) => synthCommand().exitOverride().parseAsync(options, { from: 'user' })

  it('writes an archive of the size that was asked for', async () => {
    await run('--out', directory, '--minutes', '1', '--stations', '2', '--rate', '50', '--format', '3', '--no-glitches')
    const records = recordsUnder(directory)
    expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(6)
    const samples = records.reduce((sum, record) => sum + record.samples.length, 0)
    expect(Math.abs(samples - 6 * 60 * 50)).toBeLessThanOrEqual(6)
  })

  it.each([
    ['--stations', 'many', 'synth --stations: expected a whole number from 1 to 9999, got "many"'],
    ['--minutes', '-3', 'synth --minutes: expected a number from 0.1 to 527040, got "-3"'],
    ['--start', 'yesterday', 'synth --start: expected an ISO 8601 time such as 2024-03-12T09:00:00Z, got "yesterday"'],
    [
      '--magnitudes',
      '4-2',
      'synth --magnitudes: expected two numbers between -1 and 6, the smaller first, such as 0.8-4.5, got "4-2"',
    ],
    ['--rate', '100,,50', 'synth --rate: expected a number from 10 to 1000, got ""'],
    ['--format', '4', 'synth --format: expected a whole number from 2 to 3, got "4"'],
  ])('says what is wrong with %s %s', async (option, value, message) => {
    await expect(run('--out', directory, option, value)).rejects.toMatchObject({
      code: 'USAGE',
      message,
      context: { option: option.slice(2) },
    })
  })
})

function filesUnder(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted()
}

function recordsUnder(root: string): TraceRecord[] {
  const sds = join(root, 'sds')
  return filesUnder(sds).flatMap((path) => {
    const onProblem = (problem: unknown) => expect(problem).toBeUndefined()
    return [...readRecords(readFileSync(join(sds, path)), { onProblem, origin: path })].map(
      ({ bytes }) => toTraceRecord(decodeRecord(bytes))!,
    )
  })
}

function hashOf(root: string): string {
  const hash = createHash('sha256')
  for (const path of filesUnder(root)) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}
