import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../contract/config.ts'
import type { SettingsAnswer, SettingsChange, SettingsProposal } from '../../contract/what-if.ts'
import { ConfigError } from '../../domain/errors.ts'
import { formatFault } from '../../io/config/config-fault.ts'
import { replaceFile } from '../../io/config/replace-file.ts'
import { type NumberChange, withNumbers } from '../../io/config/set-numbers.ts'
import { parseConfig } from '../../io/config-file.ts'
import { HttpError } from '../../server/http-error.ts'
import type { SettingsView } from '../../server/tuning-view.ts'
import { NO_FILE } from '../default-config.ts'
import { changedSettings, type TriggerSettings, triggerOfScope } from '../what-if/asked-settings.ts'
import { unifiedDiff } from './unified-diff.ts'

type Change = Omit<SettingsChange, 'hash'>
type Environment = Readonly<Record<string, string | undefined>>

interface ReadFile {
  readonly text: string
  readonly hash: string
  readonly config: Config
}

const NOTE = 'It takes effect at the next start of the monitor.'

/**
 * Trigger and coincidence in the file that the monitor was started with. Numbers are changed where they stand, so that comments,
 * order and everything else stay as somebody has written them. The running monitor goes on as it began: which settings made a
 * detection is part of the detection.
 */
export class SettingsFile implements SettingsView {
  readonly #running: Config
  readonly #environment: Environment

  /** @param running what the monitor was started with */
  constructor(running: Config, environment: Environment) {
    this.#running = running
    this.#environment = environment
  }

  read(): SettingsAnswer {
    const isWithout = this.#running.file === NO_FILE
    const { hash, config } = isWithout ? { hash: null, config: this.#running } : this.#read()
    return {
      file: isWithout ? null : config.file,
      hash,
      trigger: config.trigger,
      coincidence: coincidenceOf(config),
      overrides: Object.entries(config.stations).flatMap(([id, { trigger }]) => (trigger === undefined ? [] : [{ id, trigger }])),
      isPending: !isDeepStrictEqual(tuningOf(config), tuningOf(this.#running)),
    }
  }

  propose(change: Change): SettingsProposal {
    return this.#proposal(this.#read(), change).proposal
  }

  write(change: Change, hash: string): SettingsProposal {
    const before = this.#read()
    if (before.hash !== hash) {
      throw new HttpError(
        'CONFLICT',
        `settings: expected the file that the change was made for, got one that somebody has changed since (${before.config.file}); look at the change again`,
      )
    }
    const { text, proposal } = this.#proposal(before, change)
    if (proposal.diff === '') return proposal
    const backup = replaceFile(before.config.file, text)
    return { ...proposal, hash: hashOf(text), isWritten: true, backup, note: NOTE }
  }

  #read(): ReadFile {
    const { file } = this.#running
    if (file === NO_FILE) {
      throw new HttpError(
        'NOT_FOUND',
        'settings: expected a monitor with a configuration file, got one without (a demo has none); start it with `quakewire run --config stations.yaml`',
      )
    }
    const text = readText(file)
    return { text, hash: hashOf(text), config: this.#parse(text, 'the file as it is') }
  }

  #proposal({ text, hash, config }: ReadFile, change: Change): { text: string; proposal: SettingsProposal } {
    const changed = withNumbers(text, numberChanges(config, change))
    const after = this.#parse(changed, 'the file with the change')
    // Whatever way the file says it: the change is in it, and nothing else is.
    if (!isDeepStrictEqual(after, { ...config, ...changedSettings(config, effective(config, change)) })) {
      throw new ConfigError(
        `settings: expected a file that says each setting once and plainly, got one that cannot be changed from here (${config.file}); edit it by hand`,
        { file: config.file },
      )
    }
    const diff = unifiedDiff(text, changed, basename(config.file))
    const note = diff === '' ? 'The file says so already.' : NOTE
    return { text: changed, proposal: { file: config.file, hash, diff, isWritten: false, note } }
  }

  /** @throws {ConfigError} with all faults that `quakewire check` would tell */
  #parse(text: string, what: string): Config {
    const { file } = this.#running
    const { config, faults } = parseConfig(text, { file, environment: this.#environment })
    if (config) return config
    const lines = faults.map((fault) => formatFault(basename(file), fault))
    throw new ConfigError([`settings: expected no fault in ${what}, got ${faults.length} (${file})`, ...lines].join('\n'), {
      file,
    })
  }
}

/** Only what is another number than now: the rest of a file need not say what is so by default. */
function effective(config: Config, { scope, trigger, coincidence }: Change): Change {
  const now = triggerOfScope(config, scope)
  return {
    ...(scope !== undefined && { scope }),
    trigger: differing(trigger, now),
    coincidence: differing(coincidence, config.coincidence),
  }
}

function differing<Part extends object>(wanted: Part, now: Readonly<Record<keyof Part, unknown>>): Part {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => now[key as keyof Part] !== value)) as Part
}

function numberChanges(config: Config, change: Change): NumberChange[] {
  const { scope, trigger, coincidence } = effective(config, change)
  const triggerPath = scope === undefined ? (['trigger'] as const) : (['stations', scope, 'trigger'] as const)
  return [
    ...Object.entries(trigger).map(([key, value]) => ({ path: [...triggerPath, key] as const, value })),
    ...Object.entries(coincidence).map(([key, value]) => ({ path: ['coincidence', key] as const, value })),
  ]
}

function coincidenceOf({ coincidence }: Config) {
  return { stations: coincidence.stations, withinSeconds: coincidence.withinSeconds }
}

/** What the running monitor took from the file when it started. */
function tuningOf({ trigger, stations, coincidence }: TriggerSettings) {
  const overrides = Object.entries(stations).flatMap(([id, override]) => (override.trigger ? [[id, override.trigger]] : []))
  return { trigger, overrides, coincidence }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`settings: expected a readable file, got none (${file})`, { file }, cause)
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
