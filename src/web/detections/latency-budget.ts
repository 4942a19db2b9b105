import type { DetectionWire } from '../../contract/detection.ts'

export interface BudgetStep {
  readonly name: string
  /** Undefined where it is not measured. */
  readonly seconds: number | undefined
  /** `data`: time that the waves take, in the time of the data; `clock`: time that machines take. */
  readonly kind: 'data' | 'clock'
  readonly note: string
}

/**
 * Where the seconds between an onset and its detection on a screen go, as far as they are measured.
 *
 * @param minimumSeconds a score must stay over the threshold so long before a detection is told; undefined when unknown
 */
export function latencyBudget({ onset, on, latency }: DetectionWire, minimumSeconds: number | undefined): BudgetStep[] {
  return [
    {
      name: 'onset → window over the threshold',
      seconds: (Date.parse(on) - Date.parse(onset.time)) / 1000,
      kind: 'data',
      note: 'the network must have seen enough of the wave',
    },
    {
      name: 'window → detection opens',
      seconds: minimumSeconds,
      kind: 'data',
      note:
        minimumSeconds === undefined
          ? 'the minimum duration of the trigger'
          : 'the minimum duration of the trigger, as it is set now',
    },
    {
      name: 'last sample → packet here',
      seconds: latency.packetSeconds,
      kind: 'clock',
      note: 'digitiser, link, SeedLink server',
    },
    {
      name: 'packet → window, score, trigger, explained',
      seconds: latency.processingSeconds,
      kind: 'clock',
      note: 'all of the pipeline, up to the hand-over to store and feed',
    },
    { name: 'stored, sent, shown', seconds: undefined, kind: 'clock', note: 'not measured apart' },
  ]
}
