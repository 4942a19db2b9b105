/** Round values in [from, to], about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / Math.max(1, count)
  if (!(rough > 0)) return []
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  // Multiplied, not added up: 0.30000000000000004 is no label.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten in [from, to], with 2 and 5 times of them where there is room (less than two decades). */
export function logTicks(from: number, to: number): number[] {
  if (!(from > 0 && to > from)) return []
  const factors = Math.log10(to / from) < 2 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.ceil(Math.log10(to)); exponent++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** exponent).toPrecision(12))
      if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) ticks.push(tick)
    }
  }
  return ticks
}

const PREFIXES = ['', 'k', 'M', 'G', 'T']

/** `0.5`, `20k`, `1.5M`: short, for an axis whose unit is written beside it. */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3) return value.toExponential(0)
  const step = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(size) / 3 + 1e-9)))
  return `${Number((value / 1000 ** step).toPrecision(3))}${PREFIXES[step]}`
}
