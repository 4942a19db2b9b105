import { z } from 'zod'
import { type InstrumentId, parseInstrumentId, parseStationId, stationOfInstrument } from '../domain/source-id.ts'
import { alertsSchema, groupsSchema, hooksSchema, watchdogSchema } from './alert-config.ts'
import { drillsConfigSchema } from './drill.ts'
import { retriggerRatioSchema } from './primitives.ts'

/**
 * What `stations.yaml` may say. Messages of the checks are expectations: the reader of the file puts `expected …, got …` around
 * them. Checks between fields live in io/config/cross-checks.ts, so that one broken field does not hide another.
 */

/** SeedLink's registered ports. */
export const SEEDLINK_PORT = 18_000
export const SEEDLINK_TLS_PORT = 18_500

/** `on` and `off` hold where the model says none. */
export const DEFAULT_TRIGGER = {
  on: 0.97,
  off: 0.96,
  minimumSeconds: 2,
  maximumSeconds: 300,
  deadSeconds: 25,
  holdSeconds: 12,
  retriggerRatio: 5,
  retriggerSeconds: 15,
} as const
export const DEFAULT_COINCIDENCE = { stations: 3, withinSeconds: 30, holdSeconds: 60, toleranceSeconds: 2 } as const
/** Onsets so close together at stations so far apart are no earthquake. */
export const DEFAULT_VETO = { simultaneousSeconds: 0.3, apartKm: 20 } as const
export const DEFAULT_RELEVANCE = { onTrigger: true, beta: 0 } as const
export const DEFAULT_STORE = { file: 'data/quakewire.db', keepScoresDays: 30, maximumMegabytes: 4096 } as const
/** Of a hundred stations half a gigabyte. */
export const DEFAULT_WAVEFORMS = { hours: 6 } as const
export const DEFAULT_LISTEN = '127.0.0.1:8080'
export const DEFAULT_MERGE = { horizonSeconds: 10 } as const
export const DEFAULT_WINDOW = { strideSeconds: 1 } as const
/** Packets that wait for the pipeline; a full queue slows the reading down, it loses nothing. */
export const DEFAULT_QUEUE = { maximumMegabytes: 64, whenFull: 'wait' } as const
/** A station that sends long records is given three of them before it counts as silent. */
export const DEFAULT_LIVENESS = { silentSeconds: 120, latentSeconds: 30, aheadSeconds: 60 } as const
export const DEFAULT_BACKLOG = { fetch: true, maximumSeconds: 30, maximumMegabytes: 32 } as const
export const DEFAULT_ENGINE = 'builtin'
export const DEFAULT_COMPONENTS = 'wait'

/** A smaller file could not hold the pages that SQLite needs to clean up. */
const MINIMUM_MEGABYTES = 16

const threshold = z.number().gt(0).max(1)
const seconds = z.number().nonnegative()

const triggerSchema = z.strictObject({
  on: threshold.exactOptional().describe('the model’s own, unless set'),
  off: threshold.exactOptional().describe('the model’s own, unless set'),
  minimumSeconds: seconds.default(DEFAULT_TRIGGER.minimumSeconds),
  maximumSeconds: z.number().positive().default(DEFAULT_TRIGGER.maximumSeconds),
  deadSeconds: seconds.default(DEFAULT_TRIGGER.deadSeconds),
  holdSeconds: seconds.default(DEFAULT_TRIGGER.holdSeconds),
  retriggerRatio: retriggerRatioSchema.default(DEFAULT_TRIGGER.retriggerRatio),
  retriggerSeconds: seconds.default(DEFAULT_TRIGGER.retriggerSeconds),
})

const triggerOverrideSchema = z.strictObject({
  on: threshold.exactOptional(),
  off: threshold.exactOptional(),
  minimumSeconds: seconds.exactOptional(),
  maximumSeconds: z.number().positive().exactOptional(),
  deadSeconds: seconds.exactOptional(),
  holdSeconds: seconds.exactOptional(),
  retriggerRatio: retriggerRatioSchema.exactOptional(),
  retriggerSeconds: seconds.exactOptional(),
})

/** What to do while a component of an instrument is missing. */
export const componentPolicySchema = z.enum(['wait', 'zero-fill', 'skip'])

const coordinatesSchema = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  elevationMetres: z.number().min(-12_000).max(9_000).exactOptional(),
})

/** Overrides of one station (`NET_STA`) or one of its instruments (`NET_STA_LOC_BS`, which wins). */
const stationOverrideSchema = z.strictObject({
  trigger: triggerOverrideSchema.exactOptional(),
  components: componentPolicySchema.exactOptional(),
  coordinates: coordinatesSchema.exactOptional(),
})

const serverSchema = z.strictObject({
  url: z.string().transform((text, context) => {
    const address = parseServerUrl(text)
    if (address) return address
    const expected = 'seedlink://host[:port] or seedlinks://host[:port], user and password in the environment (see credentials)'
    context.issues.push({ code: 'custom', message: expected, input: text })
    return z.NEVER
  }),
  stations: z
    .array(
      z.string().refine((text) => parseInstrumentId(text) !== undefined, 'NET_STA_LOC_BS such as IU_ANMO_00_BH or GE_APE__BH'),
    )
    .min(1)
    .transform((ids) => ids as InstrumentId[]),
  credentials: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'a name in capitals such as IRIS')
    .exactOptional(),
})

const listenSchema = z.string().transform((text, context) => {
  const address = parseListen(text)
  if (address) return address
  context.issues.push({ code: 'custom', message: 'address:port such as 127.0.0.1:8080', input: text })
  return z.NEVER
})

export const configSchema = z.strictObject({
  model: z.string().min(1),
  engine: z.enum(['builtin', 'tensorflow']).default(DEFAULT_ENGINE),
  servers: z.array(serverSchema).default([]),
  stations: z
    .record(
      z.string().refine((text) => (parseStationId(text) ?? parseInstrumentId(text)) !== undefined, 'NET_STA or NET_STA_LOC_BS'),
      stationOverrideSchema,
    )
    .default({}),
  trigger: triggerSchema.prefault({}),
  components: componentPolicySchema.default(DEFAULT_COMPONENTS),
  merge: z.strictObject({ horizonSeconds: z.number().min(0).max(600).default(DEFAULT_MERGE.horizonSeconds) }).prefault({}),
  window: z.strictObject({ strideSeconds: z.number().positive().max(60).default(DEFAULT_WINDOW.strideSeconds) }).prefault({}),
  queue: z
    .strictObject({
      maximumMegabytes: z.number().min(0.1).max(65_536).default(DEFAULT_QUEUE.maximumMegabytes),
      whenFull: z.enum(['wait', 'drop']).default(DEFAULT_QUEUE.whenFull),
    })
    .prefault({}),
  liveness: z
    .strictObject({
      silentSeconds: z.number().positive().default(DEFAULT_LIVENESS.silentSeconds),
      latentSeconds: z.number().positive().default(DEFAULT_LIVENESS.latentSeconds),
      aheadSeconds: z.number().positive().default(DEFAULT_LIVENESS.aheadSeconds),
    })
    .prefault({}),
  // What a server has skipped after a reconnect is asked for by time on a second connection.
  backlog: z
    .strictObject({
      fetch: z.boolean().default(DEFAULT_BACKLOG.fetch),
      maximumSeconds: z.number().positive().max(600).default(DEFAULT_BACKLOG.maximumSeconds),
      maximumMegabytes: z.number().positive().default(DEFAULT_BACKLOG.maximumMegabytes),
    })
    .prefault({}),
  coincidence: z
    .strictObject({
      stations: z.int().min(2).default(DEFAULT_COINCIDENCE.stations),
      withinSeconds: z.number().positive().default(DEFAULT_COINCIDENCE.withinSeconds),
      holdSeconds: z.number().positive().max(3600).default(DEFAULT_COINCIDENCE.holdSeconds),
      toleranceSeconds: z.number().positive().max(30).default(DEFAULT_COINCIDENCE.toleranceSeconds),
      // Of `groups`: so many of these stations make an event, too.
      groups: z.record(z.string(), z.number().min(2)).default({}),
      // 0: a station that never counts.
      weights: z
        .record(
          z.string().refine((text) => parseStationId(text) !== undefined, 'NET_STA such as IU_ANMO'),
          z.number().min(0).max(100),
        )
        .default({}),
      veto: z
        .strictObject({
          simultaneousSeconds: z.number().min(0).max(10).default(DEFAULT_VETO.simultaneousSeconds),
          apartKm: z.number().positive().default(DEFAULT_VETO.apartKm),
        })
        .prefault({}),
    })
    .prefault({}),
  relevance: z
    .strictObject({
      onTrigger: z.boolean().default(DEFAULT_RELEVANCE.onTrigger),
      beta: z.number().min(-1).default(DEFAULT_RELEVANCE.beta),
    })
    .prefault({}),
  groups: groupsSchema,
  hooks: hooksSchema,
  alerts: alertsSchema,
  watchdog: watchdogSchema,
  drills: drillsConfigSchema,
  store: z
    .strictObject({
      file: z.string().min(1).default(DEFAULT_STORE.file),
      keepScoresDays: z.number().positive().default(DEFAULT_STORE.keepScoresDays),
      maximumMegabytes: z.number().min(MINIMUM_MEGABYTES).default(DEFAULT_STORE.maximumMegabytes),
      // What the network saw, for scrolling back; `run` and `demo` keep it, `replay` does not.
      waveforms: z.strictObject({ hours: z.number().min(0).max(720).default(DEFAULT_WAVEFORMS.hours) }).prefault({}),
    })
    .prefault({}),
  http: z.strictObject({ listen: listenSchema.prefault(DEFAULT_LISTEN) }).prefault({}),
})

/** Environment variable with the token that HTTP and feed ask for. */
export const TOKEN_VARIABLE = 'QUAKEWIRE_TOKEN'

export interface ServerAddress {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

type Parsed = z.output<typeof configSchema>

export type TriggerConfig = Required<Parsed['trigger']>
export type ComponentPolicy = z.output<typeof componentPolicySchema>
export type Coordinates = z.output<typeof coordinatesSchema>
export type StationOverride = z.output<typeof stationOverrideSchema>
export type ServerConfig = Parsed['servers'][number] & { user?: string; password?: string }

/** The whole configuration with defaults filled in. `model` and `store.file` are absolute; secrets come from the environment. */
export interface Config extends Omit<Parsed, 'servers' | 'http' | 'trigger'> {
  /** The file it was read from. */
  file: string
  trigger: TriggerConfig
  servers: ServerConfig[]
  http: Parsed['http'] & { token?: string }
}

/** Thresholds in force for an instrument: its own over its station's over everybody's. */
export function triggerOf(config: Pick<Config, 'trigger' | 'stations'>, instrument: InstrumentId): TriggerConfig {
  const { ofStation, ofInstrument } = overridesOf(config, instrument)
  return { ...config.trigger, ...ofStation?.trigger, ...ofInstrument?.trigger }
}

export function componentPolicyOf(config: Config, instrument: InstrumentId): ComponentPolicy {
  const { ofStation, ofInstrument } = overridesOf(config, instrument)
  return ofInstrument?.components ?? ofStation?.components ?? config.components
}

export function coordinatesOf(config: Config, instrument: InstrumentId): Coordinates | undefined {
  const { ofStation, ofInstrument } = overridesOf(config, instrument)
  return ofInstrument?.coordinates ?? ofStation?.coordinates
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** @returns undefined unless the text is `seedlink[s]://host[:port]` and nothing more */
export function parseServerUrl(text: string): ServerAddress | undefined {
  const match = /^(seedlinks?):\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(text)
  if (!match) return undefined
  const tls = match[1] === 'seedlinks'
  const host = (match[2] as string).replace(/^\[|\]$/g, '')
  const port = match[3] === undefined ? (tls ? SEEDLINK_TLS_PORT : SEEDLINK_PORT) : Number(match[3])
  if (port < 1 || port > 65_535) return undefined
  return { url: `${match[1]}://${match[2]}:${port}`, host, port, tls }
}

/** `address:port`, `[::1]:port`; port 0 takes a free one. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)
  if (!match || Number(match[2]) > 65_535) return undefined
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port: Number(match[2]) }
}

function overridesOf({ stations }: Pick<Config, 'stations'>, instrument: InstrumentId) {
  return { ofStation: stations[stationOfInstrument(instrument)], ofInstrument: stations[instrument] }
}
