import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { ConfigError } from '../../domain/errors.ts'

export interface NumberChange {
  /** Keys from the root; maps that are missing are made. */
  readonly path: readonly [string, ...string[]]
  readonly value: number
}

/**
 * YAML with numbers set. Every other byte stays: a number that is there is replaced where it stands, one that is not goes behind the
 * last entry of its map.
 *
 * @throws {ConfigError} where the text says it in a way that cannot be changed in place (an alias, something else than a map)
 */
export function withNumbers(text: string, changes: readonly NumberChange[]): string {
  return changes.reduce(withNumber, text)
}

function withNumber(text: string, { path, value }: NumberChange): string {
  const { contents } = parseDocument(text)
  if (contents === null) return `${withFinalNewline(text)}${block(path, value, 0)}`
  let node: Node | null = contents as Node
  let pair: Pair | undefined
  for (const [depth, key] of path.entries()) {
    if (isEmpty(node) && pair) return insertBelow(text, pair, path.slice(depth) as [string, ...string[]], value)
    if (!isMap(node)) throw unchangeable(path)
    const next: Pair | undefined = node.items.find((item) => isScalar(item.key) && item.key.value === key)
    if (next === undefined) return insertInto(text, node, depth === 0, path.slice(depth) as [string, ...string[]], value)
    pair = next
    node = next.value as Node | null
  }
  if (isEmpty(node) && pair) return splice(text, endOfLeaf(pair.key as Node), endOfLeaf(pair.key as Node) + 1, `: ${value}`)
  if (!isScalar(node) || !node.range) throw unchangeable(path)
  return keepColumn(text, node.range[0], node.range[1], String(value))
}

function insertInto(text: string, map: YAMLMap, isRoot: boolean, rest: readonly [string, ...string[]], value: number): string {
  const last = map.items.at(-1)
  if (map.flow) {
    const at = last ? endOfLeaf((last.value ?? last.key) as Node) : (map.range?.[0] ?? 0) + 1
    return splice(text, at, at, last ? `, ${flow(rest, value)}` : ` ${flow(rest, value)} `)
  }
  if (isRoot) return `${withFinalNewline(text)}\n${block(rest, value, 0)}`
  const indent = columnOf(text, (last?.key as Node | undefined)?.range?.[0] ?? 0)
  return insertLine(text, endOfLeaf(last?.value as Node), block(rest, value, indent))
}

/** `stations:` with nothing behind it. */
function insertBelow(text: string, pair: Pair, rest: readonly [string, ...string[]], value: number): string {
  const key = pair.key as Node
  return insertLine(text, endOfLeaf(key), block(rest, value, columnOf(text, key.range?.[0] ?? 0) + 2))
}

/** After the line in which this offset lies. */
function insertLine(text: string, offset: number, line: string): string {
  const end = text.indexOf('\n', offset)
  return end < 0 ? `${text}\n${line}` : splice(text, end + 1, end + 1, line)
}

/** The innermost map on one line: `trigger: { on: 0.9 }`. */
function block([key, ...rest]: readonly string[], value: number, indent: number): string {
  const start = `${' '.repeat(indent)}${key}:`
  if (rest.length === 0) return `${start} ${value}\n`
  if (rest.length === 1) return `${start} { ${flow(rest, value)} }\n`
  return `${start}\n${block(rest, value, indent + 2)}`
}

function flow([key, ...rest]: readonly string[], value: number): string {
  return rest.length === 0 ? `${key}: ${value}` : `${key}: { ${flow(rest, value)} }`
}

/** Where the last character of what is written there ends; block maps claim what follows them, too. */
function endOfLeaf(node: Node | null | undefined): number {
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) {
    const last = node.items.at(-1)
    const deeper = isMap(node) ? ((last as Pair).value ?? (last as Pair).key) : last
    return endOfLeaf(deeper as Node)
  }
  return node?.range?.[1] ?? 0
}

/** A comment behind the number stays where it is. */
function keepColumn(text: string, from: number, to: number, value: string): string {
  const spaces = /^ +(?=#)/.exec(text.slice(to))?.[0].length ?? 0
  if (spaces < 2) return splice(text, from, to, value)
  const wanted = Math.max(1, spaces + (to - from) - value.length)
  return splice(text, from, to + spaces, value + ' '.repeat(wanted))
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.range?.[0] ?? 0) === (node.range?.[1] ?? 0))
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function splice(text: string, from: number, to: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(to)
}

function withFinalNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function unchangeable(path: readonly string[]): ConfigError {
  return new ConfigError(
    `configuration: expected plain maps and numbers at ${path.join('.')}, got something that cannot be changed from here; edit the file by hand`,
  )
}
