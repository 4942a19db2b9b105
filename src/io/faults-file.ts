import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Faults, faultsSchema } from '../contract/faults.ts'
import { ConfigError } from '../domain/errors.ts'
import { formatFault } from './config/config-fault.ts'
import { faultsOfIssues } from './config/schema-faults.ts'
import { readYaml } from './config/yaml-document.ts'

/**
 * Reads the faults of a drill; what the file does not name does not happen.
 *
 * @throws {ConfigError} with everything that is wrong on a line of its own: `faults.yaml:3 stations[0].gaps.seconds: expected …, got …`
 */
export function loadFaults(file: string): Faults {
  const { value, lineOf, faults: yamlFaults, isReadable } = readYaml(readText(file))
  const parsed = faultsSchema.safeParse(value ?? {})
  if (isReadable && yamlFaults.length === 0 && parsed.success) return parsed.data
  const contentFaults = isReadable && !parsed.success ? faultsOfIssues(parsed.error.issues, faultsSchema, value) : []
  const faults = [...yamlFaults, ...contentFaults].map((fault) => ({ ...fault, line: fault.line ?? lineOf(fault.keys) }))
  const lines = faults.sort((a, b) => a.line - b.line).map((fault) => formatFault(basename(file), fault))
  const title = `faults file: ${faults.length} ${faults.length === 1 ? 'mistake' : 'mistakes'} in ${file}`
  throw new ConfigError([title, ...lines].join('\n'), { file, faults: faults.length })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`faults file: expected a readable file, got none (${file}); see serve --help`, { file }, error)
  }
}
