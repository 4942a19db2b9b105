import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MonitorError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { type Archive, openArchive } from '../../src/io/archive/index.ts'
import { Playback } from '../../src/io/seedlink/server-playback.ts'
import { PacketStream } from '../../src/io/seedlink/server-stream.ts'
import { decodeRecord } from '../../src/miniseed/index.ts'
import type { StreamRequest } from '../../src/seedlink/server-subscription.ts'
import { ManualAlarmClock } from '../helpers/manual-alarm-clock.ts'
import { referencePath } from '../helpers/reference.ts'

function everything(protocol: 3 | 4): StreamRequest {
  return { protocol, subscriptions: [{ stations: /^/, selectors: [], start: { kind: 'first' }, isDialUp: false }] }
}

interface Sent {
  readonly packets: Uint8Array[]
  readonly problems: Problem[]
}

function play(archive: Archive, protocol: 3 | 4): Sent {
  const problems: Problem[] = []
  const onProblem = (problem: Problem) => problems.push(problem)
  const clock = new ManualAlarmClock()
  const playback = new Playback(archive, { speed: Number.POSITIVE_INFINITY, isNow: false, isLoop: false, clock })
  const stream = new PacketStream(playback, everything(protocol), onProblem)
  const packets: Uint8Array[] = []
  for (let step = stream.next(); step.kind === 'packets'; step = stream.next()) packets.push(...step.packets)
  return { packets, problems }
}

const folders = readdirSync(referencePath('data/continuous'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe.each(folders)('%s', (folder) => {
  it('is sent whole and in order to v4 clients, and as 512-byte miniSEED 2 without losing a sample to v3 clients', async () => {
    const archive = await openArchive([referencePath('data/continuous', folder)], { onProblem: () => {} })
    const v4 = play(archive, 4)
    expect(v4.packets.length).toBe(archive.recordCount)
    let index = 0
    for (const { bytes } of archive.records()) {
      const packet = v4.packets[index++]!
      expect(Buffer.compare(packet.subarray(17 + packet[16]!), bytes)).toBe(0)
    }
    const v3 = play(archive, 3)
    expect([...v4.problems, ...v3.problems]).toEqual([])
    const samples = v3.packets.reduce((sum, packet) => sum + decodeRecord(packet.subarray(8)).samples.length, 0)
    expect(samples).toBe(archive.streams.reduce((sum, stream) => sum + stream.samples, 0))
    expect(v3.packets.every((packet) => packet.length === 520)).toBe(true)
    archive.close()
  })
})

describe('odd miniSEED', () => {
  it('reaches v3 clients sample by sample, or is named as a problem', async () => {
    const archive = await openArchive([referencePath('data/odd-mseed')], { onProblem: () => {} })
    const { packets, problems } = play(archive, 3)
    const sent = new Map<string, number>()
    let last = 0
    for (const packet of packets) {
      const sequence = Number.parseInt(String.fromCharCode(...packet.subarray(2, 8)), 16)
      expect(sequence).toBeGreaterThan(last)
      last = sequence
      add(sent, packet.subarray(8))
    }
    const held = new Map<string, number>()
    for (const { bytes } of archive.records()) add(held, bytes)
    const named = new Set(problems.map(({ sourceId }) => sourceId))
    for (const [sourceId, sum] of held) if (!named.has(sourceId)) expect([sourceId, sent.get(sourceId)]).toEqual([sourceId, sum])
    expect(problems.every(({ code }) => code === 'SERVER_REPACK')).toBe(true)
    archive.close()
  })
})

/** Sum of all samples of a channel, with their places: no sample is lost, none is changed. Undecodable records add nothing. */
function add(sums: Map<string, number>, bytes: Uint8Array): void {
  try {
    const { header, samples } = decodeRecord(bytes)
    if (header.sampleRate <= 0) return
    let sum = sums.get(header.sourceId) ?? 0
    for (const sample of samples) sum += 1 + Math.abs(sample)
    if (samples.length > 0) sums.set(header.sourceId, sum)
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
  }
}
