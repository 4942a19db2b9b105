export type Rgb = readonly [number, number, number]

const AGAINST: Rgb = [33, 102, 172]
const NEUTRAL: Rgb = [240, 240, 240]
const FOR: Rgb = [178, 70, 10]

/** Blue below zero, light at zero, brown above: one scale for a whole picture. @param share −1 to 1 */
export function divergingColour(share: number): Rgb {
  const size = Math.min(1, Math.abs(share))
  const end = share < 0 ? AGAINST : FOR
  const mix = (channel: 0 | 1 | 2) => Math.round(NEUTRAL[channel] + (end[channel] - NEUTRAL[channel]) * size)
  return [mix(0), mix(1), mix(2)]
}
