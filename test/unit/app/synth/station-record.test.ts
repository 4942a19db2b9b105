import { describe, expect, it } from 'vitest'
import { buildScenario } from '../../../../src/app/synth/build-scenario.ts'
import { type Fault, type Scenario, stationName } from '../../../../src/app/synth/scenario.ts'
import { type ChannelPiece, stationRecord } from '../../../../src/app/synth/station-record.ts'
import { type Nanos, sampleOffsetNanos } from '../../../../src/domain/time.ts'

const quiet = { ...buildScenario({ minutes: 5, stations: 1, eventsPerHour: 0, hasGlitches: false }), hasNoise: false }
const station = quiet.stations[0]!
const name = stationName(station)

describe('stationRecord', () => {
  it('gives Z, N and E, gapless and in time order', () => {
    const pieces = record(quiet)
    expect(new Set(pieces.map((piece) => piece.sourceId))).toEqual(
      new Set(['Z', 'N', 'E'].map((component) => `FDSN:XX_ALDER_00_H_H_${component}`)),
    )
    for (const channel of ['Z', 'N', 'E']) {
      let expected: Nanos | undefined
      for (const { startTime, samples, sampleRate } of ofChannel(pieces, channel)) {
        if (expected !== undefined) expect(startTime).toBe(expected)
        expected = startTime + sampleOffsetNanos(samples.length, sampleRate)
      }
    }
  })

  it('starts at the sub-sample offset of the station', () => {
    expect(record(quiet)[0]!.startTime).toBe(quiet.startTime + station.startOffsetNanos)
    expect(Number(station.startOffsetNanos)).toBeLessThan(1e9 / station.sampleRate)
  })

  it('leaves out what a gap covers, on its components only', () => {
    const gap: Fault = { kind: 'gap', station: name, component: 'N', seconds: 70.5, durationSeconds: 61.25, counts: 0 }
    const pieces = record({ ...quiet, faults: [gap] })
    const missing = total(ofChannel(pieces, 'Z')) - total(ofChannel(pieces, 'N'))
    expect(missing).toBe(61.25 * station.sampleRate)
    for (const { startTime, samples } of ofChannel(pieces, 'N')) {
      const from = Number(startTime - quiet.startTime) / 1e9
      const to = from + (samples.length - 1) / station.sampleRate
      expect(to < 70.5 || from >= 131.75).toBe(true)
    }
  })

  it('shows spikes, steps, calibrations and dead components when and where the truth says', () => {
    const faults: Fault[] = [
      { kind: 'spike', station: name, component: 'Z', seconds: 30, durationSeconds: 0, counts: 5000 },
      { kind: 'step', station: name, component: 'N', seconds: 59.9, durationSeconds: 0, counts: -800 },
      { kind: 'dead', station: name, component: 'E', seconds: 100, durationSeconds: 40, counts: 0 },
      { kind: 'calibration', station: name, seconds: 200, durationSeconds: 5, counts: 2000 },
    ]
    const pieces = record({ ...quiet, faults })
    const [z, n, e] = ['Z', 'N', 'E'].map((channel) => ofChannel(pieces, channel).flatMap(({ samples }) => [...samples])) as [
      number[],
      number[],
      number[],
    ]
    const at = (seconds: number) => Math.ceil((seconds - Number(station.startOffsetNanos) / 1e9) * station.sampleRate)
    expect(z.findIndex((value) => value !== 0)).toBe(at(30))
    expect(z.slice(at(30), at(30) + 3)).toEqual([5000, 0, 0])
    expect(n.findIndex((value) => value !== 0)).toBe(at(59.9))
    expect(n[at(84.9)]! / n[at(59.9)]!).toBeCloseTo(Math.exp(-1), 2)
    expect(e.findIndex((value) => value !== 0)).toBe(at(100))
    expect(new Set(e.slice(at(100), at(140))).size).toBe(1)
    expect(e[at(140)]).toBe(0)
    for (const channel of [z, e]) expect([channel[at(200) - 1], channel[at(200)]]).toEqual([0, 2000])
    expect(z[at(205)]!).toBeLessThan(-1900)
  })

  it('lets the clock err by less than half a sample', () => {
    const pieces = ofChannel(record({ ...quiet, clockJitter: 0.3 }), 'Z')
    const period = 1e9 / station.sampleRate
    const errors: number[] = []
    let index = 0
    for (const { startTime, samples } of pieces) {
      errors.push(Number(startTime - quiet.startTime - station.startOffsetNanos) - index * period)
      index += samples.length
    }
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.31 * period)
    expect(new Set(errors).size).toBeGreaterThan(1)
  })

  it('reports each arrival once', () => {
    const scenario = buildScenario({ minutes: 5, stations: 2, eventsPerHour: 60, hasGlitches: false })
    const seen: string[] = []
    for (const each of scenario.stations) {
      for (const _ of stationRecord(scenario, each, (arrival) => seen.push(`${arrival.earthquake} ${arrival.station}`)));
    }
    expect(seen).toHaveLength(scenario.earthquakes.length * 2)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('clips at full scale of 24 bits', () => {
    const fault: Fault = { kind: 'spike', station: name, seconds: 30, durationSeconds: 0, counts: 1e9 }
    const samples = record({ ...quiet, faults: [fault] }).flatMap((piece) => [...piece.samples])
    expect(Math.max(...samples)).toBe(2 ** 23 - 1)
  })
})

function record(scenario: Scenario): ChannelPiece[] {
  return [...stationRecord(scenario, station)]
}

function ofChannel(pieces: readonly ChannelPiece[], component: string): ChannelPiece[] {
  return pieces.filter((piece) => piece.sourceId.endsWith(component))
}

function total(pieces: readonly ChannelPiece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.samples.length, 0)
}
