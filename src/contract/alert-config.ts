import { z } from 'zod'
import { ALERT_KINDS, SEVERITIES } from '../domain/alert.ts'
import { LABEL_VALUES } from '../domain/label.ts'
import { parseInstrumentId, parseStationId } from '../domain/source-id.ts'

/** What `stations.yaml` says about alerts: hooks (where to), rules (what, when, to whom) and the watchdog. */

/** Fields that a text of a hook may name, as `{station}`. */
export const ALERT_TEXT_FIELDS = [
  'title',
  'kind',
  'state',
  'severity',
  'station',
  'instrument',
  'time',
  'score',
  'duration',
  'reason',
  'label',
  'rule',
  'subject',
] as const

/** `${ENV:NAME}` and `${FILE:path}`: where a secret is, instead of the secret. */
export const SECRET_PLACEHOLDER = /\$\{(ENV|FILE):([^}]+)\}/g

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name of small letters, digits and -')
const secret = z
  .string()
  .regex(
    /^\$\{(ENV:[A-Za-z_][A-Za-z0-9_]*|FILE:[^}]+)\}$/,
    'a reference such as $' + '{ENV:NAME} or $' + '{FILE:path}, never the secret itself',
  )
const seconds = z.number().positive()
const longWait = z
  .number()
  .positive()
  .max(86_400 * 30)

const textTemplate = z
  .string()
  .refine(
    (text) => unknownFields(text).length === 0,
    `text with fields of ${ALERT_TEXT_FIELDS.map((field) => `{${field}}`).join(', ')}`,
  )

export const DEFAULT_RETRY = { firstSeconds: 1, maximumSeconds: 300, giveUpSeconds: 86_400 } as const
export const DEFAULT_BREAKER = { failures: 10, seconds: 30 } as const

/** How every hook is treated, whatever its kind. */
const delivery = {
  /** Stations that are told about at the same time. */
  concurrency: z.int().min(1).max(64).default(4),
  timeoutSeconds: seconds.max(300).default(10),
  retry: z
    .strictObject({
      firstSeconds: seconds.default(DEFAULT_RETRY.firstSeconds),
      maximumSeconds: seconds.default(DEFAULT_RETRY.maximumSeconds),
      giveUpSeconds: longWait.default(DEFAULT_RETRY.giveUpSeconds),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      failures: z.int().min(1).default(DEFAULT_BREAKER.failures),
      seconds: seconds.default(DEFAULT_BREAKER.seconds),
    })
    .prefault({}),
}

const webhookSchema = z.strictObject({
  kind: z.literal('webhook'),
  url: z.string().min(1),
  template: z.enum(['json', 'slack', 'teams', 'discord', 'ntfy', 'pushover']).default('json'),
  /** Of the line that chats show. */
  text: textTemplate.exactOptional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/, 'a header name'), z.string()).default({}),
  /** Key of the HMAC-SHA256 signature. */
  secret: secret.exactOptional(),
  /** Application token and user key of Pushover. */
  token: secret.exactOptional(),
  user: secret.exactOptional(),
  allowPrivate: z.boolean().default(false),
  /** File with certificates of authorities to trust beside the known ones. */
  ca: z.string().min(1).exactOptional(),
  ...delivery,
})

const commandSchema = z.strictObject({
  kind: z.literal('command'),
  /** Program and arguments; no shell reads them. */
  command: z.array(z.string()).min(1),
  ...delivery,
})

const mailSchema = z.strictObject({
  kind: z.literal('mail'),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(587),
  /** `tls`: from the first byte (port 465); `starttls`: required before anything else; `none`: for a server on this machine. */
  security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  user: z.string().exactOptional(),
  password: secret.exactOptional(),
  from: z.string().min(1),
  to: z.array(z.string().min(1)).min(1),
  text: textTemplate.exactOptional(),
  ca: z.string().min(1).exactOptional(),
  ...delivery,
})

const mqttSchema = z.strictObject({
  kind: z.literal('mqtt'),
  url: z.string().min(1),
  user: z.string().exactOptional(),
  password: secret.exactOptional(),
  /** Topics begin with it: PREFIX/alerts/…, PREFIX/state/…, PREFIX/status. */
  prefix: z
    .string()
    .regex(/^[^#+/][^#+]*$/, 'a topic without # and +')
    .default('quakewire'),
  ca: z.string().min(1).exactOptional(),
  ...delivery,
})

const fileSchema = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1),
  /** Beyond it the file becomes PATH.1 and a new one begins. */
  maximumMegabytes: z.number().positive().default(100),
  ...delivery,
  concurrency: z.literal(1, 'one line after the other: 1').default(1),
})

const quakewireSchema = z.strictObject({
  kind: z.literal('quakewire'),
  /** Of the other monitor: http://host:8080 */
  url: z.string().min(1),
  /** The name under which it shows what comes from here. */
  as: name,
  /** That the other one asks for. */
  token: secret.exactOptional(),
  allowPrivate: z.boolean().default(false),
  ca: z.string().min(1).exactOptional(),
  ...delivery,
})

export const HOOK_KINDS = ['webhook', 'command', 'mail', 'mqtt', 'file', 'quakewire'] as const

export const hookSchema = z.discriminatedUnion(
  'kind',
  [webhookSchema, commandSchema, mailSchema, mqttSchema, fileSchema, quakewireSchema],
  { error: `a map with kind: ${HOOK_KINDS.join(', ')}` },
)

export const hooksSchema = z.record(name, hookSchema).default({})

const stationOrInstrument = z
  .string()
  .refine((text) => (parseStationId(text) ?? parseInstrumentId(text)) !== undefined, 'NET_STA or NET_STA_LOC_BS')

/** Stations under a name of their own. */
export const groupsSchema = z.record(name, z.array(stationOrInstrument).min(1)).default({})

const timeOfDay = z.string().transform((text, context) => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match) return Number(match[1]) * 60 + Number(match[2])
  context.issues.push({ code: 'custom', message: 'a time of day such as "22:30", in quotes', input: text })
  return z.NEVER
})

const zone = z.string().refine((text) => isZone(text), 'a time zone such as Europe/Paris or UTC')

const ruleSchema = z.strictObject({
  name,
  when: z.array(z.enum(ALERT_KINDS)).min(1),
  where: z
    .strictObject({
      stations: z.array(stationOrInstrument).min(1).exactOptional(),
      groups: z.array(z.string()).min(1).exactOptional(),
      minimumScore: z.number().min(0).max(1).exactOptional(),
      minimumSeconds: z.number().nonnegative().exactOptional(),
      minimumStations: z.int().min(1).exactOptional(),
      reason: z.enum(['none', 'any']).exactOptional(),
      labels: z
        .array(z.enum([...LABEL_VALUES, 'none']))
        .min(1)
        .exactOptional(),
      maximumAgeSeconds: seconds.exactOptional(),
    })
    .default({}),
  severity: z.enum(SEVERITIES).default('warning'),
  to: z.array(z.string()).min(1),
  updates: z.boolean().default(true),
  afterSeconds: z.number().nonnegative().max(86_400).default(0),
  cooldownSeconds: z.number().nonnegative().max(86_400).default(0),
  digestSeconds: z.number().nonnegative().max(86_400).default(0),
  quiet: z
    .strictObject({ from: timeOfDay, to: timeOfDay, zone, policy: z.enum(['hold', 'drop']).default('hold') })
    .exactOptional(),
  escalate: z.strictObject({ afterSeconds: longWait, to: z.array(z.string()).min(1) }).exactOptional(),
})

export const alertsSchema = z.array(ruleSchema).default([])

export const DEFAULT_WATCHDOG = {
  heartbeatSeconds: 60,
  serverSeconds: 60,
  inferenceSeconds: 60,
  freeMegabytes: 500,
  driftHours: 24,
  driftIndex: 0.25,
} as const

export const watchdogSchema = z
  .strictObject({
    /** Hooks that hear from the monitor regularly, as long as it does its work. */
    heartbeat: z.array(z.string()).default([]),
    heartbeatSeconds: z.number().min(1).default(DEFAULT_WATCHDOG.heartbeatSeconds),
    /** A server that cannot be reached for so long is lost. */
    serverSeconds: seconds.default(DEFAULT_WATCHDOG.serverSeconds),
    /** Packets come and no window is scored for so long: inference has stopped. */
    inferenceSeconds: seconds.default(DEFAULT_WATCHDOG.inferenceSeconds),
    /** Less than that free where the store is: the disk is nearly full. */
    freeMegabytes: z.number().nonnegative().default(DEFAULT_WATCHDOG.freeMegabytes),
    /** Scores of so many hours are compared with those of the model's training, or else of the first day in the store. */
    driftHours: z.number().min(1).max(720).default(DEFAULT_WATCHDOG.driftHours),
    /** Population stability index of the comparison: beyond it the scores have drifted. */
    driftIndex: z.number().positive().default(DEFAULT_WATCHDOG.driftIndex),
  })
  .prefault({})

export type HookConfig = z.output<typeof hookSchema>
export type WebhookConfig = z.output<typeof webhookSchema>
export type CommandHookConfig = z.output<typeof commandSchema>
export type MailHookConfig = z.output<typeof mailSchema>
export type MqttHookConfig = z.output<typeof mqttSchema>
export type QuakewireHookConfig = z.output<typeof quakewireSchema>
export type FileHookConfig = z.output<typeof fileSchema>
export type AlertRuleConfig = z.output<typeof ruleSchema>
export type WatchdogConfig = z.output<typeof watchdogSchema>

/** Fields of a text that no alert has. */
export function unknownFields(text: string): string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)]
    .map(([, field = '']) => field)
    .filter((field) => !(ALERT_TEXT_FIELDS as readonly string[]).includes(field))
}

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}
