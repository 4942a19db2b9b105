/**
 * Pages that are one file: no script, no font, no image from elsewhere, so that a report can be mailed and opened in ten years.
 */

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** @param body HTML */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`
}

/** @param rows cells as text; numbers are set to the right */
export function htmlTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    typeof value === 'number' || /^[−–-]?[\d.]+ ?[%s]?$|^–$/.test(value)
      ? `<td class="n">${escapeHtml(String(value))}</td>`
      : `<td>${escapeHtml(value)}</td>`
  const head = columns.map((name) => `<th>${escapeHtml(name)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`
}

const STYLE = `:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;display:block;overflow-x:auto}
th,td{padding:.15rem .6rem;border-bottom:1px solid #8884;text-align:left;white-space:nowrap}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.plots{display:flex;flex-wrap:wrap;gap:1rem}
figure{margin:0}figcaption{font-size:.85rem;max-width:28rem}
svg{max-width:100%;height:auto}
svg text{font:11px system-ui,sans-serif;fill:currentColor}
svg .axis{stroke:currentColor;stroke-opacity:.5;fill:none}
svg .grid{stroke:currentColor;stroke-opacity:.12}`
