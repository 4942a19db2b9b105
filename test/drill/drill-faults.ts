import { DEFAULT_FAULTS, type Faults, faultsSchema } from '../../src/contract/faults.ts'

const [everywhere, ...others] = DEFAULT_FAULTS.stations

/** Clocks that are days or years off, on one station in ten or so: such a station has no place in `replay`, which goes by time. */
const DAYS_OFF = {
  stations: ['*7', '*CH'],
  clockJumps: { everySeconds: 1800, seconds: [10, 60], shiftsSeconds: [-1.5, 0.25, 40, -86_400, 315_360_000] },
}

/** What `serve --faults default` does, so that most stations can be compared with `replay`. */
export const DRILL_FAULTS: Faults = faultsSchema.parse({
  ...DEFAULT_FAULTS,
  stations: [{ ...everywhere, clockJumps: { ...everywhere?.clockJumps, shiftsSeconds: [-1.5, 0.25, 40] } }, ...others, DAYS_OFF],
})

/**
 * For a drill behind a link that makes the server forget all sequence numbers (`ForgetfulProxy`), with a monitor that fetches what it
 * has missed. What is fetched overtakes other data, so nothing here is of a kind in which order decides: no wrong clocks, no damaged
 * headers, nothing later than the merger's horizon (with records of some seconds, as 100 Hz give).
 */
export const FORGETFUL_FAULTS: Faults = faultsSchema.parse({
  stations: [
    {
      stations: ['*'],
      delay: { seconds: 1, jitterSeconds: 2 },
      gaps: { everySeconds: 600, seconds: [5, 60] },
      duplicates: { share: 0.02, withinSeconds: 3 },
      shuffles: { share: 0.05, withinSeconds: 3 },
      corrupt: { share: 0.002, parts: ['data'] },
      clockDrift: { everySeconds: 1200, ppm: 5 },
    },
  ],
  server: {
    stalls: { everySeconds: 900, seconds: [5, 20] },
    disconnects: { everySeconds: 300 },
    restarts: { everySeconds: 900, downSeconds: 1 },
  },
})
