import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { ConfigFault } from './config-fault.ts'

export interface YamlText {
  /** Plain data; null for an empty file. */
  readonly value: unknown
  /** Line of the value at these keys, or of the deepest part of the path that is there. */
  readonly lineOf: (keys: readonly PropertyKey[]) => number
  readonly faults: ConfigFault[]
  /** False when the syntax is so broken that faults of the content would only confuse. */
  readonly isReadable: boolean
}

/** YAML 1.2 with line numbers; a repeated key is a fault that leaves the rest readable. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const faults = document.errors.map(({ code, message, pos }) => ({
    keys: [],
    line: lines.linePos(pos[0]).line,
    expected: code === 'DUPLICATE_KEY' ? 'every key once' : 'YAML 1.2',
    got: `${message.charAt(0).toLowerCase()}${message.slice(1)}`,
  }))
  const isReadable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY')
  const offsetOf = (keys: readonly PropertyKey[]) => {
    let node = document.contents as Node | null
    let offset = node?.range?.[0] ?? 0
    for (const key of keys) {
      const step = stepInto(isAlias(node) ? (node.resolve(document) ?? null) : node, key)
      if (!step) break
      node = step.node
      offset = step.offset
    }
    return offset
  }
  return {
    value: isReadable ? document.toJS() : undefined,
    lineOf: (keys) => Math.max(1, lines.linePos(offsetOf(keys)).line),
    faults,
    isReadable,
  }
}

function stepInto(node: Node | null, key: PropertyKey): { node: Node | null; offset: number } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined
    return item && { node: item, offset: item.range?.[0] ?? 0 }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
  return pair && { node: pair.value as Node | null, offset: (pair.key as Node).range?.[0] ?? 0 }
}
