import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type Config, configSchema, TOKEN_VARIABLE } from '../contract/config.ts'
import { ConfigError } from '../domain/errors.ts'
import { type ConfigFault, formatFault, formatPath } from './config/config-fault.ts'
import { type CheckedAgainst, crossChecks } from './config/cross-checks.ts'
import { modelThresholds } from './config/model-thresholds.ts'
import { faultsOfIssues } from './config/schema-faults.ts'
import { readYaml } from './config/yaml-document.ts'

export interface ConfigSource {
  /** The file's name, for messages; relative paths inside the configuration start at its folder. */
  readonly file: string
  /** Where secrets come from. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Folder of a model instead of the file's. */
  readonly model?: string | undefined
}

/**
 * Reads and checks `stations.yaml`.
 *
 * @throws {ConfigError} with every fault on a line of its own: `stations.yaml:14 servers[0].stations[2]: expected …, got …`
 */
export function loadConfig(
  file: string,
  environment: ConfigSource['environment'] = process.env,
  model?: ConfigSource['model'],
): Config {
  const { config, faults } = parseConfig(readText(file), { file, environment, model })
  if (config) return config
  const lines = faults.map((fault) => formatFault(basename(file), fault))
  const title = `configuration: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${file}`
  const [first] = faults
  const path = first && formatPath(first.keys)
  throw new ConfigError([title, ...lines].join('\n'), { file, faults: faults.length, line: first?.line, path })
}

/** The configuration, or all that is wrong with it, ordered by line. */
export function parseConfig(text: string, source: ConfigSource): { config?: Config; faults: ConfigFault[] } {
  const { value, lineOf, faults: yamlFaults, isReadable } = readYaml(text)
  if (!isReadable) return { faults: yamlFaults }
  const parsed = configSchema.safeParse(value)
  const surroundings = surroundingsOf(value, source)
  const faults = [
    ...yamlFaults,
    ...(parsed.success ? [] : faultsOfIssues(parsed.error.issues, configSchema, value)),
    ...crossChecks(value, surroundings),
  ]
  if (faults.length > 0 || !parsed.success) {
    const placed = faults.map((fault) => ({ ...fault, line: fault.line ?? lineOf(fault.keys) }))
    return { faults: placed.sort((a, b) => a.line - b.line) }
  }
  return { config: complete(parsed.data, source.file, surroundings), faults: [] }
}

/** What the file does not hold and what it says depends on. */
interface Surroundings extends CheckedAgainst {
  readonly model: string
}

function surroundingsOf(value: unknown, { file, environment = {}, model }: ConfigSource): Surroundings {
  const folder = dirname(resolve(file))
  const named = (value as { model?: unknown } | null)?.model
  const modelFolder = model ?? resolve(folder, typeof named === 'string' ? named : '')
  return { folder, environment, model: modelFolder, thresholds: modelThresholds(modelFolder) }
}

/** Adds what the file does not hold: absolute paths, secrets and the model's thresholds. */
function complete(
  parsed: ReturnType<typeof configSchema.parse>,
  file: string,
  { folder, environment, model, thresholds }: Surroundings,
): Config {
  const token = environment[TOKEN_VARIABLE]
  return {
    ...parsed,
    file: resolve(file),
    model,
    trigger: { ...thresholds, ...parsed.trigger },
    store: { ...parsed.store, file: resolve(folder, parsed.store.file) },
    http: { ...parsed.http, ...(token && { token }) },
    servers: parsed.servers.map((server) => {
      const user = environment[`${server.credentials}_USER`]
      const password = environment[`${server.credentials}_PASSWORD`]
      return server.credentials && user && password ? { ...server, user, password } : server
    }),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const got = code === 'ENOENT' ? 'no such file' : message
    throw new ConfigError(
      `configuration: expected a readable file, got ${got} (${file}); name another one with --config`,
      { file },
      cause,
    )
  }
}
