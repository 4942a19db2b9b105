import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServeArchiveOptions, type ServedArchive, serveArchive } from '../../src/app/serve.ts'
import { type TruthLine, type TruthRecord, truthLineSchema } from '../../src/contract/drill-truth.ts'
import { DEFAULT_FAULTS, faultsSchema } from '../../src/contract/faults.ts'
import { formatNanos } from '../../src/domain/time.ts'
import { endTimeOf, parseHeader } from '../../src/miniseed/index.ts'
import { scratchFolder } from '../helpers/archive-files.ts'
import { CommandLine } from '../helpers/command-line.ts'
import { syntheticRecords } from '../helpers/memory-source.ts'
import { type ReceivedPacket, ResumingClient } from '../helpers/resuming-client.ts'
import { SeedlinkTestClient } from '../helpers/seedlink-test-client.ts'

/** Ten minutes of three stations; one has long records. */
function archiveFolder(): string {
  const folder = scratchFolder()
  for (const [station, recordLength] of [
    ['AAA', 512],
    ['BBB', 512],
    ['LONG', 4096],
  ] as const) {
    for (const code of ['HHZ', 'HHN', 'HHE']) {
      const records = syntheticRecords({ nslc: `XX.${station}.00.${code}`, seconds: 600, sampleRate: 50, recordLength })
      writeFileSync(join(folder, `${station}.${code}.mseed`), Buffer.concat(records))
    }
  }
  return folder
}

async function drill(options: Partial<ServeArchiveOptions>): Promise<{ server: ServedArchive; truthFile: string }> {
  const truthFile = join(scratchFolder(), 'truth.jsonl')
  const server = await serveArchive({
    paths: [archiveFolder()],
    speed: Number.POSITIVE_INFINITY,
    truthFile,
    onProblem: () => {},
    ...options,
  })
  onTestFinished(() => server.close())
  return { server, truthFile }
}

/** Every line as the contract says it; what stands behind the last line break was torn by a kill, and its record has not left. */
function truthIn(file: string): TruthLine[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => truthLineSchema.parse(JSON.parse(line)))
}

function recordsOf(lines: readonly TruthLine[], ...fates: TruthRecord['fate'][]): TruthRecord[] {
  return lines.filter((line): line is TruthRecord => line.kind === 'record' && (fates.length === 0 || fates.includes(line.fate)))
}

/** What the bytes of an undamaged packet say, as the truth file says it. */
function seenIn({ sequence, record }: ReceivedPacket): object {
  const header = parseHeader(record)
  const { sourceId, startTime, sampleCount } = header
  return { sequence, sourceId, startTime: formatNanos(startTime), endTime: formatNanos(endTimeOf(header)), samples: sampleCount }
}

const wild = faultsSchema.parse({
  ...DEFAULT_FAULTS,
  stations: [
    { ...DEFAULT_FAULTS.stations[0], gaps: { everySeconds: 120, seconds: [2, 15] }, corrupt: { share: 0.05 } },
    { stations: ['XX_BBB'], disconnects: { everySeconds: 60 } },
  ],
  server: {
    disconnects: { everySeconds: 45 },
    restarts: { everySeconds: 150, downSeconds: 0.05 },
    stalls: { everySeconds: 200, seconds: [5, 20] },
  },
})

describe('a drill', () => {
  it('sends a v4 client exactly what the truth file says, through cuts and restarts', async () => {
    const { server, truthFile } = await drill({ faults: wild })
    const client = new ResumingClient({ protocol: 4, port: () => server.port })
    await client.runToEnd()
    const truth = truthIn(truthFile)
    const sent = recordsOf(truth, 'sent', 'corrupt')
    expect(client.packets.map(({ sequence }) => sequence)).toEqual(sent.map(({ sequence }) => sequence))
    for (const [index, { fate, faults: _, kind: __, ...said }] of sent.entries()) {
      if (fate === 'sent') expect(seenIn(client.packets[index]!)).toEqual(said)
    }
    expect(recordsOf(truth, 'withheld').length).toBeGreaterThan(20)
    expect(recordsOf(truth, 'corrupt').length).toBeGreaterThan(10)
    // Every connection but the last ended in a cut or a restart that is on record.
    const ends = truth.filter(({ kind }) => kind === 'cut' || kind === 'restart')
    expect(ends.length).toBe(client.connections - 1)
    expect(new Set(truth.flatMap((line) => (line.kind === 'cut' ? [line.how] : [])))).toEqual(
      new Set(['fin', 'reset', 'mid-packet']),
    )
    expect(truth.filter(({ kind }) => kind === 'restart').length).toBeGreaterThanOrEqual(3)
  })

  it('sends a v3 client the same records, repacked where they are long', async () => {
    const { server, truthFile } = await drill({ faults: wild })
    const client = new ResumingClient({ protocol: 3, port: () => server.port })
    await client.runToEnd()
    const sent = recordsOf(truthIn(truthFile), 'sent', 'corrupt')
    const packets = client.packets.map(({ sequence }) => sequence)
    expect(packets).toEqual([...new Set(packets)].sort((a, b) => a - b))
    const short = sent.filter(({ sourceId }) => !sourceId.includes('LONG'))
    expect(packets).toEqual(expect.arrayContaining(short.map(({ sequence }) => sequence)))
    const samples = (id: string) =>
      sent.filter(({ sourceId, fate }) => sourceId === id && fate === 'sent').reduce((sum, { samples }) => sum + samples, 0)
    const corrupt = new Set(sent.filter(({ fate }) => fate === 'corrupt').map(({ sequence }) => sequence))
    const received = client.packets
      .filter(({ sequence }) => !corrupt.has(sequence))
      .map(({ record }) => parseHeader(record))
      .filter(({ sourceId }) => sourceId === 'FDSN:XX_AAA_00_H_H_Z')
      .reduce((sum, { sampleCount }) => sum + sampleCount, 0)
    expect(received).toBe(samples('FDSN:XX_AAA_00_H_H_Z'))
  })

  it('does the same to every record whoever listens, at any speed', async () => {
    const faults = { ...wild, server: {} }
    const alone = await drill({ faults })
    await new ResumingClient({ protocol: 4, station: 'XX_BBB', port: () => alone.server.port }).runToEnd()
    const crowd = await drill({ faults, speed: 1e6 })
    await Promise.all(
      ([3, 4, 4] as const).map((protocol) => new ResumingClient({ protocol, port: () => crowd.server.port }).runToEnd()),
    )
    const ofStation = (file: string) => recordsOf(truthIn(file)).filter(({ sourceId }) => sourceId.includes('_BBB_'))
    expect(ofStation(alone.truthFile).length).toBeGreaterThan(100)
    expect(ofStation(crowd.truthFile)).toEqual(ofStation(alone.truthFile))
    // One line per record, however many clients got it.
    const numbers = recordsOf(truthIn(crowd.truthFile)).map(({ sequence }) => sequence)
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('removes the line that a killed server has torn, and goes on behind the others', async () => {
    const earlier = await drill({ faults: wild })
    const whole = readFileSync(earlier.truthFile, 'utf8')
    const truthFile = join(scratchFolder(), 'truth.jsonl')
    writeFileSync(truthFile, `${whole}${whole.slice(0, 70)}`)
    await drill({ truthFile, faults: wild })
    expect(truthIn(truthFile).map(({ kind }) => kind)).toEqual(['start', 'start'])
  })

  it('says nothing of records that nobody asked for', async () => {
    const { server, truthFile } = await drill({ faults: faultsSchema.parse({}) })
    await new ResumingClient({ protocol: 4, station: 'XX_AAA', port: () => server.port }).runToEnd()
    const records = recordsOf(truthIn(truthFile))
    expect(records.length).toBeGreaterThan(100)
    expect(records.every(({ sourceId, fate }) => sourceId.includes('_AAA_') && fate === 'sent')).toBe(true)
  })

  it('writes the truth of a server without faults, too', async () => {
    const { server, truthFile } = await drill({})
    const client = new ResumingClient({ protocol: 4, port: () => server.port })
    await client.runToEnd()
    expect(recordsOf(truthIn(truthFile), 'sent').map(({ sequence }) => sequence)).toEqual(
      client.packets.map(({ sequence }) => sequence),
    )
    expect(client.packets.length).toBe(server.archive.recordCount)
  })

  it('renumbers and forgets at a restart where the file says so', async () => {
    const restarts = { everySeconds: 240, downSeconds: 0.05, renumber: true, wipe: true }
    const { server, truthFile } = await drill({ faults: faultsSchema.parse({ server: { restarts } }) })
    const client = await SeedlinkTestClient.connect(server.port)
    await client.ask('SLPROTO 4.0')
    await client.ask('STATION *')
    await client.ask('DATA 1')
    client.write('END\r\n')
    await client.untilClosed()
    const restart = truthIn(truthFile).findLast((line) => line.kind === 'restart')
    const received = client.packets.length
    expect(received).toBeGreaterThan(10)
    expect(restart).toMatchObject({ firstSequence: restart?.nextSequence })
    expect(restart?.nextSequence).not.toBe(received + 1)

    const again = await reconnect(server.port)
    onTestFinished(() => again.close())
    await again.ask('SLPROTO 4.0')
    await again.ask('STATION *')
    await again.ask('DATA ALL')
    again.write('END\r\n')
    await again.until(() => again.packets.length > 0)
    expect(again.packets[0]?.sequence).toBe(restart?.nextSequence)
    expect(
      recordsOf(truthIn(truthFile))
        .slice(0, received + 1)
        .at(-1)?.sequence,
    ).toBe(restart?.nextSequence)
  })

  it('leaves the other clients alone when it cuts those of one station', async () => {
    const faults = faultsSchema.parse({ stations: [{ stations: ['XX_AAA'], disconnects: { everySeconds: 60 } }] })
    const { server } = await drill({ faults })
    const hit = new ResumingClient({ protocol: 4, station: 'XX_AAA', port: () => server.port })
    const spared = new ResumingClient({ protocol: 4, station: 'XX_BBB', port: () => server.port })
    await Promise.all([hit.runToEnd(), spared.runToEnd()])
    expect(hit.connections).toBeGreaterThan(8)
    expect(spared.connections).toBe(1)
  })

  it('has every packet on record before it leaves, also when the server is killed', { timeout: 60_000 }, async () => {
    const truthFile = join(scratchFolder(), 'truth.jsonl')
    const folder = archiveFolder()
    const start = () =>
      new CommandLine([
        'serve',
        folder,
        '--listen',
        '127.0.0.1:0',
        '--speed',
        'max',
        '--faults',
        'default',
        '--seed',
        '3',
        '--truth',
        truthFile,
      ])
    const received: number[] = []
    for (const enough of [40, 90]) {
      const server = start()
      const [, port] = await server.shows(/server at 127\.0\.0\.1:(\d+)/)
      const client = await SeedlinkTestClient.connect(Number(port))
      await client.ask('SLPROTO 4.0')
      await client.ask('STATION *')
      await client.ask(`DATA ${(received.at(-1) ?? 0) + 1}`)
      client.write('END\r\n')
      await client.until(() => client.packets.length >= enough).catch(() => {})
      await server.kill()
      await client.untilClosed()
      received.push(...client.packets.map(({ sequence }) => sequence))
      const lines = truthIn(truthFile)
      const run = lines.slice(lines.findLastIndex(({ kind }) => kind === 'start'))
      const sent = new Set(recordsOf(run, 'sent', 'corrupt').map(({ sequence }) => sequence))
      for (const { sequence } of client.packets) expect(sent.has(sequence)).toBe(true)
    }
    expect(received).toEqual([...new Set(received)].sort((a, b) => a - b))
    expect(truthIn(truthFile).filter(({ kind }) => kind === 'start')).toHaveLength(2)
  })
})

async function reconnect(port: number): Promise<SeedlinkTestClient> {
  for (;;) {
    const client = await SeedlinkTestClient.connect(port).catch(() => undefined)
    if (client) return client
    await setTimeout(10)
  }
}
