import { linearTicks, logTicks, shortNumber } from '../plot/axis-ticks.ts'

/** How values lie along an axis. `logit` gives thresholds near 1 the room they need. */
export interface Scale {
  readonly kind: 'linear' | 'log' | 'logit'
  readonly from: number
  readonly to: number
}

export interface Tick {
  readonly value: number
  readonly label: string
}

const LOGIT_TICKS = [0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999]

/** Where a value lies: 0 at `from`, 1 at `to`; beyond them outside of 0–1. */
export function placeOf({ kind, from, to }: Scale, value: number): number {
  const of = TRANSFORMS[kind]
  return (of(value) - of(from)) / (of(to) - of(from))
}

/** The value at a place. */
export function valueAt({ kind, from, to }: Scale, place: number): number {
  const of = TRANSFORMS[kind]
  const at = of(from) + place * (of(to) - of(from))
  if (kind === 'log') return 10 ** at
  return kind === 'logit' ? 1 / (1 + Math.exp(-at)) : at
}

/** Round values with labels, about `count` of them. */
export function scaleTicks(scale: Scale, count: number): Tick[] {
  const { kind, from, to } = scale
  if (kind === 'linear') return linearTicks(from, to, count).map((value) => ({ value, label: shortNumber(value) }))
  if (kind === 'log') return thinned(logTicks(from, to), count).map((value) => ({ value, label: shortNumber(value) }))
  const inside = LOGIT_TICKS.filter((value) => value >= from - 1e-9 && value <= to + 1e-9)
  return apart(inside, scale, 1 / Math.max(1, count)).map((value) => ({ value, label: String(value) }))
}

/** A linear scale from 0 that has room for all values. */
export function scaleFromZero(values: readonly number[]): Scale {
  const most = Math.max(0, ...values)
  return { kind: 'linear', from: 0, to: most > 0 ? most * 1.05 : 1 }
}

/** A scale in whole decades for values that spread over many; zeros lie at its lower end. */
export function decadeScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0)
  if (positive.length === 0) return { kind: 'log', from: 0.1, to: 1 }
  const from = 10 ** Math.floor(Math.log10(Math.min(...positive)))
  const to = 10 ** Math.ceil(Math.log10(Math.max(...positive)))
  return { kind: 'log', from: from === to ? from / 10 : from, to }
}

const TRANSFORMS = {
  linear: (value: number) => value,
  log: (value: number) => Math.log10(Math.max(value, Number.MIN_VALUE)),
  logit: (value: number) => Math.log(value / (1 - value)),
} as const

function thinned(values: readonly number[], count: number): number[] {
  const every = Math.max(1, Math.ceil(values.length / Math.max(1, count)))
  return values.filter((_, i) => i % every === 0)
}

/** Those that are at least this share of the axis from the one before. */
function apart(values: readonly number[], scale: Scale, share: number): number[] {
  const kept: number[] = []
  for (const value of values) {
    const last = kept.at(-1)
    if (last === undefined || placeOf(scale, value) - placeOf(scale, last) >= share * 0.8) kept.push(value)
  }
  return kept
}
