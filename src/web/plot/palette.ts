/** Colours come from the page's style, so that light and dark are one place. */
export interface Palette {
  readonly components: readonly [string, string, string]
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly panel: string
  readonly score: string
  readonly alarm: string
  readonly good: string
  readonly warn: string
  /** Relevance for and against an earthquake. */
  readonly for: string
  readonly against: string
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    components: [colour('--z'), colour('--n'), colour('--e')],
    text: colour('--text'),
    muted: colour('--muted'),
    line: colour('--line'),
    panel: colour('--panel'),
    score: colour('--score'),
    alarm: colour('--alarm'),
    good: colour('--good'),
    warn: colour('--warn'),
    for: colour('--for'),
    against: colour('--against'),
  }
}

const KEPT_MILLIS = 500
let page: { palette: Palette; until: number } | undefined

/** The page's colours for things that are drawn many times a second; a change of theme shows within half a second. */
export function pagePalette(): Palette {
  const now = performance.now()
  if (!page || page.until < now) page = { palette: paletteOf(document.documentElement), until: now + KEPT_MILLIS }
  return page.palette
}
