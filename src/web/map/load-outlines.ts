import detailedUrl from 'world-atlas/countries-10m.json?url'
import coarseUrl from 'world-atlas/countries-50m.json?url'
import type { Outlines } from './outlines.ts'
import type { OutlinesAnswer } from './outlines-worker.ts'

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

/**
 * Read in a worker, whose memory goes with it: unpacking the detailed ones leaves tens of megabytes behind, which a page would keep
 * for as long as it is open.
 */
async function fetchOutlines(url: string): Promise<Outlines> {
  const worker = new Worker(new URL('./outlines-worker.ts', import.meta.url), { type: 'module' })
  try {
    const answer = await new Promise<OutlinesAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<OutlinesAnswer>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(`outlines: ${message}`))
      worker.postMessage(new URL(url, location.href).href)
    })
    if ('failure' in answer) throw new Error(answer.failure)
    return answer.outlines
  } finally {
    worker.terminate()
  }
}
