import { type SourceId, sourceIdFromNslc } from '../../domain/source-id.ts'
import { type Nanos, sampleOffsetNanos } from '../../domain/time.ts'
import { COMPONENTS } from '../../domain/window.ts'
import { culturalActivity, NoiseStream, noiseSpectrum } from './background-noise.ts'
import { COUNTS_PER_METRE_PER_SECOND, digitise } from './digitiser.ts'
import { disturbanceWaveform, type Overlay } from './disturbance-waveform.ts'
import { addInstrumentFault, samplesOf } from './instrument-faults.ts'
import { Random } from './random.ts'
import { channelCode, type Fault, type Scenario, type SyntheticStation, samplePosition, stationName } from './scenario.ts'
import { type ArrivalFacts, seismogramOf } from './seismogram.ts'

/** Contiguous samples of one channel as the digitiser sends them. */
export interface ChannelPiece {
  readonly sourceId: SourceId
  /** What the station's clock says: off by the scenario's jitter. */
  readonly startTime: Nanos
  readonly sampleRate: number
  readonly samples: Int32Array
}

/** Pieces are about this long; memory holds one per component. */
const PIECE_SECONDS = 60

/** All that one station records, piece by piece in time order; Z, N, E of a piece one after the other. */
export function* stationRecord(
  scenario: Scenario,
  station: SyntheticStation,
  onArrival: (arrival: ArrivalFacts) => void = () => {},
): Generator<ChannelPiece, void> {
  const total = Math.floor(samplePosition(station, scenario.durationSeconds))
  const size = Math.round(PIECE_SECONDS * station.sampleRate)
  const name = stationName(station)
  // A dead input shows nothing of what else goes wrong.
  const faults = scenario.faults
    .filter((fault) => fault.station === name)
    .sort((a, b) => Number(a.kind === 'dead') - Number(b.kind === 'dead'))
  const overlays = overlaysOf(scenario, station, onArrival)
  const channels = COMPONENTS.map((component) => ({
    component,
    sourceId: sourceIdFromNslc(station.network, station.code, station.location, channelCode(station, component)),
    faults: faults.filter((fault) => fault.component === undefined || fault.component === component),
    noise: scenario.hasNoise ? noiseOf(scenario, station, component) : undefined,
  }))
  const clock = new Random(scenario.seed, 'clock', name)

  for (let first = 0; first < total; first += size) {
    const count = Math.min(size, total - first)
    const active = overlays.reaching(first + count)
    const jitter = (BigInt(Math.round((clock.between(-1, 1) * scenario.clockJitter * 1e6) / station.sampleRate)) * 1000n) as Nanos
    for (const [index, { noise, faults: channelFaults, sourceId }] of channels.entries()) {
      const counts = new Float64Array(count)
      noise?.addTo(counts, COUNTS_PER_METRE_PER_SECOND)
      for (const overlay of active) addOverlay(counts, first, overlay, index)
      for (const fault of channelFaults) addInstrumentFault(counts, first, fault, station)
      const samples = digitise(counts)
      for (const [from, to] of present(first, first + count, channelFaults, station)) {
        yield {
          sourceId,
          startTime: scenario.startTime + station.startOffsetNanos + sampleOffsetNanos(from, station.sampleRate) + jitter,
          sampleRate: station.sampleRate,
          samples: samples.subarray(from - first, to - first),
        }
      }
    }
    overlays.dropBefore(first + count)
  }
}

function noiseOf(scenario: Scenario, station: SyntheticStation, component: 'Z' | 'N' | 'E'): NoiseStream {
  const random = new Random(scenario.seed, 'noise', stationName(station), component)
  const startHour = Number((scenario.startTime / 1_000_000_000n) % 86_400n) / 3600 + station.localHours
  return new NoiseStream(noiseSpectrum(station, component), station.sampleRate, random, (seconds) =>
    culturalActivity((startHour + seconds / 3600) % 24),
  )
}

/** Earthquakes and disturbances of a station; each is made when time comes to it and forgotten when it is over. */
function overlaysOf(scenario: Scenario, station: SyntheticStation, onArrival: (arrival: ArrivalFacts) => void) {
  const name = stationName(station)
  const waiting = [
    ...scenario.earthquakes.map((earthquake) => ({
      seconds: earthquake.seconds,
      make: (): Overlay => {
        const seismogram = seismogramOf(earthquake, station, scenario.seed)
        onArrival(seismogram.arrival)
        return seismogram
      },
    })),
    ...scenario.disturbances
      .filter((disturbance) => disturbance.station === name)
      .map((disturbance) => ({
        seconds: disturbance.seconds,
        make: () => disturbanceWaveform(disturbance, station, scenario.seed),
      })),
  ].sort((a, b) => a.seconds - b.seconds)
  let active: Overlay[] = []
  return {
    reaching(endSample: number): readonly Overlay[] {
      while (waiting.length > 0 && samplePosition(station, waiting[0]!.seconds) < endSample) active.push(waiting.shift()!.make())
      return active
    },
    dropBefore(sample: number): void {
      active = active.filter((overlay) => overlay.firstSample + overlay.components[0].length > sample)
    },
  }
}

function addOverlay(counts: Float64Array, firstSample: number, overlay: Overlay, component: number): void {
  const wave = overlay.components[component]!
  const from = Math.max(firstSample, overlay.firstSample)
  const to = Math.min(firstSample + counts.length, overlay.firstSample + wave.length)
  for (let n = from; n < to; n++) {
    counts[n - firstSample] = counts[n - firstSample]! + wave[n - overlay.firstSample]! * COUNTS_PER_METRE_PER_SECOND
  }
}

/** What gaps leave of the range [first, last). */
function present(first: number, last: number, faults: readonly Fault[], station: SyntheticStation): [number, number][] {
  const gaps = faults.filter((fault) => fault.kind === 'gap').map((fault) => samplesOf(fault, station))
  const pieces: [number, number][] = []
  let from = first
  for (const [gapFirst, gapLast] of gaps.sort((a, b) => a[0] - b[0])) {
    if (gapLast <= from || gapFirst >= last) continue
    if (gapFirst > from) pieces.push([from, gapFirst])
    from = gapLast
  }
  if (from < last) pieces.push([from, last])
  return pieces
}
