import { noiseLevelIn } from './background-noise.ts'
import { Random } from './random.ts'
import { type Disturbance, type Fault, type SyntheticStation, stationName } from './scenario.ts'

export interface MishapOptions {
  readonly seed: number
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly stations: readonly SyntheticStation[]
}

/** How often, per station and hour, and how long in seconds. */
const DISTURBANCES = {
  vehicle: { perHour: 4, seconds: [15, 40] },
  footsteps: { perHour: 2, seconds: [12, 30] },
  machine: { perHour: 1, seconds: [40, 180] },
  thump: { perHour: 2, seconds: [2, 3] },
} as const

const FAULTS = {
  spike: { perHour: 2, seconds: [0, 0] },
  step: { perHour: 0.4, seconds: [0, 0] },
  calibration: { perHour: 0.1, seconds: [4, 10] },
  dead: { perHour: 0.1, seconds: [60, 300] },
  gap: { perHour: 0.6, seconds: [2, 40] },
} as const

/** Half the gaps take one channel only: telemetry loses records, not instants. */
const SINGLE_CHANNEL_SHARE = 0.5

/** What people do beside the stations. */
export function buildDisturbances({ stations, ...options }: MishapOptions): Disturbance[] {
  return stations.flatMap((station) => {
    const level = noiseLevelIn(station, 1, 15)
    return Object.entries(DISTURBANCES).flatMap(([kind, { perHour, seconds }]) => {
      const random = new Random(options.seed, 'disturbances', stationName(station), kind)
      return poissonTimes(random, perHour, options).map((at) => ({
        kind: kind as Disturbance['kind'],
        station: stationName(station),
        seconds: at,
        durationSeconds: thousandths(random.between(seconds[0], seconds[1])),
        peakVelocity: level * 4 * 12 ** random.uniform(),
      }))
    })
  })
}

/** What sensors, digitisers and telemetry do. */
export function buildFaults({ stations, ...options }: MishapOptions): Fault[] {
  return stations.flatMap((station) =>
    Object.entries(FAULTS).flatMap(([kind, { perHour, seconds }]) => {
      const random = new Random(options.seed, 'faults', stationName(station), kind)
      return poissonTimes(random, perHour, options).map((at) => {
        const component = (['Z', 'N', 'E'] as const)[random.index(3)]!
        const isWhole = kind === 'calibration' || (kind === 'gap' && random.uniform() > SINGLE_CHANNEL_SHARE)
        return {
          kind: kind as Fault['kind'],
          station: stationName(station),
          ...(!isWhole && { component }),
          seconds: at,
          durationSeconds: thousandths(random.between(seconds[0], seconds[1])),
          counts: kind === 'dead' || kind === 'gap' ? 0 : Math.round(random.sign() * 10 ** random.between(3, 5.5)),
        }
      })
    }),
  )
}

function poissonTimes(
  random: Random,
  perHour: number,
  { fromSeconds, toSeconds }: { fromSeconds: number; toSeconds: number },
): number[] {
  const times: number[] = []
  for (let at = fromSeconds + random.exponential(3600 / perHour); at < toSeconds; at += random.exponential(3600 / perHour)) {
    times.push(thousandths(at))
  }
  return times
}

function thousandths(value: number): number {
  return Number(value.toFixed(3))
}
