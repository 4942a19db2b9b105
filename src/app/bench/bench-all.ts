import { cpus } from 'node:os'
import { benchEngine, type EngineSpeed } from './engine.ts'
import { benchExplanation, type ExplanationSpeed } from './explanation.ts'
import { benchMemory, type MemoryReport } from './memory.ts'
import { benchMiniseed, type MiniseedSpeed } from './miniseed.ts'
import { benchPipeline, type PipelineSpeed } from './pipeline.ts'
import { benchSeedlink, type SeedlinkSpeed } from './seedlink.ts'
import { benchSignal, type SignalSpeed } from './signal.ts'

export interface BenchReport {
  readonly machine: { readonly cpu: string; readonly node: string }
  readonly miniseed: readonly MiniseedSpeed[]
  readonly seedlink: readonly SeedlinkSpeed[]
  readonly signal: readonly SignalSpeed[]
  readonly engine: readonly EngineSpeed[]
  readonly pipeline: readonly PipelineSpeed[]
  readonly explanation: ExplanationSpeed
  readonly memory?: MemoryReport
}

export interface MemoryOptions {
  readonly stations: number
  readonly hours: number
}

/**
 * All benchmarks one after the other on one thread; figures of one run may be compared with each other, not with another
 * machine's.
 *
 * @param memory many stations for a long time through the pipeline; takes minutes
 */
export async function benchAll(say: (line: string) => void, memory?: MemoryOptions): Promise<BenchReport> {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version }
  say(`${machine.cpu}, Node ${machine.node}, one thread`)

  const miniseed = benchMiniseed()
  say('\nminiSEED, 512-byte records              million samples/s')
  for (const { name, millionSamplesPerSecond } of miniseed) say(row(name, millionSamplesPerSecond))

  const seedlink = benchSeedlink()
  say('\nSeedLink client, 100 stations              packets/s')
  for (const { name, packetsPerSecond } of seedlink) say(row(name, packetsPerSecond))

  const signal = benchSignal()
  say('\nSignal, 100 Hz × 3                      × real time     µs per s')
  for (const { name, timesRealTime, microsPerStationSecond } of signal) say(row(name, timesRealTime, microsPerStationSecond))

  const engine = await benchEngine()
  say('\nNetwork, 36k parameters                 windows/s')
  for (const { name, windowsPerSecond } of engine) say(row(name, windowsPerSecond))

  const pipeline = await benchPipeline()
  say('\nPipeline, 100 Hz × 3, stride 1 s        × real time     µs per s (each row adds to the one above)')
  for (const { name, timesRealTime, microsPerStationSecond } of pipeline) say(row(name, timesRealTime, microsPerStationSecond))

  const explanation = await benchExplanation()
  say(`\nExplanation, ${explanation.detectionsPerStationHour.toFixed(1)} detections per station and hour`)
  say(row('µs per detection', explanation.microsPerDetection))
  say(row('whole pipeline without, µs per s', explanation.microsWithout))
  say(row('whole pipeline with it, µs per s', explanation.microsWith))

  const timed = { machine, miniseed, seedlink, signal, engine, pipeline, explanation }
  if (!memory) return timed
  const report = await benchMemory(memory.stations, memory.hours)
  say(
    `\nMemory, ${report.stations} stations × ${report.hours} h: ${report.residentMegabytes.join(', ')} MB resident after each tenth`,
  )
  say(row('state per station, kB', report.stateKilobytesPerStation))
  say(row('× real time', report.timesRealTime))
  say(row('detections stored', report.detections))
  return { ...timed, memory: report }
}

function row(name: string, ...values: number[]): string {
  const numbers = values.map((value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)).padStart(12))
  return `${name.padEnd(38)}${numbers.join(' ')}`
}
