const PATTERN = /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(?:Z|UTC)?$/i

/**
 * `2026-11-22`, `2026-11-22 18:44`, `2026-11-22T18:44:03.5Z` → ISO 8601; always UTC, whatever the zone of the reader.
 *
 * @returns undefined for anything else, days and hours that do not exist included
 */
export function isoFromText(text: string): string | undefined {
  const match = PATTERN.exec(text.trim())
  if (!match) return undefined
  const [, day = '', clock = '00:00'] = match
  const millis = Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(millis)) return undefined
  const iso = new Date(millis).toISOString()
  // 31 February is the 3rd of March to some.
  return iso.startsWith(day) ? iso : undefined
}

/** The shortest text that `isoFromText` reads back: minutes when there are no seconds. */
export function textFromIso(iso: string | undefined): string {
  if (iso === undefined) return ''
  const text = new Date(Date.parse(iso)).toISOString().slice(0, 19).replace('T', ' ')
  return text.endsWith(':00') ? text.slice(0, 16) : text
}
