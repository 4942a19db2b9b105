import { z } from 'zod'
import { type ConfigFault, showValue } from './config-fault.ts'
import { nearestName } from './nearest-name.ts'

type Issue = z.core.$ZodIssue

/** Zod's issues as faults of the form expected / got. */
export function faultsOfIssues(issues: readonly Issue[], schema: z.ZodType, value: unknown): ConfigFault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey(issue.path, key, keysAt(schema, issue.path)))
    if (issue.code === 'invalid_key') {
      const key = issue.path.at(-1)
      return [{ keys: issue.path, expected: issue.issues[0]?.message ?? 'another key', got: showValue(key) }]
    }
    return [{ keys: issue.path, expected: expectation(issue), got: showValue(valueAt(value, issue.path), issue.path.at(-1)) }]
  })
}

/** Names a strict object of the schema knows at this path; empty when the path leads elsewhere. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current = unwrap(schema)
  for (const key of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(key)] as z.ZodType)
    else if (current instanceof z.ZodArray) current = unwrap(current.element as z.ZodType)
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType as z.ZodType)
    else return []
  }
  return keysOf(current)
}

function keysOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  // One of several shapes: the names of all.
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((option) => keysOf(unwrap(option as z.ZodType))))]
  return []
}

function unknownKey(path: readonly PropertyKey[], key: string, known: string[]): ConfigFault {
  const nearest = nearestName(key, known)
  const expected = nearest === undefined ? `one of ${known.join(', ')}` : `a known key (did you mean ${nearest}?)`
  return { keys: [...path, key], expected, got: `unknown key ${showValue(key)}` }
}

/** The inside of optional, default, prefault and transform wrappers. */
function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType)
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional)
    return unwrap(schema.unwrap() as z.ZodType)
  return schema
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'too_small':
      if (issue.origin === 'array') return `at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`
      if (issue.origin === 'string') return 'text that is not empty'
      return `a number ${issue.inclusive ? '≥' : '>'} ${issue.minimum}`
    case 'too_big':
      return `a number ${issue.inclusive ? '≤' : '<'} ${issue.maximum}`
    default:
      return issue.message
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value
  for (const key of path) current = (current as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return current
}
