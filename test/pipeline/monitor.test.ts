import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { PipelineMemory, type StationState } from '../../src/app/pipeline-state.ts'
import { FORGETFUL_STATE, type PipelineState } from '../../src/domain/ports.ts'
import type { SourceId, StationId } from '../../src/domain/source-id.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import { CHANNELS, packetsOf, partsWith, play, playInTwo, problems, START } from '../helpers/bursts-pipeline.ts'
import { noiseCounts, seededRandom } from '../helpers/signals.ts'

describe('the pipeline', () => {
  it('finds each burst once, with an onset and a waveform', () => {
    const { outputs } = play(packetsOf(), partsWith(FORGETFUL_STATE))
    const closed = outputs.flatMap((output) =>
      output.kind === 'detection' && output.detection.state === 'closed' ? [output] : [],
    )
    expect(closed).toHaveLength(4)
    expect(new Set(closed.map(({ detection }) => detection.id)).size).toBe(4)
    for (const { snippet } of closed) expect(snippet.samples.every(Number.isFinite)).toBe(true)
  })

  it('gives the same bits whatever the record length', () => {
    const reference = play(packetsOf({ recordLength: 512 }), partsWith(FORGETFUL_STATE))
    expect(reference.scores.length).toBeGreaterThan(200)
    for (const recordLength of [128, 4096]) {
      expect(play(packetsOf({ recordLength }), partsWith(FORGETFUL_STATE))).toEqual(reference)
    }
  })

  it('gives the same bits when packets are shuffled inside the horizon and some come twice', () => {
    const packets = packetsOf()
    const reference = play(packets, partsWith(FORGETFUL_STATE))
    const random = seededRandom(11)
    const shuffled = [...packets.slice(0, 3), ...packets.slice(3), ...packets.filter(() => random() < 0.1)]
      .map((packet) => ({ packet, key: Number(packet.sequence) + (packet.sequence < 3n ? 0 : random() * 6) }))
      .sort((a, b) => a.key - b.key)
      .map(({ packet }) => packet)
    expect(play(shuffled, partsWith(FORGETFUL_STATE))).toEqual(reference)
  })

  it('never scores a window that spans a gap', () => {
    const { scores } = play(packetsOf({ gapAt: 120 }), partsWith(FORGETFUL_STATE))
    const starts = scores.map((line) => (line === 'gap' ? Number.NaN : Number(line.split(' ')[0])))
    const gapStart = (Number(START) / 1e9 + 112) * 20
    const gapEnd = (Number(START) / 1e9 + 128) * 20
    expect(scores).toContain('gap')
    expect(starts.filter((start) => start < gapEnd - 200 && start + 500 > gapStart + 200)).toEqual([])
  })

  it('gives the same bits when it is stopped after any packet and goes on from what it stored', () => {
    const packets = packetsOf({ gapAt: 120 })
    const reference = play(packets, partsWith(FORGETFUL_STATE))
    for (let cut = 1; cut < packets.length; cut += 13) {
      expect(playInTwo(packets, cut, partsWith)).toEqual(reference)
    }
  })

  it.each([40, 50])('does the same on a grid of %d Hz: any record length, stopped and gone on', (gridRate) => {
    const partsAt = (state: PipelineState, touch?: (station: StationId) => void) => partsWith(state, touch, gridRate)
    const packets = packetsOf()
    const reference = play(packets, partsAt(FORGETFUL_STATE))
    expect(reference.outputs.length).toBeGreaterThanOrEqual(8)
    expect(play(packetsOf({ recordLength: 256 }), partsAt(FORGETFUL_STATE))).toEqual(reference)

    expect(playInTwo(packets, packets.length >> 1, partsAt)).toEqual(reference)
  })

  it('names a channel that is slower than the grid and scores nothing of it', () => {
    problems.length = 0
    const { scores } = play(
      packetsOf({ rate: 20 }),
      partsWith(FORGETFUL_STATE, () => {}, 40),
    )
    expect(scores).toEqual([])
    expect(problems.map(({ code, sourceId }) => [code, sourceId])).toEqual(CHANNELS.map((channel) => ['RATE_TOO_LOW', channel]))
  })

  it('closes what was open when it is stopped behind the last packet and hears only the end of the data', () => {
    // The last burst is at 210 s: its detection is open when the data end.
    const packets = packetsOf({ seconds: 218 })
    const reference = play(packets, partsWith(FORGETFUL_STATE))
    const memory = new PipelineMemory()
    const touch = (station: StationId) => memory.touch(station)
    const before = play(packets, partsWith(memory, touch), false)
    expect(before.outputs.at(-1)).toMatchObject({ detection: { state: 'open' } })
    const restored = new PipelineMemory(deserialize(serialize(memory.save())) as Map<StationId, StationState>)
    const after = play([], partsWith(restored))
    expect(after.outputs).toMatchObject([{ detection: { state: 'closed' } }])
    expect([...before.scores, ...after.scores]).toEqual(reference.scores)
    expect([...before.outputs, ...after.outputs]).toEqual(reference.outputs)
    expect(play([], partsWith(restored)).outputs).toEqual([])
  })

  it('gives the same bits whenever it starts, once the first window is full', () => {
    const packets = packetsOf()
    const whole = play(packets, partsWith(FORGETFUL_STATE)).scores
    for (const skipped of [10, 25, 60]) {
      const { scores } = play(packets.slice(skipped), partsWith(FORGETFUL_STATE))
      expect(scores.length).toBeGreaterThan(80)
      expect(scores).toEqual(whole.slice(-scores.length))
    }
  })

  it('counts a record that cannot be decoded and goes on', () => {
    const packets = packetsOf()
    const broken = packets.map((packet, index) =>
      index === 40 ? { ...packet, bytes: packet.bytes.map((b, i) => (i === 303 ? b ^ 1 : b)) } : packet,
    )
    problems.length = 0
    const { scores } = play(broken, partsWith(FORGETFUL_STATE))
    expect(problems).toMatchObject([{ code: 'STEIM_INTEGRITY', where: 'test byte 40' }])
    expect(scores).toContain('gap')
    expect(scores.length).toBeGreaterThan(100)
  })

  it('drops channels nobody asked for before they get a state of their own', () => {
    const stranger = encodeRecords('FDSN:XX_ZZZ_00_H_H_Z' as SourceId, START, 100, noiseCounts(1000, 1))
    const memory = new PipelineMemory()
    play(
      stranger.map((bytes) => ({ bytes, origin: 'test', sequence: 0n })),
      partsWith(memory, (station) => memory.touch(station)),
      false,
    )
    expect(memory.save().size).toBe(0)
  })
})
