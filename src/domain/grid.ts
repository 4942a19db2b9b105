import { MICROS_PER_SECOND, type Micros } from './time.ts'

/** Time of a sample of the absolute grid; exact for grid rates that divide 1 MHz (20 Hz: multiples of 50 ms). */
export function gridIndexToMicros(index: number, gridRate: number): Micros {
  return index * (MICROS_PER_SECOND / gridRate)
}

/** Nearest grid sample. */
export function microsToGridIndex(micros: Micros, gridRate: number): number {
  return Math.round(micros / (MICROS_PER_SECOND / gridRate))
}
