import { count } from '../ui/format.ts'

/** Less than that of data says nothing about a day. */
const LEAST_STATION_DAYS = 0.05

/** `12.3 per station-day`; undefined when there are too few data for a rate. */
export function rateText(detections: number, stationDays: number): string | undefined {
  if (stationDays < LEAST_STATION_DAYS) return undefined
  return `${rounded(detections / stationDays)} per station-day`
}

/** `+3`, `−12`, `±0`. */
export function differenceText(now: number, asked: number): string {
  if (asked === now) return '±0'
  return asked > now ? `+${count(asked - now)}` : `−${count(now - asked)}`
}

/** `0.98`, `0.9975`: as few digits as tell it apart. */
export function thresholdText(value: number): string {
  return String(Number(value.toPrecision(5)))
}

/** Three significant digits at most. */
export function rounded(value: number): string {
  return value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(value >= 1 ? 3 : 2)))
}
