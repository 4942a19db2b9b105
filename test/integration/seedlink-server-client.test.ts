import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RunningServer, ServeOptions } from '../../src/app/serve.ts'
import type { StationId } from '../../src/domain/source-id.ts'
import { formatNanos } from '../../src/domain/time.ts'
import { type Position, SeedlinkClient } from '../../src/io/seedlink/index.ts'
import { parseHeader } from '../../src/miniseed/index.ts'
import { syntheticNetwork } from '../helpers/memory-source.ts'
import { serveRecords } from '../helpers/served-network.ts'

const network = syntheticNetwork(120)
const STATIONS = ['XX_AAA_00_HH', 'XX_BBB_00_HH']
const EXPECTED = network.records.filter(({ sourceId }) => /AAA|BBB/.test(sourceId)).map(({ bytes }) => describeRecord(bytes))

function serve(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return serveRecords({ source: network, ...options })
}

interface Received {
  readonly records: string[]
  readonly positions: Map<StationId, Position>
}

/** The project's own client, until END or until it has so many packets. */
function receive(
  { port }: RunningServer,
  highestProtocol: 3 | 4,
  stations: readonly string[],
  { resume, atMost = Number.POSITIVE_INFINITY }: { resume?: Map<StationId, Position>; atMost?: number } = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const records: string[] = []
    let positions = new Map<StationId, Position>()
    const finish = () => {
      client.close()
      resolve({ records, positions })
    }
    const client = new SeedlinkClient({
      url: `seedlink://127.0.0.1:${port}`,
      stations,
      highestProtocol,
      clock: { now: () => 0 },
      ...(resume && { resume }),
      onPacket: ({ bytes }) => {
        if (records.length >= atMost) return
        records.push(describeRecord(bytes))
        positions = client.positions()
        if (records.length === atMost) queueMicrotask(finish)
      },
      onEnd: () => queueMicrotask(finish),
      onProblem: ({ message }) => reject(new Error(message)),
    })
    client.start()
  })
}

describe.each([3, 4] as const)('our client and our server in v%d', (protocol) => {
  it('move the archive unchanged', async () => {
    expect((await receive(await serve(), protocol, STATIONS)).records).toEqual(EXPECTED)
  })

  it('move every station and every sample with a wildcard', async () => {
    const { records } = await receive(await serve(), protocol, ['XX_*'])
    const samples = records.reduce((sum, record) => sum + Number(record.split(' ')[2]), 0)
    expect(samples).toBe(network.records.reduce((sum, { bytes }) => sum + parseHeader(bytes).sampleCount, 0))
  })

  it('lose and repeat nothing when both are restarted in the middle', async () => {
    for (const cut of [1, 37, EXPECTED.length - 1]) {
      const first = await serve({ speed: 1e6 })
      const before = await receive(first, protocol, STATIONS, { atMost: cut })
      await first.close()
      const after = await receive(await serve({ speed: 1e6 }), protocol, STATIONS, { resume: before.positions })
      expect([...before.records, ...after.records]).toEqual(EXPECTED)
    }
  })
})

/** Channel, time and content in few characters, so that a difference can be read. */
function describeRecord(bytes: Uint8Array): string {
  const { sourceId, startTime, sampleCount } = parseHeader(bytes)
  return `${sourceId} ${formatNanos(startTime)} ${sampleCount} ${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`
}
