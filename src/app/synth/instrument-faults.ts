import { type Fault, type SyntheticStation, samplePosition } from './scenario.ts'

/** Time constant of a sensor recovering from a step of its mass. */
const STEP_RECOVERY_SECONDS = 25
/** Time constant of a sensor's answer to a calibration current. */
const CALIBRATION_SECONDS = 1.2
/** What is left after this many time constants is less than a count. */
const FORGOTTEN = 15
/** A dead digitiser input shows its own offset. */
const DEAD_COUNTS = -17

/** Adds spikes, steps and calibration pulses to samples in counts. @param firstSample station sample index of `out[0]` */
export function addInstrumentFault(out: Float64Array, firstSample: number, fault: Fault, station: SyntheticStation): void {
  const start = Math.ceil(samplePosition(station, fault.seconds))
  const { sampleRate } = station
  switch (fault.kind) {
    case 'spike':
      addFrom(out, firstSample, start, start + 1, () => fault.counts)
      return
    case 'step':
      addFrom(
        out,
        firstSample,
        start,
        start + FORGOTTEN * STEP_RECOVERY_SECONDS * sampleRate,
        (n) => fault.counts * Math.exp(-n / (STEP_RECOVERY_SECONDS * sampleRate)),
      )
      return
    case 'calibration': {
      const on = Math.round(fault.durationSeconds * sampleRate)
      const decay = (n: number) => Math.exp(-n / (CALIBRATION_SECONDS * sampleRate))
      addFrom(
        out,
        firstSample,
        start,
        start + on + FORGOTTEN * CALIBRATION_SECONDS * sampleRate,
        (n) => fault.counts * (n < on ? decay(n) : decay(n) - decay(n - on)),
      )
      return
    }
    case 'dead':
      replace(out, firstSample, fault, station, DEAD_COUNTS)
      return
    case 'gap':
  }
}

/** Station sample range [first, last) that a gap takes out. */
export function samplesOf(fault: Fault, station: SyntheticStation): readonly [first: number, last: number] {
  return [
    Math.ceil(samplePosition(station, fault.seconds)),
    Math.ceil(samplePosition(station, fault.seconds + fault.durationSeconds)),
  ]
}

function addFrom(
  out: Float64Array,
  firstSample: number,
  start: number,
  end: number,
  valueAt: (sinceStart: number) => number,
): void {
  const from = Math.max(0, start - firstSample)
  const to = Math.min(out.length, Math.ceil(end) - firstSample)
  for (let n = from; n < to; n++) out[n] = out[n]! + valueAt(n + firstSample - start)
}

function replace(out: Float64Array, firstSample: number, fault: Fault, station: SyntheticStation, value: number): void {
  const [first, last] = samplesOf(fault, station)
  if (first < firstSample + out.length && last > firstSample)
    out.fill(value, Math.max(0, first - firstSample), Math.max(0, last - firstSample))
}
