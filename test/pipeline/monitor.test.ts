import { deserialize, serialize } from 'node:v8'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type MonitorParts, monitor } from '../../src/app/monitor.ts'
import { PipelineMemory, type StationState } from '../../src/app/pipeline-state.ts'
import type { TriggerOutput } from '../../src/detection/trigger.ts'
import type { Packet } from '../../src/domain/packet.ts'
import { type Classifier, FORGETFUL_STATE, type PipelineState } from '../../src/domain/ports.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { type SourceId, type StationId, stationIdOf } from '../../src/domain/source-id.ts'
import { sampleOffsetNanos } from '../../src/domain/time.ts'
import { encodeRecords, parseHeader } from '../../src/miniseed/index.ts'
import { coincidenceWith } from '../helpers/coincidence-options.ts'
import { noiseCounts, seededRandom } from '../helpers/signals.ts'

/** Scores a window by how much of its energy lies in its second half: rises with an arrival, deterministic, no model needed. */
class LateEnergy implements Classifier {
  readonly windowLength: number
  readonly channels = 3

  constructor(windowLength: number) {
    this.windowLength = windowLength
  }

  classify(windows: Float32Array): Float32Array {
    let early = 0
    let late = 0
    for (let i = 0; i < windows.length; i++) {
      const energy = windows[i]! * windows[i]!
      if (i < windows.length / 2) early += energy
      else late += energy
    }
    return Float32Array.of(late / (early + late))
  }
}

const START = 1_700_000_000_123_456_000n
const CHANNELS = ['Z', 'N', 'E'].map((component) => `FDSN:XX_AAA_00_H_H_${component}` as SourceId)

/** Noise with a burst every minute, as records of the three channels in order of their end. */
function packetsOf({ seconds = 240, rate = 100, recordLength = 512, gapAt = Number.NaN } = {}): Packet[] {
  const records = CHANNELS.flatMap((sourceId, channel) => {
    const samples = noiseCounts(seconds * rate, 7 + channel, 100, 5000)
    for (let i = 0; i < samples.length; i++) {
      const sinceBurst = ((i / rate) % 60) - 30
      if (sinceBurst > 0) samples[i]! += Math.round(8000 * Math.exp(-sinceBurst / 4) * Math.sin(i / 3))
    }
    return encodeRecords(sourceId, START, rate, samples, { recordLength })
  })
  const withEnd = records.map((bytes) => {
    const { startTime, sampleCount, sampleRate } = parseHeader(bytes)
    return { bytes, startTime, endTime: startTime + sampleOffsetNanos(sampleCount - 1, sampleRate) }
  })
  return withEnd
    .sort((a, b) => (a.endTime < b.endTime ? -1 : 1))
    .filter(({ startTime }) => Math.abs(Number(startTime - START) / 1e9 - gapAt) > 5 || Number.isNaN(gapAt))
    .map(({ bytes }, index) => ({ bytes, origin: 'test', sequence: BigInt(index) }))
}

const problems: Problem[] = []

function partsWith(state: PipelineState, touch: (station: StationId) => void = () => {}, gridRate = 20): MonitorParts {
  return {
    classifier: new LateEnergy(25 * gridRate + 1),
    gridRate,
    stride: gridRate,
    preprocess: { detrend: 'demean', highpassHz: null, normalise: 'max-abs' },
    merge: { horizonSeconds: 10 },
    assemble: () => ({}),
    trigger: () => ({
      on: 0.9,
      off: 0.6,
      minimumSeconds: 2,
      maximumSeconds: 300,
      deadSeconds: 25,
      holdSeconds: 0,
      retriggerRatio: 0,
      retriggerSeconds: 12,
      gridRate,
      model: 'late-energy',
      config: 'test',
      pickOnset: (_samples, earliestRow) => ({ index: Math.max(earliestRow, 22.5 * gridRate), uncertaintySamples: 1 }),
    }),
    coincidence: coincidenceWith(),
    isAccepted: (sourceId) => CHANNELS.includes(sourceId),
    state,
    onLatency: (record) => touch(stationIdOf(record.sourceId)),
    onCounters: () => {},
    onProblem: (problem) => problems.push(problem),
  }
}

interface Heard {
  readonly scores: string[]
  readonly outputs: TriggerOutput[]
}

function play(packets: readonly Packet[], parts: MonitorParts, isEnded = true): Heard {
  const packets$ = new Subject<Packet>()
  const { scores$, detections$ } = monitor(packets$, parts)
  const heard: Heard = { scores: [], outputs: [] }
  detections$.subscribe((output) => heard.outputs.push(output))
  scores$.subscribe((piece) => heard.scores.push(piece.kind === 'gap' ? 'gap' : `${piece.window.firstIndex} ${piece.score}`))
  for (const packet of packets) packets$.next(packet)
  if (isEnded) packets$.complete()
  return heard
}

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
      const memory = new PipelineMemory()
      const before = play(
        packets.slice(0, cut),
        partsWith(memory, (station) => memory.touch(station)),
        false,
      )
      const stored = deserialize(serialize(memory.save())) as Map<StationId, StationState>
      const after = play(packets.slice(cut), partsWith(new PipelineMemory(stored)))
      expect([...before.scores, ...after.scores]).toEqual(reference.scores)
      expect([...before.outputs, ...after.outputs]).toEqual(reference.outputs)
    }
  })

  it.each([40, 50])('does the same on a grid of %d Hz: any record length, stopped and gone on', (gridRate) => {
    const partsAt = (state: PipelineState, touch?: (station: StationId) => void) => partsWith(state, touch, gridRate)
    const packets = packetsOf()
    const reference = play(packets, partsAt(FORGETFUL_STATE))
    expect(reference.outputs.length).toBeGreaterThanOrEqual(8)
    expect(play(packetsOf({ recordLength: 256 }), partsAt(FORGETFUL_STATE))).toEqual(reference)

    const cut = packets.length >> 1
    const memory = new PipelineMemory()
    const before = play(
      packets.slice(0, cut),
      partsAt(memory, (station) => memory.touch(station)),
      false,
    )
    const stored = deserialize(serialize(memory.save())) as Map<StationId, StationState>
    const after = play(packets.slice(cut), partsAt(new PipelineMemory(stored)))
    expect([...before.scores, ...after.scores]).toEqual(reference.scores)
    expect([...before.outputs, ...after.outputs]).toEqual(reference.outputs)
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
