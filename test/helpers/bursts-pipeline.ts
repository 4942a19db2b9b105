import { deserialize, serialize } from 'node:v8'
import { Subject } from 'rxjs'
import { type MonitorParts, monitor } from '../../src/app/monitor.ts'
import { PipelineMemory, type StationState } from '../../src/app/pipeline-state.ts'
import type { TriggerOutput } from '../../src/detection/trigger.ts'
import type { Packet } from '../../src/domain/packet.ts'
import type { Classifier, PipelineState } from '../../src/domain/ports.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { type SourceId, type StationId, stationIdOf } from '../../src/domain/source-id.ts'
import { sampleOffsetNanos } from '../../src/domain/time.ts'
import { encodeRecords, parseHeader } from '../../src/miniseed/index.ts'
import { coincidenceWith } from './coincidence-options.ts'
import { noiseCounts } from './signals.ts'

/** Scores a window by how much of its energy lies in its second half: rises with an arrival, deterministic, no model needed. */
export class LateEnergy implements Classifier {
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

export const START = 1_700_000_000_123_456_000n
export const CHANNELS = ['Z', 'N', 'E'].map((component) => `FDSN:XX_AAA_00_H_H_${component}` as SourceId)

/** Noise with a burst every minute, as records of the three channels in order of their end. */
export function packetsOf({ seconds = 240, rate = 100, recordLength = 512, gapAt = Number.NaN } = {}): Packet[] {
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

/** Of all pipelines; empty it before looking. */
export const problems: Problem[] = []

export function partsWith(state: PipelineState, touch: (station: StationId) => void = () => {}, gridRate = 20): MonitorParts {
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

export interface Heard {
  readonly scores: string[]
  readonly outputs: TriggerOutput[]
}

export function play(packets: readonly Packet[], parts: MonitorParts, isEnded = true): Heard {
  const packets$ = new Subject<Packet>()
  const { frames$, scores$, detections$ } = monitor(packets$, parts)
  // Nothing may depend on who listens first.
  frames$.subscribe()
  const heard: Heard = { scores: [], outputs: [] }
  detections$.subscribe((output) => heard.outputs.push(output))
  scores$.subscribe((piece) => heard.scores.push(piece.kind === 'gap' ? 'gap' : `${piece.window.firstIndex} ${piece.score}`))
  for (const packet of packets) packets$.next(packet)
  if (isEnded) packets$.complete()
  return heard
}

/** Stopped behind so many packets, and gone on from what was stored. */
export function playInTwo(
  packets: readonly Packet[],
  cut: number,
  partsOf: (...given: Parameters<typeof partsWith>) => MonitorParts,
): Heard {
  const memory = new PipelineMemory()
  const before = play(
    packets.slice(0, cut),
    partsOf(memory, (station) => memory.touch(station)),
    false,
  )
  const stored = deserialize(serialize(memory.save())) as Map<StationId, StationState>
  const after = play(packets.slice(cut), partsOf(new PipelineMemory(stored)))
  return { scores: [...before.scores, ...after.scores], outputs: [...before.outputs, ...after.outputs] }
}
