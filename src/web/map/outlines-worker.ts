import { type Outlines, outlinesOf, type WorldTopology } from './outlines.ts'

/** Answer of the worker; a failure as text. */
export type OutlinesAnswer = { readonly outlines: Outlines } | { readonly failure: string }

addEventListener('message', async ({ data: url }: MessageEvent<string>) => {
  try {
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`outlines: expected ${url}, got status ${answer.status}`)
    const outlines = outlinesOf((await answer.json()) as WorldTopology)
    const buffers = [...outlines.land, ...outlines.borders].map(({ points }) => points.buffer)
    postMessage({ outlines } satisfies OutlinesAnswer, { transfer: buffers })
  } catch (error) {
    postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies OutlinesAnswer)
  }
})
