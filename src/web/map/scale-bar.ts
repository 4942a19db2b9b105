const STEPS = [1, 2, 5]

/** The longest round distance that fits. @returns its length in pixels and what to write: `50 km`, `200 m` */
export function scaleBar(kmPerPixel: number, longestPixels: number): { pixels: number; label: string } {
  const longest = kmPerPixel * longestPixels
  const power = 10 ** Math.floor(Math.log10(longest))
  const km = Math.max(...STEPS.map((step) => step * power).filter((length) => length <= longest * (1 + 1e-9)))
  const label = km >= 1 ? `${Math.round(km).toLocaleString('en')} km` : `${Math.round(km * 1000)} m`
  return { pixels: km / kmPerPixel, label }
}
