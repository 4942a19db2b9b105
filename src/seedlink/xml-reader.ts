/** One element of a flat XML text: no character data, as INFO answers are. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
}

interface OpenElement {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
}

/** Longest tag read, characters; keeps the patterns below from long runs of nothing. */
const MAX_TAG_LENGTH = 65_536

const TAG = /^(\/)?\s*([A-Za-z_][\w.:-]*)/
const ATTRIBUTE = /\s([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Reads the fixed vocabulary of SeedLink v3 INFO: elements and attributes. Text between elements, comments and declarations
 * are skipped; there are no entities but the five of XML and numbers. Takes time in proportion to the text, whatever it is.
 *
 * @returns the root element, undefined when the text has none or its elements do not close
 */
export function readXml(text: string): XmlElement | undefined {
  const root: OpenElement = { name: '', attributes: {}, children: [] }
  const open: OpenElement[] = [root]
  for (let start = text.indexOf('<'); start >= 0; ) {
    const end = markupEnd(text, start)
    if (end < 0 || !apply(text.slice(start + 1, end), open)) return undefined
    start = text.indexOf('<', end)
  }
  return open.length === 1 ? root.children[0] : undefined
}

/** @returns where the closing `>` of the markup stands, −1 when there is none */
function markupEnd(text: string, start: number): number {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('-->', start + 4)
    return end < 0 ? -1 : end + 2
  }
  let quote = ''
  const limit = Math.min(text.length, start + MAX_TAG_LENGTH)
  for (let at = start + 1; at < limit; at++) {
    const character = text[at] ?? ''
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '>') return at
    else if (character === '"' || character === "'") quote = character
  }
  return -1
}

/** Opens or closes an element. @returns false when the markup does not fit */
function apply(markup: string, open: OpenElement[]): boolean {
  if (markup.startsWith('?') || markup.startsWith('!')) return true
  const [, isClosing, name] = TAG.exec(markup) ?? []
  if (name === undefined) return false
  if (isClosing !== undefined) return open.length > 1 && open.pop()?.name === name
  const element: OpenElement = { name, attributes: readAttributes(markup), children: [] }
  open.at(-1)?.children.push(element)
  if (!markup.endsWith('/')) open.push(element)
  return true
}

function readAttributes(markup: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', double, single] of markup.matchAll(ATTRIBUTE)) attributes[name] = unescapeXml(double ?? single ?? '')
  return attributes
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-fA-F]{1,5})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return ENTITIES[name] ?? whole
  })
}
