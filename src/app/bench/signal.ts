import { DEFAULT_PREPROCESS } from '../../domain/preprocess-spec.ts'
import type { InstrumentId, SourceId } from '../../domain/source-id.ts'
import type { GridPiece, TraceRecord } from '../../domain/trace.ts'
import { ComponentAssembler } from '../../signal/component-assembler.ts'
import { pickOnset } from '../../signal/onset-picker.ts'
import { createPreprocessor } from '../../signal/preprocess.ts'
import { Resampler } from '../../signal/resampler.ts'
import { TraceMerger } from '../../signal/trace-merger.ts'
import { WindowBuffer } from '../../signal/window-buffer.ts'

export interface SignalSpeed {
  readonly name: string
  /** Microseconds per second of one three-component instrument. */
  readonly microsPerStationSecond: number
  /** Seconds of that instrument's data per second of one core. */
  readonly timesRealTime: number
}

const SOURCES = ['Z', 'N', 'E'].map((code) => `FDSN:XX_BENCH__H_H_${code}` as SourceId)
const INSTRUMENT = 'XX_BENCH__HH' as InstrumentId
const RATE = 100
/** What a 512-byte Steim2 record holds of quiet data. */
const RECORD_SAMPLES = 400
const ROUNDS = 100
/** The best of so many short runs: on a shared machine the others are what somebody else did. */
const REPEATS = 100
const SHAPE = { windowLength: 501, channels: 3, sampleRate: 20 }

/** The stages of `signal/` one by one, on 100 Hz, three components, a window every second; one core. */
export function benchSignal(): SignalSpeed[] {
  const recordSeconds = RECORD_SAMPLES / RATE
  return [
    measured('merge', recordSeconds, mergeRound()),
    measured('resample', recordSeconds, resampleRound()),
    measured('assemble and cut windows', 1, windowRound()),
    measured('preprocess (demean)', 1, preprocessRound()),
    measured('all of it', recordSeconds, chainRound()),
    measured('pick an onset (once per detection)', 1, pickRound()),
  ]
}

function measured(name: string, secondsPerRound: number, round: () => void): SignalSpeed {
  let best = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const begin = performance.now()
    for (let i = 0; i < ROUNDS; i++) round()
    best = Math.min(best, performance.now() - begin)
  }
  const microsPerStationSecond = (best * 1000) / (ROUNDS * secondsPerRound)
  return { name, microsPerStationSecond, timesRealTime: 1e6 / microsPerStationSecond }
}

/** The next record of each component. */
function recordSource(): () => TraceRecord[] {
  const samples = Int32Array.from(noise(RECORD_SAMPLES, 1e5))
  let startTime = 1_562_261_629_000_000_000n
  return () => {
    const records = SOURCES.map((sourceId) => ({ kind: 'record', sourceId, startTime, sampleRate: RATE, samples }) as const)
    startTime += BigInt((RECORD_SAMPLES * 1e9) / RATE)
    return records
  }
}

function mergeRound(): () => void {
  const next = recordSource()
  const mergers = SOURCES.map((sourceId) => new TraceMerger(sourceId))
  return () => {
    for (const [i, record] of next().entries()) mergers[i]?.push(record)
  }
}

function resampleRound(): () => void {
  const next = recordSource()
  const resamplers = SOURCES.map((sourceId) => new Resampler(sourceId))
  return () => {
    for (const [i, record] of next().entries()) resamplers[i]?.push({ ...record, kind: 'segment' })
  }
}

function windowRound(): () => void {
  const assembler = new ComponentAssembler(INSTRUMENT)
  const windows = new WindowBuffer(INSTRUMENT)
  const samples = noise(20, 1e5)
  let firstIndex = 0
  return () => {
    for (const sourceId of SOURCES) {
      for (const frame of assembler.push({ kind: 'grid', sourceId, firstIndex, samples } satisfies GridPiece))
        windows.push(frame, () => {})
    }
    firstIndex += samples.length
  }
}

function preprocessRound(): () => void {
  const prepare = createPreprocessor(DEFAULT_PREPROCESS, SHAPE)
  const raw = noise(SHAPE.windowLength * 3, 1e5)
  const input = new Float32Array(raw.length)
  return () => {
    prepare(raw, input)
  }
}

function chainRound(): () => void {
  const next = recordSource()
  const mergers = SOURCES.map((sourceId) => new TraceMerger(sourceId))
  const resamplers = SOURCES.map((sourceId) => new Resampler(sourceId))
  const assembler = new ComponentAssembler(INSTRUMENT)
  const windows = new WindowBuffer(INSTRUMENT)
  const prepare = createPreprocessor(DEFAULT_PREPROCESS, SHAPE)
  const input = new Float32Array(SHAPE.windowLength * 3)
  return () => {
    for (const [i, record] of next().entries()) {
      for (const piece of mergers[i]?.push(record) ?? []) {
        for (const grid of resamplers[i]?.push(piece) ?? []) {
          for (const frame of assembler.push(grid)) {
            windows.push(frame, (window) => {
              if (window.kind === 'window') prepare(window.samples, input)
            })
          }
        }
      }
    }
  }
}

function pickRound(): () => void {
  const window = noise(SHAPE.windowLength * 3, 100).map((value, i) => (i < 750 ? value : 20 * value))
  return () => {
    pickOnset(window)
  }
}

function noise(count: number, amplitude: number): Float64Array {
  let seed = 1
  return Float64Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.round(amplitude * (seed / 2 ** 32 - 0.5))
  })
}
