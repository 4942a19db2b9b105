import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type TrainingConfig, trainingConfigSchema } from '../contract/training-config.ts'
import { ConfigError } from '../domain/errors.ts'
import { formatFault } from './config/config-fault.ts'
import { faultsOfIssues } from './config/schema-faults.ts'
import { readYaml } from './config/yaml-document.ts'

/**
 * Reads `training.yaml`; what it does not name has its default.
 *
 * @throws {ConfigError} with every fault on a line of its own: `training.yaml:3 optimiser.momentum: expected …, got …`
 */
export function loadTrainingConfig(file: string): TrainingConfig {
  const { value, lineOf, faults: yamlFaults, isReadable } = readYaml(readText(file))
  const parsed = trainingConfigSchema.safeParse(value ?? {})
  if (isReadable && yamlFaults.length === 0 && parsed.success) return parsed.data
  const contentFaults = isReadable && !parsed.success ? faultsOfIssues(parsed.error.issues, trainingConfigSchema, value) : []
  const faults = [...yamlFaults, ...contentFaults].map((fault) => ({ ...fault, line: fault.line ?? lineOf(fault.keys) }))
  const lines = faults.sort((a, b) => a.line - b.line).map((fault) => formatFault(basename(file), fault))
  const title = `training configuration: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${file}`
  throw new ConfigError([title, ...lines].join('\n'), { file, faults: faults.length })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`training configuration: expected a readable file, got none (${file})`, { file }, error)
  }
}
