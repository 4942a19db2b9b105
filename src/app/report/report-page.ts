import { escapeHtml, htmlPage } from '../html/page.ts'
import { divergingStyle } from './diverging-scale.ts'

/** A chapter of a report; HTML. */
export interface Section {
  readonly title: string
  readonly body: string
}

/** One self-contained page: no script, nothing fetched; light, dark and on paper. */
export function reportPage(title: string, lead: string, sections: readonly Section[]): string {
  const body = sections.map((section) => `<section><h2>${escapeHtml(section.title)}</h2>\n${section.body}\n</section>`)
  return htmlPage(title, `<style>${STYLE}${divergingStyle()}</style>\n<p class="lead">${lead}</p>\n${body.join('\n')}`)
}

/** A drawing with the paragraph that says what one sees. */
export function figure(svg: string, seen: string): string {
  return `<figure class="wide">${svg}<figcaption>${seen}</figcaption></figure>`
}

/** An SVG of this size in pixels; it shrinks with the page. */
export function drawing(width: number, height: number, label: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(label)}">${content}</svg>`
}

export function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text x="${Math.round(x * 10) / 10}" y="${Math.round(y * 10) / 10}" text-anchor="${anchor}">${escapeHtml(content)}</text>`
}

/** Two decimals with a true minus sign. */
export function signed(value: number): string {
  return value.toFixed(2).replace('-', '−')
}

/** `d` of a path through points; those that are not finite lift the pen. */
export function linePath(points: Iterable<readonly [x: number, y: number]>): string {
  let path = ''
  let isDown = false
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      isDown = false
      continue
    }
    path += `${isDown ? 'L' : 'M'}${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`
    isDown = true
  }
  return path
}

const STYLE = `
section{break-inside:auto;margin-top:2.5rem}
p{max-width:50rem}
td:not(.n){white-space:normal}
.lead{font-size:1.05rem}
figure.wide{margin:1rem 0 1.5rem;break-inside:avoid}
figure.wide>svg{display:block}
figure.wide figcaption{max-width:50rem;font-size:.9rem;margin-top:.3rem}
svg.legend{display:block;margin:.3rem 0}
svg .z{stroke:#0b5c8f}svg .n{stroke:#8a5a00}svg .e{stroke:#00695c}
svg .z,svg .n,svg .e,svg .trace{fill:none;stroke-width:1}
svg .trace{stroke:currentColor}
svg .mark{stroke:currentColor;stroke-dasharray:4 3;fill:none}
svg .faint{stroke:currentColor;stroke-opacity:.15;fill:none}
@media (prefers-color-scheme:dark){svg .z{stroke:#6cb8ee}svg .n{stroke:#e0b04a}svg .e{stroke:#5fcdb8}}
@media print{:root{color-scheme:light}svg .z{stroke:#0b5c8f}svg .n{stroke:#8a5a00}svg .e{stroke:#00695c}.plots{display:block}}
`
