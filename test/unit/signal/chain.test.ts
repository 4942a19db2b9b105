import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { InstrumentId, SourceId } from '../../../src/domain/source-id.ts'
import type { TraceRecord } from '../../../src/domain/trace.ts'
import { ComponentAssembler, type ComponentAssemblerState } from '../../../src/signal/component-assembler.ts'
import { Resampler, type ResamplerState } from '../../../src/signal/resampler.ts'
import { TraceMerger, type TraceMergerState } from '../../../src/signal/trace-merger.ts'
import { WindowBuffer, type WindowBufferState } from '../../../src/signal/window-buffer.ts'
import { gaussianNoise, seededRandom } from '../../helpers/signals.ts'

const SOURCES = ['Z', 'N', 'E'].map((code) => `FDSN:XX_TEST__H_H_${code}` as SourceId)
const INSTRUMENT = 'XX_TEST__HH' as InstrumentId
const RATE = 100
const SECONDS = 60
const START = 1_562_261_629_000_000_000n
const SAMPLES = SOURCES.map((_, c) => Int32Array.from(gaussianNoise(RATE * SECONDS, c + 1), (value) => Math.round(1e4 * value)))
/** Data that never come: N misses a second. */
const MISSING = { source: 1, from: 20 * RATE, to: 21 * RATE }

it('gives the same windows whatever the packets, their order, their doubles and the restarts between them', () => {
  const expected = run(SOURCES.flatMap((_, c) => recordsOf(c, () => 400)))
  // Before the gap, and after it and the filter's 0.65 s on either side: 19 s are too short, 38 s give 13 windows.
  expect(expected).toHaveLength(13)
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 20, max: 700 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (seed, length, kills) => {
        const random = seededRandom(seed)
        const records = SOURCES.flatMap((_, c) => recordsOf(c, () => 1 + Math.floor(random() * length)))
        expect(run(arrivals(records, random), new Set(kills))).toEqual(expected)
      },
    ),
    { numRuns: 40 },
  )
})

it('survives any stream of sound and absurd records with bounded memory', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = seededRandom(seed)
    const chain = createChain()
    const windows = nonsense(random, 300).flatMap((record) => chain.push(record))
    const { mergers, assembler } = chain.snapshot()
    const merging = mergers
      .flatMap(({ held, suspects }) => [...held, ...suspects])
      .reduce((sum, { samples }) => sum + samples.length, 0)
    const assembling = assembler.queues
      .flatMap(({ items }) => items)
      .reduce((sum, item) => sum + ('samples' in item ? item.samples.length : 1), 0)
    expect(merging).toBeLessThan(3 * 60_000)
    expect(assembling).toBeLessThan(3 * 6100)
    for (const { startTime } of [...windows, ...chain.flush()]) expect(Math.abs(startTime % 1e6)).toBe(0)
  }
})

/** Records around a running time: most sound, some displaced by seconds, hours or centuries, with odd rates and values. */
function nonsense(random: () => number, count: number): TraceRecord[] {
  const oneOf = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!
  let time = START
  let sampleRate = RATE
  return Array.from({ length: count }, () => {
    const displaced = random() < 0.25 ? BigInt(Math.round((random() - 0.5) * oneOf([1e10, 1e13, 8e18]))) : 0n
    if (random() < 0.01) sampleRate = oneOf([100, 20, 31.2805, 1, 1000, 99.995, 0, 1e-310, 1e7, Number.NaN])
    const length = Math.floor(random() * 300)
    const samples = oneOf([new Int32Array(length), new Float32Array(length), new Float64Array(length)])
    samples.fill(oneOf([0, 1, -(2 ** 31), Number.NaN, Number.POSITIVE_INFINITY, 1e300]))
    const startTime = time + displaced
    time += BigInt(length) * 3_300_000n
    return { kind: 'record', sourceId: oneOf(SOURCES), startTime, sampleRate, samples }
  })
}

/** One channel cut into records of the given lengths, with the jitter of a real clock. */
function recordsOf(source: number, nextLength: () => number): TraceRecord[] {
  const records: TraceRecord[] = []
  const edges = source === MISSING.source ? [MISSING.from, MISSING.to, RATE * SECONDS] : [RATE * SECONDS]
  for (let from = 0; from < RATE * SECONDS; ) {
    const edge = edges.find((end) => end > from)!
    const to = Math.min(edge, from + nextLength())
    const isMissing = source === MISSING.source && from >= MISSING.from && from < MISSING.to
    const jitter = BigInt((from % 7) * 50_000)
    const startTime = START + BigInt(from) * 10_000_000n + jitter
    if (!isMissing) {
      records.push({
        kind: 'record',
        sourceId: SOURCES[source]!,
        startTime,
        sampleRate: RATE,
        samples: SAMPLES[source]!.slice(from, to),
      })
    }
    from = to
  }
  return records
}

/** Disorder of up to two seconds, across and inside channels; some records twice. Each channel's first stays first. */
function arrivals(records: readonly TraceRecord[], random: () => number): TraceRecord[] {
  const doubled = records.flatMap((record) => (random() < 0.1 ? [record, record] : [record]))
  const keyed = doubled.map((record) => {
    const isFirst = record.startTime === START
    return { record, key: Number(record.startTime - START) + (isFirst ? -1 : random() * 2e9) }
  })
  return keyed.sort((a, b) => a.key - b.key).map(({ record }) => record)
}

interface ChainState {
  readonly mergers: readonly TraceMergerState[]
  readonly resamplers: readonly (ResamplerState | undefined)[]
  readonly assembler: ComponentAssemblerState
  readonly windows: WindowBufferState | undefined
}

/** All windows, as their bytes; the chain is thrown away and rebuilt from its saved state after the records in `kills`. */
function run(records: readonly TraceRecord[], kills: ReadonlySet<number> = new Set()): { start: number; samples: number[] }[] {
  const out: { start: number; samples: number[] }[] = []
  let chain = createChain()
  const collect = (record: TraceRecord) => {
    for (const { startTime, samples } of chain.push(record)) out.push({ start: startTime, samples: [...samples] })
  }
  for (const [i, record] of records.entries()) {
    collect(record)
    if (kills.has(i)) chain = createChain(structuredClone(chain.snapshot()))
  }
  for (const { startTime, samples } of chain.flush()) out.push({ start: startTime, samples: [...samples] })
  return out
}

function createChain(state?: ChainState) {
  const mergers = SOURCES.map((sourceId, c) => new TraceMerger(sourceId, {}, state?.mergers[c]))
  const resamplers = SOURCES.map((sourceId, c) => new Resampler(sourceId, {}, state?.resamplers[c]))
  const assembler = new ComponentAssembler(INSTRUMENT, {}, state?.assembler)
  const buffer = new WindowBuffer(INSTRUMENT, {}, state?.windows)
  const pass = (c: number, pieces: ReturnType<TraceMerger['push']>) => {
    const windows: { startTime: number; samples: Float64Array }[] = []
    const frames = pieces.flatMap((piece) => resamplers[c]!.push(piece)).flatMap((grid) => assembler.push(grid))
    for (const frame of frames) {
      buffer.push(frame, (window) => {
        if (window.kind === 'window') windows.push({ startTime: window.startTime, samples: window.samples.slice() })
      })
    }
    return windows
  }
  return {
    push(record: TraceRecord) {
      const c = SOURCES.indexOf(record.sourceId)
      return pass(c, mergers[c]!.push(record))
    },
    flush: () => mergers.flatMap((merger, c) => pass(c, merger.flush())),
    snapshot: (): ChainState => ({
      mergers: mergers.map((merger) => merger.snapshot()),
      resamplers: resamplers.map((resampler) => resampler.snapshot()),
      assembler: assembler.snapshot(),
      windows: buffer.snapshot(),
    }),
  }
}
