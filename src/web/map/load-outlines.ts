import detailedUrl from 'world-atlas/countries-10m.json?url'
import coarseUrl from 'world-atlas/countries-50m.json?url'
import { type Outlines, outlinesOf, type WorldTopology } from './outlines.ts'

/**
 * Natural Earth (public domain): 1:50 million for the Earth and a continent, 1:10 million for a region, where the coarser one is
 * off by kilometres. Files beside the page's JavaScript, loaded when a map first needs them and kept while the page is open.
 */
export type Detail = 'coarse' | 'detailed'

const URLS: Readonly<Record<Detail, string>> = { coarse: coarseUrl, detailed: detailedUrl }

const loaded = new Map<Detail, Promise<Outlines>>()

/** A failure is not kept: the next call tries again. @throws when the file is not there */
export function loadOutlines(detail: Detail): Promise<Outlines> {
  const known = loaded.get(detail)
  if (known) return known
  const outlines = fetchOutlines(URLS[detail])
  loaded.set(detail, outlines)
  outlines.catch(() => loaded.delete(detail))
  return outlines
}

async function fetchOutlines(url: string): Promise<Outlines> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`outlines: expected ${url}, got status ${answer.status}`)
  return outlinesOf((await answer.json()) as WorldTopology)
}
