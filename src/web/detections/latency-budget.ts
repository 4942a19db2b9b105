import type { DetectionWire } from '../../contract/detection.ts'
import type { Journey, ScreenTimes } from '../../contract/journey.ts'
import { fineDuration } from '../ui/format.ts'

export interface BudgetStep {
  readonly name: string
  /** Undefined where it was not measured. */
  readonly seconds: number | undefined
  /** Half of what the clocks may differ by. */
  readonly uncertaintySeconds?: number | undefined
  /** `data`: time that the waves take, in the time of the data; `clock`: time that machines take. */
  readonly kind: 'data' | 'clock'
  readonly note: string
}

type Part = DetectionWire['latency']

/** What a message on a detection took. Without a journey only what is stored in the detection itself is known. */
export function journeyOf(
  { seq, state, latency }: DetectionWire,
  journeys: readonly Journey[],
  asked: Journey['state'],
): Journey | undefined {
  const known = journeys.find((each) => each.state === asked)
  if (known || state !== asked || Object.keys(latency).length === 0) return known
  return { seq, state, latency, storeSeconds: Number.NaN, screens: [] }
}

/**
 * Where the seconds between an onset and its detection on a screen go.
 *
 * @param minimumSeconds a score must stay over the threshold so long before a detection is told; undefined when unknown
 * @param client number of this page's connection: its own times are told, or else those of the first page that drew it
 */
export function latencyBudget(
  { onset, on }: DetectionWire,
  journey: Journey | undefined,
  { minimumSeconds, client }: { readonly minimumSeconds?: number | undefined; readonly client?: number | undefined },
): BudgetStep[] {
  const isOpening = journey?.state !== 'closed'
  return [...(isOpening ? dataSteps({ onset, on }, minimumSeconds) : []), ...machineSteps(journey, client)]
}

function dataSteps({ onset, on }: Pick<DetectionWire, 'onset' | 'on'>, minimumSeconds: number | undefined): BudgetStep[] {
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
  ]
}

function machineSteps(journey: Journey | undefined, client: number | undefined): BudgetStep[] {
  const latency: Part = journey?.latency ?? {}
  const screen = screenOf(journey?.screens ?? [], client)
  const whose = whoseScreen(screen, client)
  return [
    { name: 'last sample → packet here', seconds: latency.packetSeconds, note: 'digitiser, link, SeedLink server' },
    { name: 'packet → its turn', seconds: latency.queueSeconds, note: 'the queue before the pipeline' },
    { name: 'its turn → scored', seconds: latency.scoringSeconds, note: 'decoded, merged, resampled, windowed, classified' },
    { name: 'scored → told', seconds: latency.decidingSeconds, note: 'triggered, onset picked, explained' },
    { name: 'told → stored', seconds: known(journey?.storeSeconds), note: 'its transaction is on disk' },
    { name: 'stored → sent', seconds: screen?.sentSeconds, note: `handed to the socket${whose}` },
    {
      name: 'sent → shown',
      seconds: screen?.shown?.seconds,
      uncertaintySeconds: screen?.shown?.uncertaintySeconds,
      note: `the end of the frame that drew it${whose}`,
    },
  ].map((step) => ({ ...step, kind: 'clock' }))
}

function whoseScreen(screen: ScreenTimes | undefined, client: number | undefined): string {
  if (!screen) return ''
  return screen.client === client ? ' of this page' : ' of another page'
}

function screenOf(screens: readonly ScreenTimes[], client: number | undefined): ScreenTimes | undefined {
  return screens.find((each) => each.client === client) ?? screens.find(({ shown }) => shown) ?? screens[0]
}

/** JSON and a journey that was not stored know no number here. */
function known(seconds: number | undefined): number | undefined {
  return seconds === undefined || Number.isNaN(seconds) ? undefined : seconds
}

/** `0.4 ms`, `12.3 ms ± 0.2 ms`, `3.1 s`; a dash where nothing was measured. */
export function stepText({ seconds, uncertaintySeconds }: Pick<BudgetStep, 'seconds' | 'uncertaintySeconds'>): string {
  if (seconds === undefined) return '–'
  return uncertaintySeconds === undefined
    ? fineDuration(seconds)
    : `${fineDuration(seconds)} ± ${fineDuration(uncertaintySeconds)}`
}
