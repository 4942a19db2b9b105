import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type TruthRecord, truthLineSchema } from '../../src/contract/drill-truth.ts'
import type { GapsAnswer } from '../../src/contract/gaps.ts'
import { formatNanos } from '../../src/domain/time.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { liveArchive } from '../helpers/live-archive.ts'
import { detectionsOf, healthOf, replayedDetections, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'
import { seededRandom } from '../helpers/signals.ts'

const FAULTS = `
seed: 5
stations:
  - stations: ['*']
    gaps: { everySeconds: 150, seconds: [5, 40] }
    duplicates: { share: 0.05, withinSeconds: 5 }
    shuffles: { share: 0.05, withinSeconds: 6 }
    corrupt: { share: 0.02, parts: [data], bits: 3 }
server:
  disconnects: { everySeconds: 250 }
`

/** Everything goes wrong at once; afterwards a program checks the accounts against what the server says it really sent. */
describe('a drill', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-drill-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('ends with all that was sent accepted, every hole explained, and the detections of a replay of what was accepted', async () => {
    const scenario = { stations: 5, minutes: 7, eventsPerHour: 60, sampleRates: [100, 50, 40], hasGlitches: false }
    const { folder: archive, instruments: stations } = await liveArchive(join(folder, 'archive'), scenario)
    const [faults, truth] = [join(folder, 'faults.yaml'), join(folder, 'truth.jsonl')]
    writeFileSync(faults, FAULTS)
    const server = await serve([archive], '--speed', '50', '--faults', faults, '--truth', truth)
    const config = writeConfig(join(folder, 'run'), [{ port: server.port, stations }])
    const random = seededRandom(3)
    let live = await run(config)
    while (((await healthOf(live.url)).servers[0]?.packets ?? 0) < 50) await pause(20)
    for (let kill = 0; kill < 2; kill++) {
      await pause(random() * 1500)
      await live.command.kill('SIGKILL')
      live = await run(config)
    }
    await untilEnded(live.url)
    const records = truthIn(truth)
    const sent = eachOnce(records.filter(({ fate }) => fate === 'sent'))
    const isSent = new Set(sent.map(keyOf))
    const corrupt = eachOnce(records.filter((each) => each.fate === 'corrupt' && !isSent.has(keyOf(each))))
    expect(corrupt.length).toBeGreaterThan(3)
    const { gaps, channels, causes } = await gapsOf(live.url)
    expect(Object.keys(causes).filter((cause) => cause !== 'notReceived' && !cause.startsWith('rejected:'))).toEqual([])

    const accepted: TruthRecord[] = []
    for (const { channel, samples } of channels) {
      const of = (list: readonly TruthRecord[]) => list.filter(({ sourceId }) => sourceId === channel)
      const holes = gaps.filter((gap) => gap.channel === channel)
      const isMissing = (each: TruthRecord) => holes.some((gap) => overlaps(each, gap))
      for (const gap of holes) {
        if (gap.cause === 'notReceived') expect(of(sent).filter((each) => overlaps(each, gap))).toEqual([])
        else if (gap.cause !== 'rejected:LATE')
          expect(of(corrupt).filter((each) => overlaps(each, gap)).length).toBeGreaterThan(0)
      }
      // A damaged record that is in no hole was damaged where it has no samples, or nothing was accepted behind it.
      const ends = of(sent).map(({ endTime }) => endTime)
      const newest = ends.reduce((latest, each) => (each > latest ? each : latest), '')
      const harmless = of(corrupt).filter((each) => !isMissing(each) && each.endTime < newest)
      const expected = [...of(sent).filter((each) => !isMissing(each)), ...harmless]
      // What was sent is accepted, sample by sample.
      expect({ channel, samples }).toEqual({ channel, samples: expected.reduce((sum, each) => sum + each.samples, 0) })
      accepted.push(...expected)
    }
    // Nothing that was sent whole is missing but what came too late.
    const isAccepted = new Set(accepted)
    const late = sent.filter((each) => !isAccepted.has(each))
    expect(late.length > 0).toBe('rejected:LATE' in causes)
    expect(await detectionsOf(live.url)).toEqual(await replayedDetections(await deliveredArchive(archive, accepted)))
    await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
  })

  /** Records of the archive, in an archive of their own. */
  async function deliveredArchive(archive: string, accepted: readonly TruthRecord[]): Promise<string> {
    const wanted = new Set(accepted.map(keyOf))
    const to = join(folder, 'delivered')
    mkdirSync(to, { recursive: true })
    const files = new Map<string, Uint8Array[]>()
    const opened = await openArchive([archive], { onProblem() {} })
    for (const { bytes, sourceId, startTime } of opened.records()) {
      if (!wanted.has(keyOf({ sourceId, startTime: formatNanos(startTime) }))) continue
      const file = files.get(sourceId) ?? []
      files.set(sourceId, [...file, bytes.slice()])
    }
    opened.close()
    for (const [sourceId, parts] of files) writeFileSync(join(to, `${sourceId.slice(5)}.mseed`), Buffer.concat(parts))
    return to
  }
})

function keyOf({ sourceId, startTime }: Pick<TruthRecord, 'sourceId' | 'startTime'>): string {
  return `${sourceId} ${startTime}`
}

/** A duplicate has a line of its own. */
function eachOnce(records: readonly TruthRecord[]): TruthRecord[] {
  return [...new Map(records.map((each) => [keyOf(each), each])).values()]
}

function overlaps(record: TruthRecord, gap: GapsAnswer['gaps'][number]): boolean {
  // Times of records are nanoseconds, of gaps microseconds; half a millisecond is less than half a sample.
  const slack = 0.5
  return Date.parse(record.startTime) + slack < Date.parse(gap.to) && Date.parse(record.endTime) - slack > Date.parse(gap.from)
}

function truthIn(file: string): TruthRecord[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines
    .map((line) => truthLineSchema.parse(JSON.parse(line)))
    .filter((line): line is TruthRecord => line.kind === 'record')
}

async function gapsOf(url: string): Promise<GapsAnswer> {
  return (await (await fetch(`${url}/api/gaps?limit=100000`)).json()) as GapsAnswer
}
