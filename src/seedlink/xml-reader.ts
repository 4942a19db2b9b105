/** One element of a flat XML text: no character data, as INFO answers are. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
}

const TOKEN = /<(?:\?[^>]*\?|!--[\s\S]*?--|![^>]*|(\/)?([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/)?)>/g
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Reads the fixed vocabulary of SeedLink v3 INFO: elements and attributes. Text between elements, comments and declarations
 * are skipped; there are no entities but the five of XML and numbers.
 *
 * @returns the root element, undefined when the text has none or its elements do not close
 */
export function readXml(text: string): XmlElement | undefined {
  type Open = { name: string; attributes: Record<string, string>; children: XmlElement[] }
  const root: Open = { name: '', attributes: {}, children: [] }
  const open: Open[] = [root]
  for (const [, isClosing, name, attributes = '', isEmpty] of text.matchAll(TOKEN)) {
    if (name === undefined) continue
    if (isClosing) {
      if (open.length < 2 || open.pop()?.name !== name) return undefined
      continue
    }
    const element: Open = { name, attributes: readAttributes(attributes), children: [] }
    open.at(-1)?.children.push(element)
    if (!isEmpty) open.push(element)
  }
  return open.length === 1 ? root.children[0] : undefined
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) attributes[name] = unescapeXml(double ?? single ?? '')
  return attributes
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-fA-F]{1,5})|(\w+));/g, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return ENTITIES[name] ?? whole
  })
}
