import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { z } from 'zod'
import { ConfigError } from '../../domain/errors.ts'
import { formatFault } from './config-fault.ts'
import { faultsOfIssues } from './schema-faults.ts'
import { readYaml } from './yaml-document.ts'

/**
 * Reads a YAML file by a schema.
 *
 * @param what the file is, for messages
 * @throws {ConfigError} with every fault on a line of its own: `file.yaml:3 keys: expected …, got …`
 */
export function readCheckedYaml<S extends z.ZodType>(file: string, schema: S, what: string): z.output<S> {
  const { value, lineOf, faults: yamlFaults, isReadable } = readYaml(readText(file, what))
  const parsed = schema.safeParse(value ?? {})
  if (isReadable && yamlFaults.length === 0 && parsed.success) return parsed.data
  const contentFaults = isReadable && !parsed.success ? faultsOfIssues(parsed.error.issues, schema, value) : []
  const faults = [...yamlFaults, ...contentFaults].map((fault) => ({ ...fault, line: fault.line ?? lineOf(fault.keys) }))
  const lines = faults.sort((a, b) => a.line - b.line).map((fault) => formatFault(basename(file), fault))
  const title = `${what}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${file}`
  throw new ConfigError([title, ...lines].join('\n'), { file, faults: faults.length })
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${what}: expected a readable file, got none (${file})`, { file }, error)
  }
}
