import { escapeHtml } from '../html/page.ts'

/** Steps on either side of zero. */
export const LEVELS = 8

type Colour = readonly [red: number, green: number, blue: number]

/** From −LEVELS to LEVELS. Blue and orange are told apart by all who see colours in an unusual way. */
const LIGHT: readonly [Colour, Colour, Colour] = [
  [33, 84, 150],
  [246, 247, 248],
  [190, 82, 0],
]
const DARK: readonly [Colour, Colour, Colour] = [
  [96, 165, 240],
  [28, 37, 44],
  [255, 150, 60],
]

/** @returns −LEVELS to LEVELS; 0 for what is not finite and where the peak is 0 */
export function levelOf(value: number, peak: number): number {
  if (!(peak > 0) || Number.isNaN(value)) return 0
  return Math.round(Math.max(-1, Math.min(1, value / peak)) * LEVELS)
}

/** Style of the classes `v-8` … `v8`: what is drawn in them follows the reader's light or dark page. */
export function divergingStyle(): string {
  return `${classes(LIGHT)}\n@media (prefers-color-scheme:dark){${classes(DARK)}}\n@media print{${classes(LIGHT)}}`
}

/** The scale with its ends in numbers. */
export function divergingLegend(low: string, middle: string, high: string): string {
  const width = 20
  const cells = Array.from(
    { length: 2 * LEVELS + 1 },
    (_, i) => `<rect class="v${i - LEVELS}" x="${i * width}" width="${width}" height="12"/>`,
  )
  const size = (2 * LEVELS + 1) * width
  const at = (x: number, anchor: string, text: string) =>
    `<text x="${x}" y="25" text-anchor="${anchor}">${escapeHtml(text)}</text>`
  const texts = at(0, 'start', low) + at(size / 2, 'middle', middle) + at(size, 'end', high)
  return `<svg class="legend" viewBox="0 0 ${size} 28" width="${size}" height="28" role="img" aria-label="${escapeHtml(`scale from ${low} over ${middle} to ${high}`)}">${cells.join('')}${texts}</svg>`
}

function classes([low, middle, high]: readonly [Colour, Colour, Colour]): string {
  return Array.from({ length: 2 * LEVELS + 1 }, (_, i) => {
    const level = i - LEVELS
    const [red, green, blue] = mixed(middle, level < 0 ? low : high, Math.abs(level) / LEVELS)
    return `.v${level}{fill:rgb(${red} ${green} ${blue})}`
  }).join('')
}

function mixed(from: Colour, to: Colour, share: number): number[] {
  return from.map((value, i) => Math.round(value + (to[i as 0 | 1 | 2] - value) * share))
}
