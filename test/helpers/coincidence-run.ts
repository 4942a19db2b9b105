import { Coincidence, type CoincidenceState } from '../../src/detection/coincidence.ts'
import type { CoincidenceOptions } from '../../src/detection/coincidence-options.ts'
import type { Detection } from '../../src/domain/detection.ts'
import type { CoincidenceOutput, LeftOut, NetworkEvent } from '../../src/domain/network-event.ts'
import type { StationId } from '../../src/domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../src/domain/time.ts'

/** What reaches a coincidence: a detection, or the news that a station's data have come so far. */
export type Input =
  | { readonly kind: 'detection'; readonly detection: Detection }
  | { readonly kind: 'advance'; readonly station: StationId; readonly time: Micros }

/** A detection is known this long after its onset, in the data time of its station. */
export const KNOWN_AFTER_SECONDS = 8

/**
 * Detections and steady data of all stations in the order in which they arrive.
 *
 * @param latencySeconds of a station at a time; default: none
 */
export function arriving(
  detections: readonly Detection[],
  stations: Iterable<StationId>,
  latencySeconds: (station: StationId) => number = () => 0,
): Input[] {
  const inputs: { readonly at: number; readonly input: Input }[] = detections.map((detection) => ({
    at: detection.onset.time / MICROS_PER_SECOND + KNOWN_AFTER_SECONDS + latencySeconds(detection.station),
    input: { kind: 'detection', detection },
  }))
  const times = detections.map(({ onset }) => onset.time / MICROS_PER_SECOND)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  for (const station of stations) {
    for (let second = Math.floor(first); second < last + 300; second += 5) {
      const time = second * MICROS_PER_SECOND
      inputs.push({ at: second + latencySeconds(station), input: { kind: 'advance', station, time } })
    }
  }
  return inputs.sort((a, b) => a.at - b.at).map(({ input }) => input)
}

/** Everything a coincidence says to these inputs, and at their end. */
export function runCoincidence(inputs: readonly Input[], options: CoincidenceOptions): CoincidenceOutput[] {
  const outputs: CoincidenceOutput[] = []
  const coincidence = new Coincidence(options)
  feed(coincidence, inputs, outputs)
  coincidence.end((output) => outputs.push(output))
  return outputs
}

/** The same, stopped before one input and begun again from what was saved. */
export function runWithRestart(inputs: readonly Input[], options: CoincidenceOptions, stopAt: number): CoincidenceOutput[] {
  const outputs: CoincidenceOutput[] = []
  const before = new Coincidence(options)
  feed(before, inputs.slice(0, stopAt), outputs)
  const saved = structuredClone(before.snapshot()) as CoincidenceState
  const after = new Coincidence(options, saved)
  feed(after, inputs.slice(stopAt), outputs)
  after.end((output) => outputs.push(output))
  return outputs
}

/** Each event as it was told last, by id. */
export function lastEvents(outputs: readonly CoincidenceOutput[]): NetworkEvent[] {
  const last = new Map(outputs.flatMap((output) => (output.kind === 'event' ? [[output.event.id, output.event]] : [])))
  return [...last.values()]
}

export function leftOut(outputs: readonly CoincidenceOutput[]): LeftOut[] {
  return outputs.flatMap((output) => (output.kind === 'left-out' ? [output] : []))
}

function feed(coincidence: Coincidence, inputs: readonly Input[], outputs: CoincidenceOutput[]): void {
  const emit = (output: CoincidenceOutput) => outputs.push(output)
  for (const input of inputs) {
    if (input.kind === 'detection') coincidence.push(input.detection, emit)
    else coincidence.advance(input.station, input.time, emit)
  }
}
