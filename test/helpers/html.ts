import { expect } from 'vitest'

const MOST_BYTES = 3_000_000

/** A page that opens offline: nothing to run, nothing to fetch, every number drawn is one, every tag is closed. */
export function expectSelfContained(html: string): void {
  expect(html.startsWith('<!doctype html>')).toBe(true)
  expect(Buffer.byteLength(html)).toBeLessThan(MOST_BYTES)
  expect(html).not.toMatch(/https?:|<script|<link|<img|<iframe|@import|url\(|src=/)
  expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/)
  for (const tag of ['html', 'body', 'section', 'figure', 'svg', 'table', 'p', 'h2']) {
    const opened = html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0
    expect(html.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0, tag).toBe(opened)
  }
  // Every drawing has a name for those who do not see it, and a style for either scheme is there.
  for (const [svg] of html.matchAll(/<svg[^>]*>/g)) expect(svg).toMatch(/role="img" aria-label="[^"]+"/)
  expect(html).toContain('prefers-color-scheme:dark')
  expect(html).toContain('@media print')
}
