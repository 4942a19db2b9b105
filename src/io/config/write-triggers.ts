import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Document, isMap, isScalar, parseDocument, YAMLMap } from 'yaml'
import { ConfigError } from '../../domain/errors.ts'
import { parseConfig } from '../config-file.ts'

/** Thresholds of one station or instrument, and why. */
export interface TriggerOverride {
  readonly id: string
  readonly on: number
  readonly off: number
  /** One line, becomes a comment. */
  readonly comment: string
}

/**
 * `stations.yaml` with thresholds set. Only the block `stations` is written anew (its comments stay); every other byte stays as it
 * is, and other keys of a station's trigger, too.
 */
export function withTriggers(text: string, overrides: readonly TriggerOverride[]): string {
  const document = parseDocument(text)
  for (const { id, on, off, comment } of overrides) {
    const path = ['stations', id, 'trigger']
    for (const [key, value] of Object.entries({ on, off })) document.setIn([...path, key], value)
    // A block of its own for every station, whatever the file began with.
    for (const outer of [path.slice(0, 1), path.slice(0, 2)]) {
      const map = document.getIn(outer, true)
      if (isMap(map)) map.flow = false
    }
    const trigger = document.getIn(path, true)
    if (isMap(trigger)) {
      trigger.flow = true
      trigger.comment = ` ${comment}`
    }
  }
  const root = document.contents
  // A key that was only now set is a plain text.
  const pair = isMap(root)
    ? root.items.find(({ key }) => (isScalar(key) ? key.value : (key as unknown)) === 'stations')
    : undefined
  if (pair === undefined) return text
  const block = new Document(new YAMLMap())
  block.set(pair.key, pair.value)
  const written = block.toString({ lineWidth: 0 })
  const place = placeOfStations(text)
  if (place === undefined) return `${text.replace(/\n*$/, '\n')}\n${written}`
  return text.slice(0, place.from) + written + text.slice(place.to)
}

/**
 * Writes thresholds into a configuration file, at once or not at all.
 *
 * @throws {ConfigError} when the file would not be valid any more
 */
export function writeTriggers(file: string, overrides: readonly TriggerOverride[]): void {
  const text = withTriggers(readFileSync(file, 'utf8'), overrides)
  const { faults } = parseConfig(text, { file, environment: process.env })
  const [fault] = faults
  if (fault)
    throw new ConfigError(
      `configuration: expected a valid file with the new thresholds, got a fault on line ${fault.line} (${file})`,
      { file },
    )
  const temporary = `${file}.new`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}

/** From the key to the line after the last one of its value. */
function placeOfStations(text: string): { from: number; to: number } | undefined {
  const { contents } = parseDocument(text)
  const pair = isMap(contents) ? contents.items.find(({ key }) => isScalar(key) && key.value === 'stations') : undefined
  const from = isScalar(pair?.key) ? pair.key.range?.[0] : undefined
  const value = pair?.value as { range?: [number, number, number] | null } | null | undefined
  const end = value?.range?.[1]
  if (from === undefined || end === undefined) return undefined
  const lineEnd = text.indexOf('\n', Math.max(from, end - 1))
  return { from, to: lineEnd < 0 ? text.length : lineEnd + 1 }
}
